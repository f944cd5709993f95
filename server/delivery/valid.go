package delivery

import (
	"maps"
	"time"
)

// errExpired reports a message whose code or password expired before it could be sent.
var errExpired = &PermanentError{Reason: "what it holds has expired"}

// expired reports whether what the message holds has expired.
func (m Message) expired(now time.Time) bool { return !m.Until.IsZero() && !now.Before(m.Until) }

// at returns the message as it reads when it is sent: for how long what it holds is valid
// is what is left then, and not what it began with (R12).
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
