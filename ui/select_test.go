package ui

import (
	"regexp"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/assetstest"
)

// Tests name what is on screen by translation keys: the wording may change without a
// test changing. Methods that end in Text take data instead: a name, a number, a code.

// A key is a translation key; an unknown one fails the test.
type key = assetstest.Key

// with are named arguments of a text.
type with = assets.Args

func (h *house) pattern(k key, args ...any) string {
	h.t.Helper()
	return assetstest.Pattern(h.t, h.console.words, k, args...)
}

// shows reports whether a text is on screen now.
func (h *house) shows(k key, args ...any) bool {
	h.t.Helper()
	return regexp.MustCompile(h.pattern(k, args...)).MatchString(h.seen())
}

// index returns where in the text on screen a text begins, or -1.
func (h *house) index(k key, args ...any) int {
	h.t.Helper()
	at := regexp.MustCompile(h.pattern(k, args...)).FindStringIndex(h.seen())
	if at == nil {
		return -1
	}
	return at[0]
}

// sees waits until the texts are on screen.
func (h *house) sees(keys ...key) {
	h.t.Helper()
	for _, k := range keys {
		h.seesFilled(k)
	}
}

// seesFilled waits until a text with these arguments is on screen.
func (h *house) seesFilled(k key, args ...any) {
	h.t.Helper()
	h.waitFor(string(k), true, func() bool { return h.shows(k, args...) })
}

// seesText waits until data is on screen.
func (h *house) seesText(texts ...string) {
	h.t.Helper()
	for _, s := range texts {
		h.waitFor(s, true, func() bool { return strings.Contains(h.seen(), s) })
	}
}

// misses waits until a text is no longer on screen.
func (h *house) misses(k key, args ...any) {
	h.t.Helper()
	h.waitFor(string(k), false, func() bool { return h.shows(k, args...) })
}

// waitFor runs what the console has to do until a condition is as wanted.
func (h *house) waitFor(what string, wanted bool, is func() bool) {
	h.t.Helper()
	deadline := time.After(10 * time.Second)
	for is() != wanted {
		select {
		case f := <-h.queue:
			f()
		case <-deadline:
			h.t.Fatalf("%q is on screen: %t; want %t; the screen: %s", what, !wanted, wanted, h.seen())
		}
	}
}

// tabTo presses Tab until the part that a text names has the keyboard focus.
func (h *house) tabTo(k key, args ...any) {
	h.t.Helper()
	h.tabToMatch(string(k), h.pattern(k, args...))
}

// tabToText presses Tab until the part that data names has the keyboard focus.
func (h *house) tabToText(name string) {
	h.t.Helper()
	h.tabToMatch(name, regexp.QuoteMeta(name))
}

func (h *house) tabToMatch(what, pattern string) {
	h.t.Helper()
	named := regexp.MustCompile(" " + pattern + "$")
	var met []string
	for range 120 {
		if f := h.canvas().Focused(); f != nil {
			at := nameOf(f)
			if named.MatchString(at) {
				return
			}
			met = append(met, at)
		}
		h.canvas().FocusNext()
	}
	h.t.Fatalf("Tab never reached %q, only %q", what, met)
}

// do tabs to a part and presses Enter.
func (h *house) do(k key, args ...any) {
	h.t.Helper()
	h.tabTo(k, args...)
	h.press(fyne.KeyReturn)
}

// hasFocus reports whether the part that a text names has the keyboard focus.
func (h *house) hasFocus(k key, args ...any) bool {
	h.t.Helper()
	f := h.canvas().Focused()
	return f != nil && h.names(nameOf(f), k, args...)
}

// A named is a part that is named by a text with one argument.
type named struct {
	k   key
	arg string
}

// names reports whether a part's name, as nameOf returns it, ends with a text.
func (h *house) names(name string, k key, args ...any) bool {
	h.t.Helper()
	return regexp.MustCompile(" " + h.pattern(k, args...) + "$").MatchString(name)
}
