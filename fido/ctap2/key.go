// Package ctap2 is the back end of package fido for authenticators that this program can
// call without a device between them: it speaks CTAP2 and U2F over a ctaphid.Backend. The
// lab's virtual keys are used this way where libfido2 cannot reach them.
//
// CTAP is the Client to Authenticator Protocol 2.1 (FIDO Alliance), and U2F the U2F Raw
// Message Formats 1.2 (FIDO Alliance).
package ctap2

import (
	"context"
	"errors"
	"fmt"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctap2/wire"
	"nightlatch/fido/ctaphid"
)

// obeyFor is how long a key may take to end a command after its context has ended. It is
// less than the three seconds of fido.Key.
const obeyFor = 2 * time.Second

// Config configures a key.
type Config struct {
	Backend ctaphid.Backend // for U2F it must be a ctaphid.U2FBackend
	U2F     bool            // the authenticator has no CTAP2
	Version [3]byte         // of the device: major, minor, build
	Gone    <-chan struct{} // closed when the authenticator is removed; nil means never

	// Claim reserves the authenticator before the first command, and waits for it if
	// another user has it. release is called by Close. nil means that there is no other.
	Claim func(ctx context.Context) (release func(), err error)
}

// A key is an open authenticator. Calls do not overlap.
type key struct {
	cfg     Config
	u2f     ctaphid.U2FBackend // nil for CTAP2
	release func()             // nil before the first command
	info    *infoAnswer        // nil before it was read
	running <-chan struct{}    // closed when a command that was abandoned has ended; or nil
}

// New returns the authenticator as a key.
func New(cfg Config) (fido.Key, error) {
	k := &key{cfg: cfg}
	if cfg.U2F {
		var is bool
		if k.u2f, is = cfg.Backend.(ctaphid.U2FBackend); !is {
			return nil, errors.New("ctap2: Config.Backend of a U2F key has no U2F")
		}
	}
	if cfg.Backend == nil {
		return nil, errors.New("ctap2: Config.Backend is missing")
	}
	return k, nil
}

// Gone reports whether the authenticator was removed.
func (k *key) Gone() bool {
	select {
	case <-k.cfg.Gone:
		return true
	default:
		return false
	}
}

// Close releases the authenticator, as soon as an abandoned command has ended.
func (k *key) Close() error {
	release, running := k.release, k.running
	k.release = nil
	switch {
	case release == nil:
	case running == nil:
		release()
	default:
		go func() {
			<-running
			release()
		}()
	}
	return nil
}

// command runs one CTAP2 command and decodes its answer into answer, unless that is nil.
func (k *key) command(ctx context.Context, number byte, params, answer any) error {
	request := []byte{number}
	if params != nil {
		raw, err := wire.Encode(params)
		if err != nil {
			return fmt.Errorf("ctap2: encoding a request: %w", err)
		}
		request = append(request, raw...)
	}
	raw, err := k.exchange(ctx, func(ctx context.Context) ([]byte, error) {
		return k.cfg.Backend.CBOR(ctx, request, func(ctaphid.Status) {})
	})
	switch {
	case err != nil:
		return err
	case len(raw) == 0:
		return &fido.AnswerError{}
	case raw[0] != 0 && k.Gone():
		return fido.ErrRemoved
	case raw[0] != 0:
		return fido.StatusError(ctx, raw[0])
	case answer == nil:
		return nil
	}
	if err := wire.Decode(raw[1:], answer); err != nil {
		return fmt.Errorf("ctap2: %w: %w", &fido.AnswerError{}, err)
	}
	return nil
}

// An outcome is the result of a call of the back end.
type outcome struct {
	raw []byte
	err error
}

// exchange runs a call of the back end. It returns at most obeyFor after ctx has ended or
// the key was removed.
func (k *key) exchange(ctx context.Context, call func(context.Context) ([]byte, error)) ([]byte, error) {
	if err := k.ready(ctx); err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(ctx)
	result, ended := make(chan outcome, 1), make(chan struct{})
	go func() {
		defer close(ended)
		defer cancel()
		raw, err := call(running)
		result <- outcome{raw, err}
	}()
	select {
	case o := <-result:
		return k.judge(ctx, o)
	case <-k.cfg.Gone:
		cancel()
	case <-ctx.Done():
	}
	late := time.NewTimer(obeyFor)
	defer late.Stop()
	select {
	case o := <-result:
		return k.judge(ctx, o)
	case <-late.C:
	}
	k.running = ended
	switch err := fido.ContextError(ctx); {
	case k.Gone():
		return nil, fido.ErrRemoved
	case errors.Is(err, fido.ErrTimeout):
		return nil, &fido.SilentError{Phase: fido.PhaseTouched}
	default:
		return nil, err
	}
}

// ready claims the authenticator, and waits until it has ended a command that was
// abandoned.
func (k *key) ready(ctx context.Context) error {
	switch err := fido.ContextError(ctx); {
	case err != nil:
		return err
	case k.Gone():
		return fido.ErrRemoved
	}
	if k.running != nil {
		select {
		case <-k.running:
			k.running = nil
		case <-k.cfg.Gone:
			return fido.ErrRemoved
		case <-ctx.Done():
			return fido.ContextError(ctx)
		}
	}
	if k.release != nil || k.cfg.Claim == nil {
		return nil
	}
	release, err := k.cfg.Claim(ctx)
	if err != nil {
		return err
	}
	k.release = release
	return nil
}

// judge translates the error of a call of the back end.
func (k *key) judge(ctx context.Context, o outcome) ([]byte, error) {
	switch ended := fido.ContextError(ctx); {
	case o.err == nil:
		return o.raw, nil
	case k.Gone(), errors.Is(o.err, fido.ErrRemoved):
		return nil, fido.ErrRemoved
	case ended != nil:
		return nil, ended
	}
	return nil, fmt.Errorf("%w: %w", fido.ErrInterrupted, o.err)
}
