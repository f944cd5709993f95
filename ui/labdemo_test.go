package ui

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
	"nightlatch/ui/kit"
)

// newDemo is a house with a demo account whose second step is an app.
func newDemo(t *testing.T) *house {
	t.Helper()
	users := &seed.Seed{Accounts: []seed.Account{{
		Username: "chloe", Password: password, Email: "chloe@example.org", App: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
		BackupCodes: seed.Codes{"7kmq-2xwd-9hfz-3r8n", "4tgc-8vqp-5jxw-6m2d"}, Story: "app-and-codes",
	}}}
	a := users.Accounts[0]
	return buildHouse(t, server.Config{Policy: account.Classic(), Seed: users}, true, func(c *lab.Config) {
		c.Accounts = []api.LabAccount{{Username: a.Username, Password: a.Password, Story: a.Story, AppSecret: a.App, BackupCodes: a.BackupCodes}}
	})
}

// A demo account is signed in to with what the lab shows: its app's code, which
// follows the lab's clock, and its backup codes by number.
func TestLabSignsIn(t *testing.T) {
	h := newDemo(t)
	h.sees("lab.story.app-and-codes", "lab.account.app")
	h.seesFilled("lab.account.backup", "2")
	h.seesText("4tgc-8vqp-5jxw-6m2d")
	h.do("lab.use-name", "chloe")
	h.press(fyne.KeyReturn)
	h.sees("wizard.code.app.heading")
	h.pass(time.Hour)
	secret := "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	now := h.appCode(secret)
	h.seesText(now[:3] + " " + now[3:])
	h.do("lab.account.copy-name", key("lab.account.app"), "chloe")
	code := h.app.Clipboard().Content()
	if code != now && code != h.appCode(secret) {
		t.Errorf("copied %q, the app shows %q", code, now)
	}
	h.tabTo("kit.code-field", "0", "6")
	h.write(code)
	h.press(fyne.KeyReturn)
	h.sees("wizard.signed-in.heading")
	h.press(fyne.KeyReturn)
	h.sees("ui.rescue.question")

	if icons := iconsIn(h.console.dock); slices.Contains(icons, "chevron") || !slices.Contains(icons, "copy") {
		t.Errorf("a row that copies has %q", icons)
	}
	h.do("lab.use-name", "chloe")
	h.seesFilled("lab.use.signed-in", "chloe")
	if got := h.app.Clipboard().Content(); got != password {
		t.Errorf("the clipboard has %q", got)
	}
}

func iconsIn(root fyne.CanvasObject) (names []string) {
	visible(root, func(o fyne.CanvasObject) {
		if i, ok := o.(*kit.Icon); ok {
			names = append(names, i.Name)
		}
	})
	return names
}

// A lab that covers the page gives way to what is asked for; one beside it stays.
func TestLabGivesWay(t *testing.T) {
	h := newDemo(t)
	c := h.console
	c.window.Resize(fyne.NewSize(800, 700))
	if c.slot.Visible() {
		t.Fatal("the lab doesn’t cover the page of a small window")
	}
	h.do("lab.use-name", "chloe")
	if c.dock.Visible() || !c.slot.Visible() {
		t.Error("the form that was filled in is behind the lab")
	}
	h.press(fyne.KeyReturn)
	h.sees("wizard.code.app.heading")
	h.write(h.appCode("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"))
	h.press(fyne.KeyReturn)
	h.sees("wizard.signed-in.heading")
	h.press(fyne.KeyReturn)
	h.sees("ui.rescue.question")

	h.ctrl(fyne.KeyL)
	if at := nameOf(h.canvas().Focused()); c.slot.Visible() || !h.hasFocus("lab.close") {
		t.Errorf("the lab was opened and %s has the keyboard", at)
	}
	h.ctrl(fyne.Key7)
	h.sees("ui.activity.lead")
	if c.dock.Visible() || !c.slot.Visible() {
		t.Error("the page that was gone to is behind the lab")
	}

	c.window.Resize(firstSize)
	h.ctrl(fyne.KeyL)
	h.ctrl(fyne.Key1)
	h.sees("ui.rescue.question")
	if !c.dock.Visible() || !c.slot.Visible() {
		t.Error("a lab beside the page was hidden")
	}
}
