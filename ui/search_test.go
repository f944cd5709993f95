package ui_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/shell"
	"nightlatch/ui/uitest"
)

// The search of the activity page finds old events, which are not loaded, says what was
// searched if it finds nothing, and exports all that it finds.
func TestActivitySearchFindsWhatIsNotLoaded(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	for range 60 {
		h.SignInElsewhere("mara", uitest.Password)
	}
	h.Ctrl(fyne.Key7)
	h.Sees("ui.activity.more")
	if h.Shows("activity.account-created") {
		t.Fatal("the oldest event is on the first page")
	}
	h.TabTo("ui.activity.search")
	h.Write("ACCOUNT crèated")
	h.Sees("activity.account-created", "ui.activity.found")
	if !h.HasFocus("ui.activity.search") {
		t.Error("the field lost the focus")
	}
	h.Write(" nowhere")
	h.SeesFilled("ui.activity.nothing", "ACCOUNT crèated nowhere")
	h.Press(fyne.KeyEscape)
	h.Misses("ui.activity.nothing")
	h.Sees("ui.activity.more")

	h.TabTo("ui.activity.filter")
	h.Press(fyne.KeyRight, fyne.KeyRight)
	h.Sees("activity.account-created")
	h.Press(fyne.KeyRight)
	h.SeesFilled("ui.activity.nothing-filter", uitest.Key("ui.activity.filter.refusals"))
	h.Press(fyne.KeyHome)
	h.Sees("ui.activity.more")

	path := filepath.Join(t.TempDir(), "a.txt")
	h.TabTo("ui.activity.search")
	h.Write("signed in")
	h.Sees("ui.activity.more")
	h.Do("ui.activity.export")
	h.TabTo("ui.save.where")
	h.ClearField()
	h.Write(path)
	h.Press(fyne.KeyReturn)
	h.Sees("ui.save.done")
	text, err := os.ReadFile(path)
	uitest.Must(t, err)
	if n := strings.Count(string(text), "\n"); n < 60 {
		t.Errorf("%d lines were exported, want all events that the search finds", n)
	}
}

// Enter or a click on an event opens its page, which says all that is recorded and leads
// back to the same row.
func TestEventDetail(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.SignInElsewhere("mara", uitest.Password)
	h.Ctrl(fyne.Key7)
	h.Sees("activity.account-created")
	h.Do("activity.account-created")
	h.Sees("ui.detail.when", "ui.event.entry", "ui.event.wasnt-you", "ui.client.here")
	h.SeesText(string(api.EventAccountCreated))
	h.Press(fyne.KeyEscape)
	h.Sees("ui.activity.lead")
	if !h.HasFocus("activity.account-created") {
		t.Errorf("the focus is on %s, not on the row", shell.NameOf(h.Canvas().Focused()))
	}
	h.Press(fyne.KeyReturn)
	h.Sees("ui.event.entry")
	h.Do("ui.detail.back", uitest.Key("ui.rail.activity"))
	h.Sees("ui.activity.lead")

	click(h, "activity.signed-in")
	h.SeesText("curl 8.5.0")
	h.Do("ui.event.same")
	h.Sees("ui.activity.lead")
	h.SeesText("curl 8.5.0")
	if h.Shows("activity.account-created") {
		t.Error("events of other programs are shown")
	}
	h.Do("activity.signed-in")
	h.Do("ui.event.open", uitest.Key("ui.rail.sessions"))
	h.Sees("ui.sessions.lead")

	h.Ctrl(fyne.Key1)
	h.Do("activity.owner-made")
	h.Sees("ui.event.entry")
	h.Do("ui.detail.back", uitest.Key("ui.rail.overview"))
	h.Sees("ui.overview.all")
}

// Enter or a click on a session opens its page. The one of this window is first.
func TestSessionDetail(t *testing.T) {
	h := uitest.New(t, nil)
	h.SignUp("mara", uitest.Password)
	h.SignInElsewhere("mara", uitest.Password)
	h.Ctrl(fyne.Key6)
	h.Sees("ui.sessions.current")
	if this, other := h.Index("ui.sessions.current"), strings.Index(h.Seen(), "curl"); this > other {
		t.Error("the session of this window is not first")
	}
	h.Do("ui.sessions.open", "curl 8.5.0")
	h.Sees("ui.session.created", "ui.session.seen", "ui.session.expires", "ui.session.lately", "activity.signed-in")
	h.Do("activity.signed-in")
	h.Sees("ui.event.entry")
	h.Press(fyne.KeyEscape)
	h.Sees("ui.session.created")
	h.Press(fyne.KeyEscape)
	h.Sees("ui.sessions.lead")
	click(h, "ui.sessions.open", uitest.Key("ui.client.here"))
	h.Sees("ui.session.created", "ui.sessions.current")
	h.Do("ui.detail.back", uitest.Key("ui.rail.sessions"))
	h.Do("ui.sessions.open", "curl 8.5.0")
	h.Do("ui.sessions.end-do")
	h.Sees("ui.sessions.end")
	h.Press(fyne.KeyTab, fyne.KeyReturn)
	h.Sees("ui.sessions.only")
}

// click presses the first control of a name with the mouse.
func click(h *uitest.Harness, name uitest.Key, args ...any) {
	h.T.Helper()
	for _, one := range h.Controls() {
		if h.Names(one.Name, name, args...) {
			h.Click(h.Aim(one))
			h.Settle()
			return
		}
	}
	h.T.Fatalf("nothing to press is called %s; on screen: %s", name, h.Seen())
}
