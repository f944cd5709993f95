//go:build !linux

package pty

// Supported reports whether this system has endpoints.
const Supported = false

// An Endpoint does not exist on this system.
type Endpoint struct{}

// Open returns ErrUnsupported.
func Open() (*Endpoint, error) { return nil, ErrUnsupported }

// Path returns "".
func (e *Endpoint) Path() string { return "" }

// Read returns ErrUnsupported.
func (e *Endpoint) Read([]byte) (int, error) { return 0, ErrUnsupported }

// Write returns ErrUnsupported.
func (e *Endpoint) Write([]byte) (int, error) { return 0, ErrUnsupported }

// Flush returns ErrUnsupported.
func (e *Endpoint) Flush() error { return ErrUnsupported }

// Pending returns ErrUnsupported.
func (e *Endpoint) Pending() (bool, error) { return false, ErrUnsupported }

// Close does nothing.
func (e *Endpoint) Close() error { return nil }
