package api

// Alternatives returns the other methods that a step of a sign-in offers (R40); nil for any
// other step.
func Alternatives(step Step) []Method {
	switch s := step.(type) {
	case EnterCode:
		return s.Alternatives
	case UseSecurityKey:
		return s.Alternatives
	case EnterBackupCode:
		return s.Alternatives
	}
	return nil
}

// Alone reports whether a step of a sign-in offers no other method, so that advice to use
// one is of no help.
func Alone(step Step) bool {
	others := Alternatives(step)
	return others != nil && len(others) == 0
}
