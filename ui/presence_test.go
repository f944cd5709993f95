package ui

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/fido"
	"nightlatch/server/api"
)

// watched counts who looks for keys now.
type watched struct {
	noKeys
	looking, ended atomic.Int32
}

func (w *watched) Watch(ctx context.Context, show func([]fido.Device, error)) error {
	w.looking.Add(1)
	defer w.ended.Add(1)
	defer w.looking.Add(-1)
	return w.noKeys.Watch(ctx, show)
}

// Keys are looked for while a screen that is about them is shown, and no longer.
func TestPresenceIsWatchedOnlyWhileShown(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	keys := &watched{}
	h.leave()
	h.keys = keys
	h.enter()
	h.sees("ui.rescue.question")
	until := func(looking, ended int32) {
		t.Helper()
		deadline := time.After(10 * time.Second)
		for keys.looking.Load() != looking || keys.ended.Load() != ended {
			select {
			case f := <-h.queue:
				f()
			case <-deadline:
				t.Fatalf("%d look for keys, %d have ended; want %d and %d", keys.looking.Load(), keys.ended.Load(), looking, ended)
			default:
			}
		}
	}
	until(0, 0)
	h.ctrl(fyne.Key3)
	until(1, 0)
	h.console.heard(api.TopicKeys) // drawn again, not watched again
	h.settle()
	until(1, 0)
	h.ctrl(fyne.Key1)
	until(0, 1)
	h.ctrl(fyne.Key3)
	h.press(fyne.KeyReturn)
	h.sees("wizard.overview.heading")
	until(0, 2)
	h.press(fyne.KeyReturn)
	h.confirmEmail("mara@example.org")
	h.sees("wizard.key.insert")
	until(1, 2)
	h.press(fyne.KeyEscape)
	h.sees("wizard.overview.heading")
	until(0, 3)
}
