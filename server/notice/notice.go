// Package notice announces changes of an account: in its activity list, and by
// mail or text to its owner (R4, R6).
package notice

import (
	"maps"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// An Origin is the client that made a change.
type Origin struct {
	Client     string // the name that the client gives itself
	RemoteAddr string // its address, "" if it has none
}

// An Announcer writes announcements within the transaction of the change.
type Announcer struct {
	Sealer       *seal.Sealer
	Capabilities func() delivery.Capabilities

	told *Told // see Telling
}

// Told says on which channels notices were queued.
type Told struct {
	Mail bool
	Kept bool // the mail is kept on this computer
	Text bool
}

// Telling returns an announcer that also sets told. Set told to its zero value at the
// start of the transaction, which may run twice.
func (n Announcer) Telling(told *Told) *Announcer {
	n.told = told
	return &n
}

// Announce appends events to the account's activity list, and mails each event
// that has a notice.
func (n *Announcer) Announce(tx store.Tx, a *account.Account, from Origin, events ...audit.Event) error {
	return n.announce(tx, a, from, events, events)
}

// announce appends events to the activity list and mails the notices.
func (n *Announcer) announce(tx store.Tx, a *account.Account, from Origin, events, notices []audit.Event) error {
	for i := range events {
		events[i].Client, events[i].RemoteAddr = from.Client, from.RemoteAddr
	}
	if err := audit.Append(tx, a.ID, events...); err != nil {
		return err
	}
	for _, e := range notices {
		if err := n.send(tx, Mail(tx, n.Capabilities(), a, from, e)); err != nil {
			return err
		}
	}
	return nil
}

// Text sends the notice of an event to a phone number.
func (n *Announcer) Text(tx store.Tx, a *account.Account, from Origin, e audit.Event, to string) error {
	return n.send(tx, Text(tx, n.Capabilities(), a, from, e, to))
}

func (n *Announcer) send(tx store.Tx, messages []delivery.Message) error {
	for _, m := range messages {
		if err := delivery.Enqueue(tx, n.Sealer, m); err != nil {
			return err
		}
		if n.told != nil {
			n.told.Text = n.told.Text || m.Channel == api.ByText
			n.told.Kept = n.told.Kept || m.Keep
			n.told.Mail = n.told.Mail || m.Channel == api.ByEmail && !m.Keep
		}
	}
	return nil
}

// Mail returns the notice of an event to the account's confirmed address. It returns
// none if there is no such address, mail cannot be sent, or the event has no notice.
func Mail(tx store.Tx, can delivery.Capabilities, a *account.Account, from Origin, e audit.Event) []delivery.Message {
	keep, ok := can.Notice(a.EmailConfirmed, a.EmailKept)
	if !ok || !delivery.HasNotice(e.Type) {
		return nil
	}
	m := message(tx, a, from, e, api.ByEmail, a.Email)
	m.Keep = keep
	return []delivery.Message{m}
}

// Text returns the notice of an event to a phone number, which may no longer be the
// account's (R16). It returns none if texts cannot be sent or to is "".
func Text(tx store.Tx, can delivery.Capabilities, a *account.Account, from Origin, e audit.Event, to string) []delivery.Message {
	if to == "" || !can.Text || !delivery.HasNotice(e.Type) {
		return nil
	}
	return []delivery.Message{message(tx, a, from, e, api.ByText, to)}
}

func message(tx store.Tx, a *account.Account, from Origin, e audit.Event, channel api.Channel, to string) delivery.Message {
	args := map[string]string{
		"username": a.Username,
		"client":   from.Client,
		"place":    from.RemoteAddr,
		"at":       tx.Now().UTC().Format(time.RFC1123),

		"short_code": account.CarrierShortCode,
	}
	if e.Type == api.EventTemporaryPasswordMade {
		args["until"] = tx.Now().UTC().Add(account.TemporaryPasswordLife).Format("15:04 UTC") // the notice can be late
	}
	maps.Copy(args, e.Details)
	return delivery.Message{
		Channel:  channel,
		To:       to,
		Template: delivery.Notice(e.Type),
		Args:     args,
		Account:  a.ID,
	}
}
