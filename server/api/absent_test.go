package api_test

import (
	"reflect"
	"testing"

	"nightlatch/server/api"
)

// An optional Boolean or number in a request is a pointer, so that an absent field differs
// from false or 0. An absent field changes nothing.
func TestOptionalFieldsOfRequestsArePointers(t *testing.T) {
	t.Parallel()
	// DeliveryChange is exempt: PUT replaces a mail server or gateway as a whole.
	requests := []any{api.Begin{}, api.AccountChange{}, api.LabPhone{}, api.LabCarrier{}, api.KeyBehaviour{}}
	for _, in := range api.Inputs() {
		requests = append(requests, in)
	}
	for _, r := range requests {
		checkOptional(t, reflect.TypeOf(r))
	}
}

func checkOptional(t *testing.T, r reflect.Type) {
	t.Helper()
	for i := range r.NumField() {
		f := r.Field(i)
		switch f.Type.Kind() {
		case reflect.Bool, reflect.Int, reflect.Float64:
			t.Errorf("%s.%s: absent and %v are the same", r, f.Name, reflect.Zero(f.Type))
		case reflect.Struct:
			checkOptional(t, f.Type)
		case reflect.Pointer:
			if f.Type.Elem().Kind() == reflect.Struct {
				checkOptional(t, f.Type.Elem())
			}
		}
	}
}
