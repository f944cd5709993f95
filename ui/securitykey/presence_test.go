package securitykey_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/fido"
	"nightlatch/server/api"
	"nightlatch/ui/uitest"
)

// watched counts the watchers.
type watched struct {
	uitest.NoKeys
	looking, ended atomic.Int32
}

func (w *watched) Watch(ctx context.Context, show func([]fido.Device, error)) error {
	w.looking.Add(1)
	defer w.ended.Add(1)
	defer w.looking.Add(-1)
	return w.NoKeys.Watch(ctx, show)
}

// Keys are watched only while a screen that needs them is shown.
func TestPresenceIsWatchedOnlyWhileShown(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	keys := &watched{}
	h.Stop()
	h.Devices = keys
	h.Start()
	h.Sees("ui.overview.methods")
	until := func(looking, ended int32) {
		t.Helper()
		deadline := time.After(10 * time.Second)
		for keys.looking.Load() != looking || keys.ended.Load() != ended {
			h.Poll()
			select {
			case <-deadline:
				t.Fatalf("%d look for keys, %d have ended; want %d and %d", keys.looking.Load(), keys.ended.Load(), looking, ended)
			default:
			}
		}
	}
	until(0, 0)
	h.Ctrl(fyne.Key3)
	until(1, 0)
	h.Console.OnTopic(api.TopicKeys) // a redraw must not start a second watcher
	h.Settle()
	until(1, 0)
	h.Ctrl(fyne.Key1)
	until(0, 1)
	h.Ctrl(fyne.Key3)
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.overview.heading")
	until(0, 2)
	h.Press(fyne.KeyReturn)
	h.ConfirmEmail("mara@example.org")
	h.Sees("wizard.key.insert")
	until(1, 2)
	h.Press(fyne.KeyEscape)
	h.Sees("wizard.overview.heading")
	until(0, 3)
}
