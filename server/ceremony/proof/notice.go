package proof

import (
	"nightlatch/server/account"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/notice"
	"nightlatch/server/store"
)

// Announce records an event and mails its notice.
func (k *Checker) Announce(tx store.Tx, c *ceremony.Ceremony, a *account.Account, event audit.Event) {
	c.Record(event)
	k.MailNotice(tx, c, a, event)
}

// MailNotice mails the notice of an event to the account's confirmed address, if it can be
// sent (notice.Mail).
func (k *Checker) MailNotice(tx store.Tx, c *ceremony.Ceremony, a *account.Account, event audit.Event) {
	c.Send(notice.Mail(tx, k.Capabilities(), a, origin(c), event)...)
}

// TextNotice texts the notice of an event to a number that the account no longer has
// (R16).
func (k *Checker) TextNotice(tx store.Tx, c *ceremony.Ceremony, a *account.Account, event audit.Event, to string) {
	c.Send(notice.Text(tx, k.Capabilities(), a, origin(c), event, to)...)
}

func origin(c *ceremony.Ceremony) notice.Origin {
	return notice.Origin{Client: c.Caller.Client, RemoteAddr: c.Caller.RemoteAddr}
}

// HasAddress reports whether the account's address is enough to enrol a method (R4). That
// depends on whether mail can be sent now (delivery.Capabilities).
func (k *Checker) HasAddress(a *account.Account) bool {
	return k.Capabilities().Enough(a.EmailConfirmed, a.EmailKept)
}
