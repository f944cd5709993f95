package ui_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/ui/shell"
	"nightlatch/ui/uitest"
)

func TestTabOrder(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.Ctrl(fyne.Key2)
	h.Do("ui.method.set-up-name", uitest.Key("method.text"))
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.email.heading")
	var order []string
	h.TabTo("kit.account", "mara")
	for range 40 {
		order = append(order, shell.NameOf(h.Canvas().Focused()))
		h.Canvas().FocusNext()
		if len(order) > 1 && shell.NameOf(h.Canvas().Focused()) == order[0] {
			break
		}
	}
	want := []uitest.Named{
		{Key: "kit.account", Arg: "mara"},
		{Key: "ui.rail.overview"},
		{Key: "ui.rail.two-factor"},
		{Key: "ui.rail.security-keys"},
		{Key: "ui.rail.backup-codes"},
		{Key: "ui.rail.temporary-passwords"},
		{Key: "ui.rail.sessions"},
		{Key: "ui.rail.activity"},
		{Key: "ui.rail.lab"},
		{Key: "ui.rail.settings"},
		{Key: "ui.rail.two-factor"}, // the breadcrumbs
		{Key: "wizard.email"},
		{Key: "wizard.cancel"},
		{Key: "wizard.back"},
		{Key: "wizard.email.next"},
		{Key: "lab.reset-do"},
		{Key: "lab.close"},
	}
	for i, stop := range want {
		if i >= len(order) || !h.Names(order[i], stop.Key, stop.Arg) {
			t.Fatalf("stop %d is not %v in %q", i, stop, order)
		}
	}
}
