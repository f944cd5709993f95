package uitest

import (
	"context"
	"encoding/json"
	"sync"

	"nightlatch/fido"
)

// A timer ends the time for a touch when a test says so.
type timer struct {
	mu   sync.Mutex
	ends []context.CancelCauseFunc // of the running calls, and of earlier ones
}

func (t *timer) timeOut() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, end := range t.ends {
		end(fido.ErrTimeout)
	}
	t.ends = nil
}

func (t *timer) limit(ctx context.Context) (context.Context, func()) {
	ctx, end := context.WithCancelCause(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ends = append(t.ends, end)
	return ctx, func() { end(nil) }
}

func (t *timer) of(keys *fido.Client) timed { return timed{keys, t} }

// timed is a client whose calls that wait for a touch end with the timer.
type timed struct {
	*fido.Client
	timer *timer
}

// Create is part of securitykey.Devices.
func (k timed) Create(ctx context.Context, d fido.Device, options json.RawMessage, ui fido.Interaction) (json.RawMessage, error) {
	ctx, stop := k.timer.limit(ctx)
	defer stop()
	return k.Client.Create(ctx, d, options, ui)
}

// Identify is part of securitykey.Devices.
func (k timed) Identify(ctx context.Context, d fido.Device, rpID string, ids [][]byte, ui fido.Interaction) ([]byte, error) {
	ctx, stop := k.timer.limit(ctx)
	defer stop()
	return k.Client.Identify(ctx, d, rpID, ids, ui)
}
