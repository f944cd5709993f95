package ui_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/shell"
	"nightlatch/ui/uitest"
)

// R5: each part of a path but the last is a link to the page of that title, on every screen
// that has a path.
func TestBreadcrumbsLeadWhereTheySay(t *testing.T) {
	h := uitest.NewOwn(t)
	h.SignUp("mara", uitest.Password)
	c := h.Console
	visit := func(id shell.PageID) func() { return func() { c.Visit(id) } }
	screens := map[string]func(){
		"ceremony": func() { c.BeginCeremony(api.Begin{Kind: api.EnrollApp}, shell.TwoFactor) },
		"password": func() { c.BeginCeremony(api.Begin{Kind: api.ChangePassword}, shell.Settings) },
		"event": func() {
			c.Visit(shell.Activity)
			h.Settle()
			h.Do("activity.account-created")
		},
	}
	for _, id := range []shell.PageID{shell.Access, shell.Security, shell.TwoFactor, shell.SecurityKeys, shell.BackupCodes, shell.TemporaryPasswords, shell.Delivery, shell.Accounts, shell.Backups} {
		screens[string(id)] = visit(id)
	}
	for name, open := range screens {
		open()
		h.Settle()
		links := crumbLinks(h)
		if len(links) == 0 {
			t.Fatalf("%s has no path; on screen: %s", name, h.Seen())
		}
		if links[0] != c.PageTitle(shell.Settings) {
			t.Errorf("the path of %s is %q", name, links)
		}
		for i, title := range links {
			open()
			h.Settle()
			if got := crumbLinks(h); i >= len(got) || got[i] != title {
				t.Fatalf("%s: the path is now %q", name, got)
			}
			pressCrumb(h, i)
			h.Settle()
			if got := c.Window().Title(); !strings.HasPrefix(got, title+" – ") {
				t.Errorf("%s: %q leads to %q", name, title, got)
			}
		}
	}
}

// crumbLinks are the links of the path of the page in front.
func crumbLinks(h *uitest.Harness) (names []string) {
	eachCrumb(h, func(name string, _ fyne.Tappable) { names = append(names, name) })
	return names
}

func pressCrumb(h *uitest.Harness, nth int) {
	var all []fyne.Tappable
	eachCrumb(h, func(_ string, link fyne.Tappable) { all = append(all, link) })
	all[nth].Tapped(nil)
}

// eachCrumb finds the links of the path.
func eachCrumb(h *uitest.Harness, found func(name string, link fyne.Tappable)) {
	kittest.WalkVisible(h.Canvas().Content(), func(o fyne.CanvasObject) {
		if link, ok := o.(*control.CrumbLink); ok {
			found(link.Name, link)
		}
	})
}
