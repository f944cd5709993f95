package lab_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/lab"
	"nightlatch/ui/shell"
	"nightlatch/ui/uitest"
)

// A labBench is a fake of the lab's virtual keys. It records what was done to them.
type labBench struct {
	mu      sync.Mutex
	keys    []api.LabKey
	done    []string
	changed chan struct{}
}

func (b *labBench) note(what string, change func()) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done = append(b.done, what)
	change()
	close(b.changed)
	b.changed = make(chan struct{})
	return nil
}

func (b *labBench) at(id string) *api.LabKey {
	return &b.keys[slices.IndexFunc(b.keys, func(k api.LabKey) bool { return k.ID == id })]
}

func (b *labBench) add(what string, k api.LabKey) (api.LabKey, error) {
	err := b.note(what, func() {
		k.ID, k.PluggedIn, k.HasPIN, k.PIN, k.Room = fmt.Sprintf("k%d", len(b.keys)+1), true, k.PIN != "", "", 25
		b.keys = append(b.keys, k)
	})
	return k, err
}

func (b *labBench) Plug(_ context.Context, k api.LabKey) (api.LabKey, error) {
	return b.add("plug "+string(k.Kind)+" "+k.Transport, k)
}

func (b *labBench) Copy(id, name string) (api.LabKey, error) {
	return b.add("copy "+id, api.LabKey{Name: name, Transport: "usb", Kind: api.KeyFIDO2, CopyOf: id})
}

func (b *labBench) Do(id string, d api.KeyAction) error {
	return b.note(string(d)+" "+id, func() {})
}

func (b *labBench) Set(id string, h api.KeyBehaviour) error {
	return b.note("set "+id, func() {
		if h.CounterStill != nil {
			b.at(id).CounterStill = h.CounterStill
		}
	})
}

func (b *labBench) Unplug(id string) error {
	return b.note("unplug "+id, func() { b.at(id).PluggedIn = false })
}

func (b *labBench) Replug(id string) error {
	return b.note("replug "+id, func() { b.at(id).PluggedIn = true })
}

func (b *labBench) Remove(id string) error {
	return b.note("remove "+id, func() { b.keys = slices.DeleteFunc(b.keys, func(k api.LabKey) bool { return k.ID == id }) })
}

func (b *labBench) List() []api.LabKey {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.keys)
}

func (b *labBench) Changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed
}

func (b *labBench) Reset() error { return nil }

// Virtual keys by keyboard: plug in, unplug, and the actions behind More.
func TestLabKeys(t *testing.T) {
	bench := &labBench{changed: make(chan struct{})}
	h := uitest.Build(t, server.Config{Policy: account.Classic()}, true, func(c *lab.Config) { c.Bench = bench })
	h.Ctrl(fyne.KeyL)
	h.Ctrl(fyne.KeyL)
	h.Sees("lab.no-keys")
	h.Do("lab.plug")
	h.Sees("lab.plug.why")
	h.TabTo("lab.plug.name")
	h.ClearField()
	h.Write("Blue")
	h.Press(fyne.KeyReturn)
	h.Sees("lab.key.in")
	h.SeesText("Blue")
	h.Do("lab.key.unplug-name", "Blue")
	h.Sees("lab.key.out")
	if at := shell.NameOf(h.Canvas().Focused()); !h.HasFocus("lab.key.plug-name", "Blue") {
		t.Errorf("after Unplug %s has the focus", at)
	}
	h.Do("lab.key.plug-name", "Blue")
	h.Sees("lab.key.in")

	h.Do("lab.key.more-name", "Blue")
	h.Sees("lab.kind.fido2")
	h.SeesFilled("lab.more.stored", "0", "25")
	h.Do("lab.more.still")
	h.Press(fyne.KeyEscape)
	h.Sees("lab.key.is-still")
	h.Do("lab.key.more-name", "Blue")
	h.Do("lab.more.fill")
	h.Do("lab.key.more-name", "Blue")
	h.Do("lab.more.copy")
	h.Sees("lab.key.is-copy")
	h.SeesFilled("lab.more.copy-name", "Blue")
	h.Do("lab.key.more-name", "Blue, copy")
	h.Do("lab.more.forget")
	h.Settle()
	want := []string{"plug fido2 usb", "unplug k1", "replug k1", "set k1", "fill k1", "copy k1", "remove k2"}
	if !slices.Equal(bench.done, want) {
		t.Errorf("done %q, want %q", bench.done, want)
	}
}

// The step that waits for a key links to the lab's virtual keys.
func TestLabKeyFromTheWizard(t *testing.T) {
	bench := &labBench{changed: make(chan struct{})}
	h := uitest.Build(t, server.Config{Policy: account.Classic()}, true, func(c *lab.Config) { c.Bench = bench })
	h.SignUp("mara", uitest.Password)
	h.Ctrl(fyne.Key2)
	h.Do("ui.method.set-up-name", uitest.Key("method.key"))
	h.Press(fyne.KeyReturn)
	h.ConfirmEmail("mara@example.org")
	h.Do("wizard.key.open-lab")
	h.Sees("lab.plug.why")
	h.Press(fyne.KeyEscape)
	h.Console.Config.Features.KeysInside = true // a system without pseudo-terminals
	h.Do("wizard.key.open-lab")
	h.Sees("lab.plug.why-inside")
	h.Press(fyne.KeyReturn)
	h.Settle()
	if want := []string{"plug fido2 usb"}; !slices.Equal(bench.done, want) {
		t.Errorf("done %q, want %q", bench.done, want)
	}
}
