package proof

import (
	"maps"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
)

// Notice is the mail that announces an event to the account's confirmed address
// (R4, R6), or none when there is no such address, no way for mail, or no words.
func (k *Checker) Notice(tx store.Tx, c *ceremony.Ceremony, a *account.Account, event audit.Event) []delivery.Message {
	keep, ok := k.Ways().Notice(a.EmailConfirmed, a.EmailKept)
	if !ok || !delivery.HasNotice(event.Type) {
		return nil
	}
	m := notice(tx, c, a, event, api.ByEmail, a.Email)
	m.Keep = keep
	return []delivery.Message{m}
}

// Confirmed reports whether an account has an address that counts as confirmed
// as mail leaves now (R4).
func (k *Checker) Confirmed(a *account.Account) bool {
	return k.Ways().Confirmed(a.EmailConfirmed, a.EmailKept)
}

// TextNotice is a notice to a number that is no longer the account's (R16).
func (k *Checker) TextNotice(tx store.Tx, c *ceremony.Ceremony, a *account.Account, event audit.Event, to string) []delivery.Message {
	if to == "" || !k.Ways().Text || !delivery.HasNotice(event.Type) {
		return nil
	}
	return []delivery.Message{notice(tx, c, a, event, api.ByText, to)}
}

func notice(tx store.Tx, c *ceremony.Ceremony, a *account.Account, event audit.Event, channel api.Channel, to string) delivery.Message {
	args := map[string]string{
		"username": a.Username,
		"client":   c.Caller.Client,
		"place":    c.Caller.RemoteAddr,
		"at":       tx.Now().UTC().Format(time.RFC1123),
	}
	maps.Copy(args, event.Details)
	return delivery.Message{
		Channel:  channel,
		To:       to,
		Template: delivery.Notice(event.Type),
		Args:     args,
		Account:  a.ID,
	}
}
