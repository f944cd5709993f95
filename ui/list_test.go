package ui

import (
	"slices"
	"testing"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/gallerytest"
	"nightlatch/ui/shell"
)

func TestFocusStaysOnTheSession(t *testing.T) {
	list := gallerytest.Sessions()
	button := func(w *assets.Catalog) string {
		return w.T("ui.sessions.end-name", explain.Client(w, list[1].Client, list[1].RemoteAddr))
	}
	gallerytest.CheckFocusStays(t, button, func(c *shell.Console) (shell.Screen, func()) {
		p := newSessions(c)
		p.src.Value, p.src.Ready = list, true
		return p, func() {
			p.src.Value = slices.Concat([]api.Session{{ID: "new", Client: list[1].Client, RemoteAddr: list[1].RemoteAddr}}, list)
		}
	})
}

func TestFocusStaysOnTheTemporaryPassword(t *testing.T) {
	list := gallerytest.TemporaryPasswords()
	button := func(w *assets.Catalog) string { return w.T("ui.temporary.revoke-name", list[1].Label) }
	gallerytest.CheckFocusStays(t, button, func(c *shell.Console) (shell.Screen, func()) {
		p := newTemporaryPasswords(c)
		p.scope, p.src.Ready = c.Root(), true
		p.src.Value = temporaryState{gallerytest.Account(), list[1:]}
		other := list[0]
		other.Label = list[1].Label
		return p, func() { p.src.Value.List = append([]api.TemporaryPassword{other}, list[1:]...) }
	})
}
