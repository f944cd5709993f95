package proof

import (
	"nightlatch/server/account"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/delivery"
	"nightlatch/server/notice"
	"nightlatch/server/store"
)

// Notice returns the mail that announces an event to the account's confirmed
// address, if it can be sent (notice.Mail).
func (k *Checker) Notice(tx store.Tx, c *ceremony.Ceremony, a *account.Account, event audit.Event) []delivery.Message {
	return notice.Mail(tx, k.Ways(), a, origin(c), event)
}

// TextNotice returns the text that announces an event to a number that is no
// longer the account's (R16).
func (k *Checker) TextNotice(tx store.Tx, c *ceremony.Ceremony, a *account.Account, event audit.Event, to string) []delivery.Message {
	return notice.Text(tx, k.Ways(), a, origin(c), event, to)
}

func origin(c *ceremony.Ceremony) notice.Origin {
	return notice.Origin{Client: c.Caller.Client, RemoteAddr: c.Caller.RemoteAddr}
}

// Confirmed reports whether the account has an address that counts as confirmed
// with the mail setup of now (R4).
func (k *Checker) Confirmed(a *account.Account) bool {
	return k.Ways().Confirmed(a.EmailConfirmed, a.EmailKept)
}
