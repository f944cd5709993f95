package api_test

import (
	"reflect"
	"strings"
	"testing"

	"nightlatch/server/api"
)

// An optional Boolean or number in a request is a pointer, so that an absent field differs
// from false or 0. An absent field changes nothing.
func TestOptionalFieldsOfRequestsArePointers(t *testing.T) {
	t.Parallel()
	requests := []any{api.Begin{}, api.AccountChange{}, api.ServerChange{}, api.BackupsChange{}, api.DeliveryChange{}, api.MailChange{}, api.TextChange{}, api.LabPhone{}, api.LabDevice{}, api.LabCarrier{}, api.KeyBehaviour{}}
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
			if tag := f.Tag.Get("json"); strings.HasPrefix(tag, "off,") || strings.HasPrefix(tag, "new_key,") {
				continue // an order, not a value
			}
			t.Errorf("%s.%s: absent and %v are the same", r, f.Name, reflect.Zero(f.Type))
		case reflect.Struct:
			checkOptional(t, f.Type)
		case reflect.Pointer:
			if f.Type.Elem().Kind() == reflect.Struct && f.Type.Elem() != reflect.TypeFor[api.Time]() {
				checkOptional(t, f.Type.Elem())
			}
		}
	}
}
