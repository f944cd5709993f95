package ceremony

import (
	"errors"
	"fmt"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/delivery"
	"nightlatch/server/session"
)

// What the engine can answer.
var (
	ErrNotFound        = errors.New("ceremony: not found") // unknown, finished, expired or someone else's
	ErrUnknownKind     = errors.New("ceremony: unknown kind")
	ErrSessionRequired = errors.New("ceremony: a session is required")
	ErrDefinition      = errors.New("ceremony: wrong definition")
	ErrUnsettled       = errors.New("ceremony: the account kept changing while the answer was examined")
)

// ErrAgain is what Edge.Do returns when the account has changed since Edge.Slow
// looked at it. The engine runs both again; after a few times it gives up with
// ErrUnsettled.
var ErrAgain = errors.New("ceremony: look again")

// A Rejection reports an input, or a Begin, that was refused before it was
// examined: its form is wrong, it came too early, or nothing can be sent. It
// changes nothing, not even the revision. Answer turns it into the current view
// with the refusal; Begin returns it as an error.
type Rejection struct{ Refusal api.Refusal }

func (r *Rejection) Error() string {
	return fmt.Sprintf("ceremony: rejected: %s", r.Refusal.Code)
}

// Reject returns a Rejection with that refusal.
func Reject(refusal api.Refusal) error { return &Rejection{Refusal: refusal} }

// A Caller is who asks.
type Caller struct {
	Session    *session.Session // nil without one
	Account    string           // the session's account, "" without a session
	Client     string           // what the client calls itself, for audit and sessions
	RemoteAddr string           // where it is, for audit and sessions
	Window     bool             // it is the window of this program
}

// A Ceremony is one running exchange, as its definition sees it. A definition
// may set Account, once, when an anonymous ceremony learns whose it is.
type Ceremony struct {
	ID      string
	Kind    api.Kind
	State   api.State
	Rev     int
	Created time.Time
	Expires time.Time
	Account string      // "" while nobody is known
	Session string      // ID of the session it is bound to, "" if anonymous
	Trail   []api.State // the states on the way here, this one last; each once
	Caller  Caller      // who asks now; not kept
}

// Been reports whether the ceremony has passed through a state.
func (c *Ceremony) Been(s api.State) bool {
	for _, t := range c.Trail {
		if t == s {
			return true
		}
	}
	return false
}

// A Move is an edge's verdict. A refusal is a Move and not an error: its failure
// count and audit event must commit, and an error would roll them back.
type Move struct {
	To      api.State // "" stays
	Refusal *api.Refusal
	Send    []delivery.Message // outbox rows; delivered after commit
	Audit   []audit.Event      // same transaction; Client and Place are filled in
}

// Go is a Move to a state.
func Go(to api.State) Move { return Move{To: to} }

// Refused is a Move that stays, with a refusal.
func Refused(r api.Refusal) Move { return Move{Refusal: &r} }
