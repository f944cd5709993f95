package uitest

import (
	"regexp"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/assetstest"
	"nightlatch/ui/shell"
)

// Tests identify texts on screen by their translation keys, so that the
// wording can change without changing a test. Methods that end in Text take
// data instead: a name, a number, a code.

// A Key is a translation key; an unknown one fails the test.
type Key = assetstest.Key

// With are named arguments of a text.
type With = assets.Args

// Pattern is a regular expression for a text.
func (h *Harness) Pattern(k Key, args ...any) string {
	h.T.Helper()
	return assetstest.Pattern(h.T, h.Console.Catalog, k, args...)
}

// Shows reports whether a text is on screen now.
func (h *Harness) Shows(k Key, args ...any) bool {
	h.T.Helper()
	return regexp.MustCompile(h.Pattern(k, args...)).MatchString(h.Seen())
}

// Index returns where in the text on screen a text begins, or -1.
func (h *Harness) Index(k Key, args ...any) int {
	h.T.Helper()
	at := regexp.MustCompile(h.Pattern(k, args...)).FindStringIndex(h.Seen())
	if at == nil {
		return -1
	}
	return at[0]
}

// Sees waits until the texts are on screen.
func (h *Harness) Sees(keys ...Key) {
	h.T.Helper()
	for _, k := range keys {
		h.SeesFilled(k)
	}
}

// SeesFilled waits until a text with these arguments is on screen.
func (h *Harness) SeesFilled(k Key, args ...any) {
	h.T.Helper()
	h.WaitFor(string(k), true, func() bool { return h.Shows(k, args...) })
}

// SeesText waits until data is on screen.
func (h *Harness) SeesText(texts ...string) {
	h.T.Helper()
	for _, s := range texts {
		h.WaitFor(s, true, func() bool { return strings.Contains(h.Seen(), s) })
	}
}

// Misses waits until a text is no longer on screen.
func (h *Harness) Misses(k Key, args ...any) {
	h.T.Helper()
	h.WaitFor(string(k), false, func() bool { return h.Shows(k, args...) })
}

// WaitFor handles results until the condition is equal to wanted.
func (h *Harness) WaitFor(what string, wanted bool, is func() bool) {
	h.T.Helper()
	deadline := time.After(10 * time.Second)
	for is() != wanted {
		select {
		case f := <-h.queue:
			f()
		case <-deadline:
			h.T.Fatalf("%q is on screen: %t; want %t; the screen: %s", what, !wanted, wanted, h.Seen())
		}
	}
}

// TabTo presses Tab until the part that a text names has the keyboard focus.
func (h *Harness) TabTo(k Key, args ...any) {
	h.T.Helper()
	h.TabToMatch(string(k), h.Pattern(k, args...))
}

// TabToText presses Tab until the part that data names has the keyboard focus.
func (h *Harness) TabToText(name string) {
	h.T.Helper()
	h.TabToMatch(name, regexp.QuoteMeta(name))
}

func (h *Harness) TabToMatch(what, pattern string) {
	h.T.Helper()
	named := regexp.MustCompile(" " + pattern + "$")
	var met []string
	for range 120 {
		if f := h.Canvas().Focused(); f != nil {
			at := shell.NameOf(f)
			if named.MatchString(at) {
				return
			}
			met = append(met, at)
		}
		h.Canvas().FocusNext()
	}
	h.T.Fatalf("Tab never reached %q, only %q", what, met)
}

// Do tabs to a part and presses Enter.
func (h *Harness) Do(k Key, args ...any) {
	h.T.Helper()
	h.TabTo(k, args...)
	h.Press(fyne.KeyReturn)
}

// HasFocus reports whether the part that a text names has the keyboard focus.
func (h *Harness) HasFocus(k Key, args ...any) bool {
	h.T.Helper()
	f := h.Canvas().Focused()
	return f != nil && h.Names(shell.NameOf(f), k, args...)
}

// A Named is a part that is named by a text with one argument.
type Named struct {
	Key Key
	Arg string
}

// Names reports whether a part's name, as nameOf returns it, ends with a text.
func (h *Harness) Names(name string, k Key, args ...any) bool {
	h.T.Helper()
	return regexp.MustCompile(" " + h.Pattern(k, args...) + "$").MatchString(name)
}
