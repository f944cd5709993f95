//go:build cgo && linux && !race

package securitykey_test

import (
	"context"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
	"nightlatch/ui/shell"
	"nightlatch/ui/uitest"
)

// The refusal of a full key links to the accounts stored on it.
func TestFullKeyLeadsToItsList(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	d := h.NewDesk(10*time.Second, nil)
	gate := &softkey.Gate{}
	gate.SetAuto(true)
	key, err := softkey.New(softkey.Config{Touch: gate, Transport: fido.USB, Capacity: 1})
	uitest.Must(t, err)
	uitest.Must(t, key.SetPIN("4711"))
	d.PlugInBackend(uitest.Refusing{Key: key, Command: 1, Status: 0x28})
	h.BeginKey()
	h.Sees("error.key_no_space.what")
	h.Do("wizard.key.see-contents")
	h.SeesFilled("ui.key.pin.ask", "Odd key")
	h.Write("4711")
	h.Press(fyne.KeyReturn)
	h.Sees("ui.key.kept.nothing")
	h.SeesFilled("ui.key.kept.more", 1)
}

func TestWithoutSecurityKeys(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.Stop()
	h.Devices = unsupported{}
	h.Start()
	h.Console.Config.Features = shell.Features{}
	h.Console.Panel().Redraw()
	h.Sees("lab.plug")
	h.Ctrl(fyne.Key3)
	h.Sees("ui.keys.none", "error.key_unsupported.what", "error.key_unsupported.alone.next")
	if h.Shows("ui.keys.add") {
		t.Error("a key can be added")
	}
}

// In a lab, the virtual keys can be used where others can't. The page says so while none is
// plugged in.
func TestOnlyVirtualKeys(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.Console.Config.Features = shell.Features{SecurityKeys: true, NoKeys: fido.ErrUnsupported}
	h.Console.Panel().Redraw()
	h.Ctrl(fyne.Key3)
	h.Sees("error.key_unsupported.what")
	if !h.Shows("ui.keys.add") {
		t.Error("the lab's key cannot be added")
	}
}

type unsupported struct{ uitest.NoKeys }

func (unsupported) Watch(ctx context.Context, show func([]fido.Device, error)) error {
	show(nil, fido.ErrUnsupported)
	<-ctx.Done()
	return nil
}
