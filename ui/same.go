package ui

import "reflect"

// same reports whether a screen would look as it does: what was loaded has not
// changed.
func same(a, b any) bool { return reflect.DeepEqual(a, b) }
