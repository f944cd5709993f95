//go:build cgo && !nofido && !linux

package libfido2

import "context"

// A watch is needed on Linux only.
type watch struct{}

func openWatch(string) (watch, error) { return watch{}, nil }

func (watch) greet(context.Context) error { return nil }

func (watch) close() error { return nil }
func (watch) gone() bool   { return false }
func (watch) locked() bool { return false }
func (watch) clear()       {}
func (watch) settle()      {}
