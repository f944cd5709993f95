package bridge_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/nfc"
)

// A muteService accepts a call and does not answer until answer is closed.
type muteService struct {
	*desk
	answer chan struct{}
}

func (m muteService) Watch(ctx context.Context, show func([]nfc.Slot, error)) {
	select {
	case <-m.answer:
		m.desk.Watch(ctx, show)
	case <-ctx.Done():
	}
}

// A service that does not answer is reported as silent, not as absent, and
// only the first listing waits for it. After it answers, its readers are
// listed.
func TestServiceThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := muteService{newDesk("reader"), make(chan struct{})}
		b := newBridge(t, d, 0)
		changes := b.Changes(t.Context())
		asked := time.Now()
		if got := b.Reader(t.Context()); got.State != fido.ReaderServiceSilent {
			t.Errorf("a mute service: %v", got.State)
		}
		first := time.Since(asked)
		select {
		case <-changes:
		case <-time.After(time.Minute):
			t.Error("the window isn't told")
		}
		asked = time.Now()
		if ds, err := b.Devices(t.Context()); err != nil || len(ds) > 0 || time.Since(asked) > 0 {
			t.Errorf("the next listing: %v, %v after %v; the first one took %v", ds, err, time.Since(asked), first)
		}
		close(d.answer)
		synctest.Wait()
		if got := b.Reader(t.Context()); got.State != fido.ReaderEmpty {
			t.Errorf("after the answer: %v", got.State)
		}
	})
}
