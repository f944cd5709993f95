package api

import "slices"

// Alternatives returns the other methods that a step of a sign-in offers (R40), and those of
// them that would not complete it now; nil for any other step.
func Alternatives(step Step) (all []Method, unable []UnableMethod) {
	switch s := step.(type) {
	case EnterCode:
		return s.Alternatives, s.Unable
	case UseSecurityKey:
		return s.Alternatives, s.Unable
	case EnterBackupCode:
		return s.Alternatives, s.Unable
	case AwaitApproval:
		return s.Alternatives, s.Unable
	}
	return nil, nil
}

// Usable returns the other methods that would complete a sign-in now.
func Usable(step Step) []Method {
	all, unable := Alternatives(step)
	return slices.DeleteFunc(slices.Clone(all), func(m Method) bool {
		return slices.ContainsFunc(unable, func(u UnableMethod) bool { return u.Method == m })
	})
}

// Alone reports whether a step of a sign-in has no other method that would complete it, so
// that advice to use one is of no help.
func Alone(step Step) bool {
	all, _ := Alternatives(step)
	return all != nil && len(Usable(step)) == 0
}
