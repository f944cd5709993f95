package ui_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/ui/uitest"
)

// A user with a sheet of void codes learns at sign-in why they do not work and
// what to do, by keyboard and by mouse (R74).
func TestVoidCodesAreExplainedAtSignIn(t *testing.T) {
	press := map[string]func(h *uitest.Harness, key uitest.Key, args ...any){
		"keyboard": func(h *uitest.Harness, key uitest.Key, args ...any) { h.Do(key, args...) },
		"mouse": func(h *uitest.Harness, key uitest.Key, args ...any) {
			for _, c := range h.Controls() {
				if h.Names(c.Name, key, args...) {
					h.Click(h.Aim(c))
					h.Settle()
					return
				}
			}
			t.Fatalf("no %s on screen: %s", key, h.Seen())
		},
	}
	for name, press := range press {
		t.Run(name, func(t *testing.T) {
			h := uitest.New(t, crawlSeed())
			h.EnterPassword("mara", uitest.Password)
			press(h, "wizard.ways.link")
			press(h, "method.backup-code")
			h.SeesFilled("wizard.backup.heading", uitest.With{"number": 1})
			h.Write("q4tcm8ze1vja6y0p") // number 2: out of order, so all are void (R73)
			h.Press(fyne.KeyReturn)
			h.Sees("error.backup_code_out_of_order.what")
			press(h, "wizard.ways.link")
			h.Sees("wizard.ways.unable", "wizard.unable.backup_code_inactive")
			h.Misses("wizard.ways.backup-code") // no next code is promised
			press(h, "method.backup-code")
			h.Sees("wizard.backup.none-heading")
			h.Write("7kmq2xwd9hfz3r8n")
			h.Press(fyne.KeyReturn)
			h.Sees("error.backup_code_inactive.void.what", "error.backup_code_inactive.none.next")
		})
	}
}
