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
	h.sees("Create your account")
	h.press(fyne.KeyReturn)
	h.sees("The user name is empty")
	h.write("m")
	h.press(fyne.KeyReturn)
	h.sees("The password is empty")
	h.write("x")
	h.press(fyne.KeyReturn)
	h.sees("That can’t be a user name")
	h.empty()
	begun := time.Now()
	h.paste(huge())
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("pasting 10 MB took %v", took)
	}
	h.sees("Shortened: only")
	h.empty()
	h.paste("ma\u202era\u0007")
	h.sees("Signs that can’t be seen were left out")
	h.press(fyne.KeyTab)
	h.empty()
	h.write(password)
	h.press(fyne.KeyReturn)
	h.sees("If this phone died now", "mara")

	h.ctrl(fyne.Key2)
	h.do("Set up: Authenticator app")
	h.press(fyne.KeyReturn)
	h.sees("Which address gets your security notices?")
	for _, bad := range []string{"not an address", strings.Repeat("a", 300) + "@example.org", "a@b\u2066c"} {
		h.empty()
		h.paste(bad)
		h.press(fyne.KeyReturn)
		h.sees("Which address gets your security notices?", "That doesn’t look like an email address")
	}
	h.empty()
	h.paste("mara@example.org")
	h.press(fyne.KeyReturn)
	h.sees("Enter the code we mailed you")
	h.paste(huge())
	h.press(fyne.KeyReturn)
	h.sees("The code is empty")
	h.write("12")
	h.press(fyne.KeyReturn)
	h.sees("You typed 2 of 6 digits")
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
	h.sees("The account server can’t do this now", "Wait a moment and try again")
	h.press(fyne.KeyReturn)
	h.sees("Tried 2 times")
	h.block.wall.Store(false)
	h.press(fyne.KeyReturn)
	h.sees("No security key yet")

	h.ctrl(fyne.Key2)
	h.do("Set up: Text message")
	h.sees("What will happen")
	h.block.cut.Store(true)
	h.press(fyne.KeyReturn)
	h.sees("The account server doesn’t answer", "Try again")
	h.block.cut.Store(false)
	h.press(fyne.KeyReturn)
	h.sees("Which address gets your security notices?")
}

// A ceremony that is gone says so, and can be begun again.
func TestCeremonyGone(t *testing.T) {
	h := newHouse(t, nil)
	h.signUp("mara", password)
	h.ctrl(fyne.Key2)
	h.do("Set up: Authenticator app")
	h.sees("What will happen")
	_, err := h.console.server.Begin(t.Context(), api.Begin{Kind: api.EnrollApp}) // elsewhere: it takes the place
	must(t, err)
	h.press(fyne.KeyReturn)
	h.sees("This took too long", "Begin again")
	h.press(fyne.KeyReturn)
	h.sees("What will happen")
}
