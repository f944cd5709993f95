package delivery

import (
	"context"
	"sync"
)

// Capabilities say which messages can be sent. They can change while the server
// runs.
type Capabilities struct {
	Mail bool // a mail server is set up
	Keep bool // mail that cannot be sent is kept in the account's local mailbox
	Text bool // a text gateway is set up
}

// Kept reports whether mail is kept on this computer now.
func (c Capabilities) Kept() bool { return !c.Mail && c.Keep }

// Enough reports whether an address is enough to enrol a method (R4). proved means that
// a mailed code proved it; kept, that it was set while no mail could be sent, which is
// enough only as long as that is so.
func (c Capabilities) Enough(proved, kept bool) bool { return proved || kept && !c.Mail }

// Notice reports whether a notice to an address is possible (ok), and whether it is
// kept and not sent. An address that no code has proved may belong to someone else, so
// nothing is sent to it.
func (c Capabilities) Notice(proved, kept bool) (keep, ok bool) {
	if proved && c.Mail {
		return false, true
	}
	return true, c.Keep && (proved || kept)
}

// Senders is a Mailer and an SMSSender that pass messages on to others, which can
// be replaced at any time.
type Senders struct {
	keep bool

	mu     sync.RWMutex
	mailer Mailer
	sms    SMSSender
}

// NewSenders returns Senders for a mailer and an SMS sender. Either may be nil. With
// keep, mail is kept while there is no mailer.
func NewSenders(mailer Mailer, sms SMSSender, keep bool) *Senders {
	return &Senders{keep: keep, mailer: mailer, sms: sms}
}

// Capabilities returns what can be sent now.
func (s *Senders) Capabilities() Capabilities {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return Capabilities{Mail: s.mailer != nil, Keep: s.keep, Text: s.sms != nil}
}

// Set replaces both senders.
func (s *Senders) Set(mailer Mailer, sms SMSSender) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mailer, s.sms = mailer, sms
}

func (s *Senders) current() (Mailer, SMSSender) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.mailer, s.sms
}

// Mail implements Mailer.
func (s *Senders) Mail(ctx context.Context, to, subject, body string) error {
	mailer, _ := s.current()
	if mailer == nil {
		return errNoSender()
	}
	return mailer.Mail(ctx, to, subject, body)
}

// Text implements SMSSender.
func (s *Senders) Text(ctx context.Context, to, body string) error {
	_, sms := s.current()
	if sms == nil {
		return errNoSender()
	}
	return sms.Text(ctx, to, body)
}

func errNoSender() error {
	return &PermanentError{Reason: "no mail server or text gateway is set up for it"}
}
