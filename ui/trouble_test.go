package ui

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
)

// huge is what a clipboard may hold.
func huge() string { return strings.Repeat("a", 10<<20) }

// paste pastes where the keyboard is.
func (h *house) paste(text string) {
	h.t.Helper()
	f, ok := h.canvas().Focused().(fyne.Shortcutable)
	if !ok {
		h.t.Fatal("nothing that takes a paste has the keyboard")
	}
	h.app.Clipboard().SetContent(text)
	f.TypedShortcut(&fyne.ShortcutPaste{Clipboard: h.app.Clipboard()})
	h.settle()
}

// What no field should hold is said in a sentence, and nothing changes.
func TestBadInput(t *testing.T) {
	h := newHouse(t, nil)
	h.sees("wizard.sign-up.heading")
	h.press(fyne.KeyReturn)
	h.sees("error.empty.username.what")
	h.write("m")
	h.press(fyne.KeyReturn)
	h.sees("error.empty.password.what")
	h.write("x")
	h.press(fyne.KeyReturn)
	h.sees("error.malformed.username.what")
	h.empty()
	begun := time.Now()
	h.paste(huge())
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("pasting 10 MB took %v", took)
	}
	h.sees("kit.cut")
	h.empty()
	h.paste("ma\u202era\u0007")
	h.sees("kit.cleaned")
	h.press(fyne.KeyTab)
	h.empty()
	h.write(password)
	h.press(fyne.KeyReturn)
	h.sees("ui.rescue.question")
	h.seesText("mara")

	h.ctrl(fyne.Key2)
	h.do("ui.method.set-up-name", key("method.app"))
	h.press(fyne.KeyReturn)
	h.sees("wizard.email.heading")
	for _, bad := range []string{"not an address", strings.Repeat("a", 300) + "@example.org", "a@b\u2066c"} {
		h.empty()
		h.paste(bad)
		h.press(fyne.KeyReturn)
		h.sees("wizard.email.heading", "error.malformed.address.what")
	}
	h.empty()
	h.paste("mara@example.org")
	h.press(fyne.KeyReturn)
	h.sees("wizard.code.email.heading")
	h.paste(huge())
	h.press(fyne.KeyReturn)
	h.sees("error.empty.code.what")
	h.write("12")
	h.press(fyne.KeyReturn)
	h.seesFilled("error.short.code.why", with{"typed": 2, "digits": 6})
}

// A roadBlock is a road to the server that can be cut, or lead to a wall.
type roadBlock struct {
	next http.Handler
	cut  atomic.Bool
	wall atomic.Bool // answers "unavailable"
}

func (b *roadBlock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case b.cut.Load():
		panic(http.ErrAbortHandler) // hangs up
	case b.wall.Load():
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `{"status":503,"code":"unavailable"}`)
	default:
		b.next.ServeHTTP(w, r)
	}
}

// A server that can't answer is said, and tried again.
func TestServerTrouble(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.block.wall.Store(true)
	h.ctrl(fyne.Key3)
	h.sees("error.unavailable.what", "error.unavailable.next")
	h.press(fyne.KeyReturn)
	h.seesFilled("ui.failure.tried", 2)
	h.block.wall.Store(false)
	h.press(fyne.KeyReturn)
	h.sees("ui.keys.none")

	h.ctrl(fyne.Key2)
	h.do("ui.method.set-up-name", key("method.text"))
	h.sees("wizard.overview.heading")
	h.block.cut.Store(true)
	h.press(fyne.KeyReturn)
	h.sees("error.no_answer.what", "wizard.key.retry")
	h.block.cut.Store(false)
	h.press(fyne.KeyReturn)
	h.sees("wizard.email.heading")
}

// A ceremony that is gone says so, and can be begun again.
func TestCeremonyGone(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.ctrl(fyne.Key2)
	h.do("ui.method.set-up-name", key("method.app"))
	h.sees("wizard.overview.heading")
	_, err := h.console.server.Begin(t.Context(), api.Begin{Kind: api.EnrollApp}) // elsewhere: it takes the place
	must(t, err)
	h.press(fyne.KeyReturn)
	h.sees("error.ceremony_gone.what", "wizard.again")
	h.press(fyne.KeyReturn)
	h.sees("wizard.overview.heading")
}
