package ui

import (
	"bytes"
	"image"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"nightlatch/ui/kit"
)

// Colours and sizes are looked up, not captured: what is switched while running
// looks like what was started that way.
func TestAppearanceSwitchesWhileRunning(t *testing.T) {
	words := newWords(t)
	light, dark := kit.Theme{Mode: kit.AlwaysLight, Words: words}, kit.Theme{Mode: kit.AlwaysDark, Words: words}
	for _, s := range shots() {
		switch s.name {
		case "02-sign-in-ways", "04-overview-lab", "05-two-factor", "07-app-save", "11-temporary-made", "12-keys", "15-settings":
		default:
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			app := test.NewTempApp(t)
			test.ApplyTheme(t, dark)
			fresh := stillConsole(app, words)
			s.open(fresh, firstSize)
			want := pixels(fresh.window.Canvas().Capture())

			test.ApplyTheme(t, light)
			c := stillConsole(app, words)
			s.open(c, firstSize)
			c.window.Canvas().Capture()
			test.ApplyTheme(t, dark)
			c.window.Content().Refresh()
			if got := pixels(c.window.Canvas().Capture()); !bytes.Equal(want, got) {
				t.Errorf("it looks unlike a fresh dark window around %v", differing(want, got))
			}
		})
	}
}

// differing is where two pictures of a window differ.
func differing(a, b []byte) (r image.Rectangle) {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			x, y := i/4%int(firstSize.Width), i/4/int(firstSize.Width)
			r = r.Union(image.Rect(x, y, x+1, y+1))
		}
	}
	return r
}

func pixels(m image.Image) []byte { return opaque(m).(*image.RGBA).Pix }

// The keyboard goes as one reads: rail, page, bar, lab; Cancel before Back
// before what goes on.
func TestTabOrder(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.ctrl(fyne.Key2)
	h.do("ui.method.set-up-name", key("method.text"))
	h.press(fyne.KeyReturn)
	h.sees("wizard.email.heading")
	var order []string
	h.tabTo("kit.account", "mara")
	for range 40 {
		order = append(order, nameOf(h.canvas().Focused()))
		h.canvas().FocusNext()
		if len(order) > 1 && nameOf(h.canvas().Focused()) == order[0] {
			break
		}
	}
	want := []named{
		{"kit.account", "mara"},
		{k: "ui.rail.overview"},
		{k: "ui.rail.two-factor"},
		{k: "ui.rail.security-keys"},
		{k: "ui.rail.backup-codes"},
		{k: "ui.rail.temporary-passwords"},
		{k: "ui.rail.sessions"},
		{k: "ui.rail.activity"},
		{k: "ui.rail.lab"},
		{k: "ui.rail.settings"},
		{k: "wizard.email"},
		{k: "wizard.cancel"},
		{k: "wizard.back"},
		{k: "wizard.email.next"},
		{k: "lab.reset-do"},
		{k: "lab.close"},
	}
	for i, stop := range want {
		if i >= len(order) || !h.names(order[i], stop.k, stop.arg) {
			t.Fatalf("stop %d is not %v in %q", i, stop, order)
		}
	}
}
