package delivery

import (
	"context"
	"sync"
)

// Capabilities say how messages leave now. They can change while the server runs.
type Capabilities struct {
	Mail bool // a mail server takes mail
	Keep bool // mail that can't leave is kept on this computer, for its account's owner (Tray)
	Text bool // a gateway takes texts
}

// Code reports whether a code can be mailed, and whether that mail would be kept
// instead of sent.
func (w Capabilities) Code() (kept, ok bool) { return !w.Mail && w.Keep, w.Mail || w.Keep }

// Confirmed reports whether an address counts as confirmed (R4): proved by mail
// that was sent; or by mail that was kept, for as long as there is no other.
func (w Capabilities) Confirmed(proved, kept bool) bool { return proved || kept && w.Keep && !w.Mail }

// Notice reports whether a notice goes to an address, and whether it is kept
// instead of sent: one that only kept mail has confirmed may be somebody else's.
func (w Capabilities) Notice(proved, kept bool) (keep, ok bool) {
	if proved && w.Mail {
		return false, true
	}
	return true, w.Keep && (proved || kept)
}

// Senders are the mailer and the texter of now: a Mailer and a SMSSender whose
// ends can be exchanged at any time.
type Senders struct {
	keep bool

	mu     sync.RWMutex
	mailer Mailer
	texter SMSSender
}

// NewSenders begins with a mailer and a texter, either of which may be nil.
// keep says that mail without a mailer is kept.
func NewSenders(mailer Mailer, texter SMSSender, keep bool) *Senders {
	return &Senders{keep: keep, mailer: mailer, texter: texter}
}

// Capabilities returns what can be sent.
func (c *Senders) Capabilities() Capabilities {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return Capabilities{Mail: c.mailer != nil, Keep: c.keep, Text: c.texter != nil}
}

// Set exchanges both ends.
func (c *Senders) Set(mailer Mailer, texter SMSSender) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mailer, c.texter = mailer, texter
}

func (c *Senders) ends() (Mailer, SMSSender) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.mailer, c.texter
}

// Mail implements Mailer.
func (c *Senders) Mail(ctx context.Context, to, subject, body string) error {
	mailer, _ := c.ends()
	if mailer == nil {
		return errNoWay()
	}
	return mailer.Mail(ctx, to, subject, body)
}

// Text implements SMSSender.
func (c *Senders) Text(ctx context.Context, to, body string) error {
	_, texter := c.ends()
	if texter == nil {
		return errNoWay()
	}
	return texter.Text(ctx, to, body)
}

func errNoWay() error { return &PermanentError{Reason: "no way to send it is set up"} }
