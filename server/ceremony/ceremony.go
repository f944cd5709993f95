package ceremony

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/delivery"
	"nightlatch/server/session"
)

// Errors of the engine.
var (
	ErrNotFound        = errors.New("ceremony: not found") // unknown, finished, expired or of another session
	ErrUnknownKind     = errors.New("ceremony: unknown kind")
	ErrSessionRequired = errors.New("ceremony: a session is required")
	ErrDefinition      = errors.New("ceremony: wrong definition")
	ErrUnsettled       = errors.New("ceremony: the account kept changing while the answer was examined")
)

// ErrAgain is returned by Edge.Do when the account has changed since Edge.Slow read it.
// The engine runs both again. After a few attempts it gives up with ErrUnsettled.
var ErrAgain = errors.New("ceremony: account changed, run again")

// A Rejection reports an input, or a Begin, that was refused without being examined: its
// form is wrong, it came too early, or nothing can be sent. It changes nothing, not even
// the revision. Answer returns it as the refusal of the current view, Begin as an error.
type Rejection struct{ Refusal api.Refusal }

func (r *Rejection) Error() string {
	return fmt.Sprintf("ceremony: rejected: %s", r.Refusal.Code)
}

// Reject returns a Rejection with that refusal.
func Reject(refusal api.Refusal) error { return &Rejection{Refusal: refusal} }

// A Caller is the client that makes a call.
type Caller struct {
	Session    *session.Session // nil without one
	Account    string           // ID of the session's account, "" without a session
	Client     string           // the name that the client gives itself, for audit and sessions
	RemoteAddr string           // address without port, or "console" for the in-memory connection
	Window     bool             // it is the window of this program
	Device     string           // the token of the device, from an earlier sign-in; "" without one (R43)
}

// A Ceremony is one running exchange, in the form that its definition gets. A
// definition may set Account once, when it has identified the user of an anonymous
// ceremony.
type Ceremony struct {
	ID      string
	Kind    api.Kind
	State   api.State
	Rev     int
	Created time.Time
	Expires time.Time
	Account string      // ID, "" while unknown
	Session string      // ID of the session it is bound to, "" if anonymous
	Trail   []api.State // the states passed so far, each once; the current one is last
	Caller  Caller      // of the present call; not stored
	Looking bool        // the call only reads; it must not create a session or send anything

	refusal  *api.Refusal
	notice   *api.Notice
	events   []audit.Event
	messages []delivery.Message
}

// Been reports whether the ceremony has passed through a state.
func (c *Ceremony) Been(s api.State) bool { return slices.Contains(c.Trail, s) }

// Refuse makes the refusal part of the next view. A refusal is not an error: its failure
// count and its events must be committed, and an error would roll them back.
func (c *Ceremony) Refuse(r api.Refusal) { c.refusal = &r }

// Notify adds the notice to the next view. The input was accepted; the notice is about the
// step that follows.
func (c *Ceremony) Notify(n api.Notice) { c.notice = &n }

// Record adds events to the account's activity list, in the transaction of the edge. The
// engine fills in Client and RemoteAddr.
func (c *Ceremony) Record(events ...audit.Event) { c.events = append(c.events, events...) }

// Send puts messages into the outbox, in the transaction of the edge. They are delivered
// after the commit.
func (c *Ceremony) Send(messages ...delivery.Message) { c.messages = append(c.messages, messages...) }
