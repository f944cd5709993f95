//go:build cgo && !nofido

package libfido2

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"nightlatch/fido"
)

// Backend opens keys with libfido2.
type Backend struct{}

// Open opens the key at path: a hidraw device, a pseudo-terminal that speaks CTAPHID,
// or any other path that libfido2 supports. Errors: fido.ErrRemoved if the path does
// not exist, fido.ErrNoPermission, fido.ErrNotKey.
func (Backend) Open(ctx context.Context, path string) (fido.Key, error) {
	if err := fido.ContextError(ctx); err != nil {
		return nil, err
	}
	if !Supported() {
		return nil, fido.ErrUnsupported
	}
	if path == "" {
		return nil, fmt.Errorf("libfido2: opening: %w", fido.ErrRemoved)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // the descriptor sweep needs the kernel's name for it
	}
	w, err := openWatch(path)
	if err != nil {
		return nil, fmt.Errorf("libfido2: opening %s: %w", path, err)
	}
	fido.IgnoreHangup()
	return &key{path: path, watch: w}, nil
}

// Info returns the key's capabilities. A U2F key is not an error.
func (k *key) Info(ctx context.Context) (fido.GetInfoResponse, error) {
	return call(ctx, k, atOnce, (*session).info)
}

// PINTries returns how many wrong PINs the key still accepts.
func (k *key) PINTries(ctx context.Context) (int, error) {
	return call(ctx, k, atOnce, (*session).pinTries)
}

// MakeCredential waits for a touch and makes a credential.
func (k *key) MakeCredential(ctx context.Context, r fido.CredentialRequest) (fido.Attestation, error) {
	if err := r.Check(); err != nil {
		return fido.Attestation{}, err
	}
	return call(ctx, k, cancelFor, func(s *session) (fido.Attestation, error) { return s.makeCredential(r) })
}

// Assert signs with a credential. A silent request needs no touch.
func (k *key) Assert(ctx context.Context, r fido.AssertionRequest) (fido.Assertion, error) {
	if err := r.Check(); err != nil {
		return fido.Assertion{}, err
	}
	patience := cancelFor
	if r.Silent {
		patience = atOnce
	}
	got, err := call(ctx, k, patience, func(s *session) (fido.Assertion, error) { return s.assert(r) })
	if r.Silent && errors.Is(err, presenceRequired) {
		return fido.Assertion{}, nil
	}
	return got, err
}

// Select waits for a touch.
func (k *key) Select(ctx context.Context) error {
	return k.do(ctx, cancelFor, func(s *session) error { return s.touched(k.watch.gone) })
}

// SetPIN changes the PIN, or sets the first one if old is empty.
func (k *key) SetPIN(ctx context.Context, old, new string) error {
	return k.do(ctx, atOnce, func(s *session) error { return s.setPIN(old, new) })
}

// Credentials lists the discoverable credentials on the key.
func (k *key) Credentials(ctx context.Context, pin string) (fido.CredentialList, error) {
	return call(ctx, k, atOnce, func(s *session) (fido.CredentialList, error) { return s.credentials(pin) })
}

// DeleteCredential deletes a discoverable credential.
func (k *key) DeleteCredential(ctx context.Context, id []byte, pin string) error {
	return k.do(ctx, atOnce, func(s *session) error { return s.deleteResident(id, pin) })
}

// Reset waits for a touch and restores the factory state.
func (k *key) Reset(ctx context.Context) error {
	return k.do(ctx, cancelFor, (*session).reset)
}

func (k *key) do(ctx context.Context, patience time.Duration, f func(*session) error) error {
	_, err := call(ctx, k, patience, func(s *session) (struct{}, error) { return struct{}{}, f(s) })
	return err
}
