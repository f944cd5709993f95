package delivery

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
)

// A OptOut is what a phone last told this server about texts (R18): GO, texts
// are wanted, which some carriers wait for before they let any through; or STOP.
// Nothing is texted to a number that said STOP, whosever account it is.
type OptOut struct {
	Stopped bool      `json:"stopped,omitempty"`
	At      time.Time `json:"at"`
}

func consentKey(number string) string { return "text/" + number }

// LoadOptOut reads what a number in E.164 said last; At is zero if it never said
// anything.
func LoadOptOut(tx store.Tx, number string) (OptOut, error) {
	var c OptOut
	if err := store.Load(tx, consentKey(number), &c); err != nil && !errors.Is(err, store.ErrNotFound) {
		return c, fmt.Errorf("delivery: consent: %w", err)
	}
	return c, nil
}

// HandleOptOut takes a text from a number in E.164, and reports whether it changed what
// the number wants. Texts that are neither GO nor STOP change nothing. known says
// that somebody here has the number: a stranger's STOP is kept for the day that it
// is anybody's, and a stranger's GO need not be.
func HandleOptOut(tx store.Tx, number, body string, known bool) (c OptOut, changed bool, err error) {
	stop, ok := heard(body)
	before, err := LoadOptOut(tx, number)
	if err != nil || !ok || before.Stopped == stop && !before.At.IsZero() {
		return before, false, err
	}
	c = OptOut{Stopped: stop, At: tx.Now().UTC()}
	switch {
	case stop || known:
		err = store.Save(tx, consentKey(number), c)
	case !before.At.IsZero():
		err = tx.Delete(consentKey(number))
	default:
		return OptOut{}, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("delivery: consent: %w", err)
	}
	return c, true, nil
}

// heard reads the word of a text, as people and carriers write it.
func heard(body string) (stop, ok bool) {
	switch strings.ToUpper(strings.Trim(body, " \t\r\n.!\"'")) {
	case "GO", "START":
		return false, true
	case "STOP":
		return true, true
	}
	return false, false
}

// Stopped reports whether nothing may be sent to somebody: a number that said
// STOP.
func Stopped(tx store.Tx, channel api.Channel, to string) (bool, error) {
	if channel != api.ByText {
		return false, nil
	}
	c, err := LoadOptOut(tx, to)
	return c.Stopped, err
}
