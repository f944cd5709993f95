package delivery

import (
	"maps"
	"time"

	"nightlatch/server/store"
)

// errExpired reports a message whose code or password expired before it could be sent.
var errExpired = &PermanentError{Reason: "its content has expired"}

// expired reports whether the content of the message has expired. A code that was made while
// the clock was ahead is not accepted (R86), so it is not sent either.
func (m Message) expired(now time.Time) bool {
	return !m.Until.IsZero() && !store.Valid(now, m.Made, m.Until)
}

// at returns the message with the validity that is left at the time of sending (R12).
func (m Message) at(now time.Time) Message {
	if m.Until.IsZero() {
		return m
	}
	args := maps.Clone(m.Args)
	if args == nil {
		args = map[string]string{}
	}
	args["valid"] = Duration(m.Until.Sub(now))
	m.Args = args
	return m
}
