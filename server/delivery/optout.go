package delivery

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/rawtext"
	"nightlatch/server/store"
)

// An OptOut is the last GO or STOP that a phone number sent (R18). Nothing is texted
// to a number that sent STOP, whichever account has it. Some carriers deliver
// nothing before the phone has sent GO.
type OptOut struct {
	Stopped bool      `json:"stopped,omitempty"`
	At      time.Time `json:"at"`
}

func optOutKey(number string) string { return "text/" + number }

// LoadOptOut reads the last GO or STOP of a number in E.164 form. At is zero if the
// number never sent either.
func LoadOptOut(tx store.Tx, number string) (OptOut, error) {
	var c OptOut
	if err := store.Load(tx, optOutKey(number), &c); err != nil && !errors.Is(err, store.ErrNotFound) {
		return c, fmt.Errorf("delivery: opt-out: %w", err)
	}
	return c, nil
}

// HandleOptOut handles a text message from a number in E.164 form and reports
// whether it changed the number's opt-out. Messages other than GO and STOP change
// nothing. known means that an account has the number. A STOP from an unknown number
// is stored, in case an account gets the number later; a GO only removes such a STOP.
func HandleOptOut(tx store.Tx, number, body string, known bool) (c OptOut, changed bool, err error) {
	stop, ok := parseOptOut(body)
	before, err := LoadOptOut(tx, number)
	if err != nil || !ok || before.Stopped == stop && !before.At.IsZero() {
		return before, false, err
	}
	c = OptOut{Stopped: stop, At: tx.Now().UTC()}
	switch {
	case stop || known:
		err = store.Save(tx, optOutKey(number), c)
	case !before.At.IsZero():
		err = tx.Delete(optOutKey(number))
	default:
		return OptOut{}, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("delivery: opt-out: %w", err)
	}
	return c, true, nil
}

// parseOptOut reads GO or STOP in the ways that people and carriers write them.
func parseOptOut(body string) (stop, ok bool) {
	switch strings.ToUpper(strings.Trim(rawtext.Parsed(body), " .!\"'")) {
	case "GO", "START":
		return false, true
	case "STOP":
		return true, true
	}
	return false, false
}

// Stopped reports whether nothing may be sent to a recipient, because the phone
// number sent STOP.
func Stopped(tx store.Tx, channel api.Channel, to string) (bool, error) {
	if channel != api.ByText {
		return false, nil
	}
	c, err := LoadOptOut(tx, to)
	return c.Stopped, err
}
