package ui

import (
	"testing"

	"nightlatch/server/api"
	"nightlatch/ui/gallerytest"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

func dialogShots() []gallerytest.Shot {
	over := func(name string, s gallerytest.Shot, then func(*shell.Console)) gallerytest.Shot {
		s.Name, s.Then = name, then
		return s
	}
	codes := codeShot("", backupState{Account: gallerytest.Account(), Codes: gallerytest.Codes()}, wizard.Saved{})
	temporary := temporaryShot("", temporaryState{gallerytest.Account(), gallerytest.TemporaryPasswords()}, nil)
	onlyText := gallerytest.Account()
	onlyText.Methods = api.Methods{Text: true}
	return []gallerytest.Shot{
		over("16-replace-codes", codes, func(c *shell.Console) {
			p := newBackupCodes(c, sheets{c: c}, "")
			p.src.Value.Account = gallerytest.Account()
			p.replace()
		}),
		over("16-leave-codes", codes, func(c *shell.Console) { c.Confirm("ui.codes.leave", nil, nil) }),
		over("16-check-copy", codes, func(c *shell.Console) { sheets{c: c}.checkCopy(c.Root(), func(int) {}) }),
		over("16-save-codes", codes, func(c *shell.Console) {
			c.SaveAs(shell.SaveRequest{Title: "ui.save.codes", Name: "codes", Forms: []shell.SaveForm{{Key: "ui.save.pdf", Ending: ".pdf"}, {Key: "ui.save.text", Ending: ".txt"}}})
		}),
		over("16-new-temporary", temporary, func(c *shell.Console) { newTemporaryPasswords(c).ask() }),
		over("16-sign-out", sessionsShot("", gallerytest.Sessions()), confirmSignOut),
		over("16-delete-phone", twoFactorShot("", twoFactorState{Account: gallerytest.Account()}), func(c *shell.Console) {
			p := newTwoFactor(c)
			p.src.Value.Account = onlyText
			p.deletePhone()
		}),
		over("16-kept-mail", settingsShot("", gallerytest.Account()), func(c *shell.Console) {
			(&mailbox{c: c}).show([]api.Message{
				{To: "m@example.org", Subject: "Your confirmation code", Text: "418205 is your Nightlatch code to confirm this address. It is good for 1 hour.", At: gallerytest.Now()},
				{To: "m@example.org", Subject: "Your password was changed", At: gallerytest.Ago(3 * gallerytest.Day)},
			}, 0)
		}),
		over("16-licenses", settingsShot("", gallerytest.Account()), showLicenses),
		over("17-copied", codes, func(c *shell.Console) { c.Toast.Copied(true) }),
	}
}

// labShots are the lab's dialogs and its virtual keys.
func labShots() []gallerytest.Shot {
	page := twoFactorShot("", twoFactorState{Account: gallerytest.Account()})
	over := func(name string, then func(c *shell.Console), keys ...api.LabKey) gallerytest.Shot {
		s := page
		s.Name, s.Then = name, then
		s.Panel = func(c *shell.Console) shell.Panel { return stillPanel(c, keys...) }
		return s
	}
	more := func(name string, k api.LabKey) gallerytest.Shot {
		return over(name, func(c *shell.Console) { gallerytest.Tap(c, "lab.key.more-name", k.Name) }, k)
	}
	keys := gallerytest.LabKeys()
	return []gallerytest.Shot{
		over("17-lab-plug", func(c *shell.Console) { c.Panel().Open(shell.PlugIn) }, gallerytest.LabKey()),
		over("17-lab-keys", func(c *shell.Console) {
			if s := shell.ScrollIn(c.Panel().Content()); s != nil {
				s.ScrollToBottom()
			}
		}, keys...),
		more("17-lab-key-more", keys[1]),
		more("17-lab-key-more-locked", keys[4]),
		more("17-lab-key-more-old", keys[2]),
		over("17-lab-clock", func(c *shell.Console) { gallerytest.Tap(c, "lab.other") }, gallerytest.LabKey()),
	}
}

func TestGallery(t *testing.T) { gallerytest.Pictures(t, shots()) }

func TestNewsIsInSight(t *testing.T) { gallerytest.CheckNews(t, shots()) }

func TestEveryScreenInEveryDress(t *testing.T) { gallerytest.Check(t, shots()) }

func TestAppearanceSwitchesWhileRunning(t *testing.T) {
	gallerytest.CheckRestyle(t, shots(), "04-overview-lab", "05-two-factor", "11-temporary-made", "15-settings")
}
