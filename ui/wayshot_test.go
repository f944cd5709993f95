package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"nightlatch/server/api"
	"nightlatch/ui/chooser"
	"nightlatch/ui/gallerytest"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// wayShots are the ways through the window: the hubs, the pages of one event and of one
// session, the account menu, the search, the shortcuts, and what lies over a page for a moment.
func wayShots() []gallerytest.Shot {
	over := func(name string, s gallerytest.Shot, then func(*shell.Console)) gallerytest.Shot {
		s.Name, s.Then = name, func(c *shell.Console) {
			c.Register(parts(c, Config{}))
			then(c)
		}
		return s
	}
	hub := func(name string, id shell.PageID, a api.Account) gallerytest.Shot {
		return gallerytest.Shot{Name: name, Page: shell.Settings, Draw: func(c *shell.Console) shell.View {
			c.SetAccount(a)
			return newHub(c, id).Draw()
		}}
	}
	search := func(name, text string, more bool, found ...api.Activity) gallerytest.Shot {
		return over(name, hub("", shell.Access, gallerytest.Account()), func(c *shell.Console) { c.ShowStillSearch(text, found, more) })
	}
	page := overviewShot("", shell.Source[recoveryState]{Value: stillRecovery(gallerytest.SafeAccount(), gallerytest.Keys()[:2]...), Ready: true})
	keys := twoFactorShot("", twoFactorState{Account: gallerytest.Account()})
	codes := codeShot("", backupState{Account: gallerytest.Account(), Codes: gallerytest.Codes()}, wizard.Saved{}, newCodes()...)
	withLab := keys
	withLab.Panel = labPanel
	events, sessions := gallerytest.Activity(), gallerytest.Sessions()
	return []gallerytest.Shot{
		hub("12-access", shell.Access, gallerytest.Account()),
		hub("12-security", shell.Security, gallerytest.Account()),
		hub("12-security-off", shell.Security, gallerytest.PlainAccount()),
		sessionShot("13-session", sessions[0], events[3:8]...),
		sessionShot("13-session-new-place", sessions[2]),
		eventShot("14-event", events[5]),
		eventShot("14-event-refused", events[2]),
		over("16-account-menu", page, (*shell.Console).OpenAccountMenu),
		search("16-search", "", false),
		search("16-search-found", "code", true, events[1], events[3]),
		search("16-search-nothing", "flugzeug", false),
		over("16-shortcuts", page, (*shell.Console).ListShortcuts),
		over("16-choose-file", codes, func(c *shell.Console) {
			c.Config.Choose = func(context.Context, chooser.Request) (string, error) { return "", nil }
			c.SaveAs(shell.SaveRequest{Title: "ui.save.codes", Name: "codes", Forms: []shell.SaveForm{{Key: "ui.save.pdf", Ending: ".pdf"}, {Key: "ui.save.text", Ending: ".txt"}}})
		}),
		over("17-clipboard", codes, func(c *shell.Console) { c.CopySecret(newCodes()[0].Code) }),
		over("17-undo", keys, func(c *shell.Console) {
			c.OfferUndo(c.Catalog.T("ui.keys.renamed", gallerytest.Keys()[2].Label), func() {})
		}),
		over("17-tip", withLab, func(c *shell.Console) { restOn(c, "lab.close") }),
	}
}

func eventShot(name string, e api.Activity) gallerytest.Shot {
	return gallerytest.Shot{Name: name, Page: shell.Activity, Draw: func(c *shell.Console) shell.View {
		return (&eventPage{c: c, e: e, from: newActivity(c, "")}).Draw()
	}}
}

func sessionShot(name string, s api.Session, lately ...api.Activity) gallerytest.Shot {
	return gallerytest.Shot{Name: name, Page: shell.Sessions, Draw: func(c *shell.Console) shell.View {
		return (&sessionPage{c: c, s: s, from: newSessions(c), src: shell.Source[[]api.Activity]{Value: lately, Ready: true}}).Draw()
	}}
}

// restOn rests the mouse on the button with a translated name.
func restOn(c *shell.Console, key string) {
	name := c.Catalog.T(key)
	look.Walk(c.Window().Content(), func(o fyne.CanvasObject) bool {
		f, focusable := o.(fyne.Focusable)
		if focusable && strings.HasSuffix(shell.NameOf(f), " "+name) {
			if b, ok := o.(desktop.Hoverable); ok {
				b.MouseIn(nil)
				return false
			}
		}
		return true
	})
}
