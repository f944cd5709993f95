package virtual

import (
	"context"
	"slices"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctap2"
	"nightlatch/fido/ctaphid"
)

// claimFor is how long to wait while another user has the key. It is less than the time
// that fido.Client allows for an answer without a touch.
const claimFor = 2500 * time.Millisecond

// Open opens the plugged-in key with this path in this process, without its
// pseudo-terminal. It is a fido.Opener. It returns fido.ErrRemoved for other paths.
func (b *Bench) Open(ctx context.Context, path string) (fido.Key, error) {
	if err := fido.ContextError(ctx); err != nil {
		return nil, err
	}
	p := b.plugged(path)
	if p == nil {
		return nil, fido.ErrRemoved
	}
	return ctap2.New(ctap2.Config{Backend: p.backend, U2F: p.u2f, Version: fido.LabVersion, Gone: p.gone, Claim: p.turn.claim})
}

// plugged returns the plugged-in key with this path, or nil.
func (b *Bench) plugged(path string) *plug {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.slots, func(s *slot) bool { return s.plug != nil && s.plug.path == path })
	if i < 0 {
		return nil
	}
	return b.slots[i].plug
}

// Opener opens the bench's keys in this process, and all others with another opener.
func (b *Bench) Opener(others fido.Opener) fido.Opener { return opener{b, others} }

type opener struct {
	bench  *Bench
	others fido.Opener
}

func (o opener) Open(ctx context.Context, path string) (fido.Key, error) {
	if o.bench.plugged(path) != nil || HasNoDevice(path) {
		return o.bench.Open(ctx, path)
	}
	return o.others.Open(ctx, path)
}

// A turn lets one user at a time have a key: an open key of this process, or one command
// from the pseudo-terminal.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// take waits until the key is free.
func (t turn) take(ctx context.Context) (release func(), err error) {
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// claim waits at most for claimFor. It returns fido.ErrBusy if another user still has the key.
func (t turn) claim(ctx context.Context) (release func(), err error) {
	limited, stop := context.WithTimeout(ctx, claimFor)
	defer stop()
	if release, err = t.take(limited); err == nil {
		return release, nil
	}
	if err := fido.ContextError(ctx); err != nil {
		return nil, err
	}
	return nil, fido.ErrBusy
}

// guard makes every command wait for its turn.
func (t turn) guard(b ctaphid.Backend) ctaphid.Backend {
	g := guarded{b, t}
	if u2f, is := b.(ctaphid.U2FBackend); is {
		return guardedU2F{g, u2f}
	}
	return g
}

type guarded struct {
	ctaphid.Backend
	turn turn
}

func (g guarded) CBOR(ctx context.Context, request []byte, status func(ctaphid.Status)) ([]byte, error) {
	release, err := g.turn.take(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	return g.Backend.CBOR(ctx, request, status)
}

type guardedU2F struct {
	guarded
	u2f ctaphid.U2FBackend
}

func (g guardedU2F) Msg(ctx context.Context, apdu []byte) ([]byte, error) {
	release, err := g.turn.take(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	return g.u2f.Msg(ctx, apdu)
}
