package delivery

import (
	"context"
	"sync"
)

// Ways say how messages leave now. They can change while the server runs.
type Ways struct {
	Mail bool // a mail server takes mail
	Keep bool // mail that can't leave is kept on this computer, for its account's owner (Tray)
	Text bool // a gateway takes texts
}

// Code reports whether a code can be mailed, and whether that mail would be kept
// instead of sent.
func (w Ways) Code() (kept, ok bool) { return !w.Mail && w.Keep, w.Mail || w.Keep }

// Confirmed reports whether an address counts as confirmed (R4): proved by mail
// that was sent; or by mail that was kept, for as long as there is no other.
func (w Ways) Confirmed(proved, kept bool) bool { return proved || kept && w.Keep && !w.Mail }

// Notice reports whether a notice goes to an address, and whether it is kept
// instead of sent: one that only kept mail has confirmed may be somebody else's.
func (w Ways) Notice(proved, kept bool) (keep, ok bool) {
	if proved && w.Mail {
		return false, true
	}
	return true, w.Keep && (proved || kept)
}

// Carriers are the mailer and the texter of now: a Mailer and a Texter whose
// ends can be exchanged at any time.
type Carriers struct {
	keep bool

	mu     sync.RWMutex
	mailer Mailer
	texter Texter
}

// NewCarriers begins with a mailer and a texter, either of which may be nil.
// keep says that mail without a mailer is kept.
func NewCarriers(mailer Mailer, texter Texter, keep bool) *Carriers {
	return &Carriers{keep: keep, mailer: mailer, texter: texter}
}

// Ways returns what can be sent.
func (c *Carriers) Ways() Ways {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return Ways{Mail: c.mailer != nil, Keep: c.keep, Text: c.texter != nil}
}

// Set exchanges both ends.
func (c *Carriers) Set(mailer Mailer, texter Texter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mailer, c.texter = mailer, texter
}

func (c *Carriers) ends() (Mailer, Texter) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.mailer, c.texter
}

// Mail implements Mailer.
func (c *Carriers) Mail(ctx context.Context, to, subject, body string) error {
	mailer, _ := c.ends()
	if mailer == nil {
		return errNoWay()
	}
	return mailer.Mail(ctx, to, subject, body)
}

// Text implements Texter.
func (c *Carriers) Text(ctx context.Context, to, body string) error {
	_, texter := c.ends()
	if texter == nil {
		return errNoWay()
	}
	return texter.Text(ctx, to, body)
}

func errNoWay() error { return &PermanentError{Reason: "no way to send it is set up"} }
