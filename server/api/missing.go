package api

import (
	"reflect"
	"strings"
)

// MissingField returns the JSON name of the first field of a request that has to have a
// value and has none, "" if there is no such field. Absent, null and an empty string are
// the same. Only texts and JSON values without omitempty have to have one.
func MissingField(v any) string {
	value := reflect.ValueOf(v)
	if value.Kind() != reflect.Struct {
		return ""
	}
	for i := range value.NumField() {
		f := value.Type().Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "" || name == "-" || strings.Contains(options, "omit"):
		case f.Type.Kind() == reflect.String && value.Field(i).Len() == 0,
			f.Type == reflect.TypeFor[RawJSON]() && value.Field(i).Len() == 0:
			return name
		}
	}
	return ""
}
