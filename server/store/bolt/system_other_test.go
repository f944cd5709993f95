//go:build !linux

package bolt

func systemRoles() map[string]func(path string) error { return nil }
