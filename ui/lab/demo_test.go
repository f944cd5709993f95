package lab_test

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/lab"
	"nightlatch/server/seed"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
	"nightlatch/ui/uitest"
)

// newDemo returns a console with a demo account whose second step is an app.
func newDemo(t *testing.T) *uitest.Harness {
	t.Helper()
	users := &seed.Seed{Accounts: []seed.Account{{
		Username: "chloe", Password: uitest.Password, Email: "chloe@example.org", App: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
		BackupCodes: seed.Codes{"7kmq-2xwd-9hfz-3r8n", "4tgc-8vqp-5jxw-6m2d"}, Story: "app-and-codes",
	}}}
	a := users.Accounts[0]
	return uitest.Build(t, server.Config{Policy: account.Classic(), Seed: users}, true, func(c *lab.Config) {
		c.Accounts = []api.LabAccount{{Username: a.Username, Password: a.Password, Story: a.Story, AppSecret: a.App, BackupCodes: a.BackupCodes}}
	})
}

// The lab shows what a demo account needs to sign in: the current code of its app, by
// the lab's clock, and its backup codes by number.
func TestLabSignsIn(t *testing.T) {
	h := newDemo(t)
	h.Sees("lab.story.app-and-codes", "lab.account.app")
	h.SeesFilled("lab.account.backup", "2")
	h.SeesText("4tgc-8vqp-5jxw-6m2d")
	h.Do("lab.use-name", "chloe")
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.code.app.heading")
	h.Advance(20 * time.Minute) // the password counts for 30 (R3)
	secret := "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	now := h.AppCode(secret)
	h.SeesText(now[:3] + " " + now[3:])
	h.Do("lab.account.copy-name", uitest.Key("lab.account.app"), "chloe")
	code := h.App.Clipboard().Content()
	if code != now && code != h.AppCode(secret) {
		t.Errorf("copied %q, the app shows %q", code, now)
	}
	h.TabTo("kit.code-field", "0", "6")
	h.Write(code)
	h.Press(fyne.KeyReturn)
	h.Sees("ui.overview.methods")

	if icons := iconsIn(h.Console.Panel().Content()); slices.Contains(icons, "chevron") || !slices.Contains(icons, "copy") {
		t.Errorf("a row with a copy button has the icons %q", icons)
	}
	h.Do("lab.use-name", "chloe")
	h.SeesFilled("lab.use.signed-in", "chloe")
	if got := h.App.Clipboard().Content(); got != uitest.Password {
		t.Errorf("the clipboard has %q", got)
	}
}

func iconsIn(root fyne.CanvasObject) (names []string) {
	kittest.WalkVisible(root, func(o fyne.CanvasObject) {
		if i, ok := o.(*look.Icon); ok {
			names = append(names, i.Name)
		}
	})
	return names
}

// When the user opens a page, a panel that covers it is hidden. A panel beside
// the page stays.
func TestPanelThatCoversThePageHides(t *testing.T) {
	h := newDemo(t)
	c := h.Console
	c.Window().Resize(fyne.NewSize(800, 700))
	if c.PanelShown() || !c.PageShown() {
		t.Fatal("the lab covers the form of a small window, and nobody asked for it")
	}
	c.Window().Resize(shell.FirstSize)
	if !c.PanelShown() || !c.PageShown() {
		t.Fatal("the lab did not return beside the page when there was room again")
	}
	c.Window().Resize(fyne.NewSize(800, 700))
	h.Settle()
	h.Do("ui.door.lab")
	if c.PageShown() || !c.PanelShown() {
		t.Fatal("the lab was opened in a small window and does not cover the page")
	}
	h.Do("lab.use-name", "chloe")
	if c.PanelShown() || !c.PageShown() {
		t.Error("the form that was filled in is behind the lab")
	}
	h.Press(fyne.KeyReturn)
	h.Sees("wizard.code.app.heading")
	h.Write(h.AppCode("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"))
	h.Press(fyne.KeyReturn)
	h.Sees("ui.overview.methods")

	h.Ctrl(fyne.KeyL)
	if at := shell.NameOf(h.Canvas().Focused()); c.PageShown() || !h.HasFocus("lab.close") {
		t.Errorf("the lab was opened and %s has the focus", at)
	}
	h.Ctrl(fyne.Key7)
	h.Sees("ui.activity.lead")
	if c.PanelShown() || !c.PageShown() {
		t.Error("the new page is behind the lab")
	}

	h.Ctrl(fyne.KeyL)
	c.Window().Resize(shell.FirstSize)
	h.Ctrl(fyne.Key1)
	h.Sees("ui.overview.methods")
	if !c.PanelShown() || !c.PageShown() {
		t.Error("a lab beside the page was hidden")
	}
}
