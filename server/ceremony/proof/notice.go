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
// (R4, R6), or none when there is no such address, no mailer, or no words.
func (k *Checker) Notice(tx store.Tx, c *ceremony.Ceremony, a *account.Account, event audit.Event) []delivery.Message {
	if !a.EmailConfirmed {
		return nil
	}
	return k.NoticeTo(tx, c, a, event, api.ByEmail, a.Email)
}

// NoticeTo is Notice for an address or number that is no longer the account's
// (R16).
func (k *Checker) NoticeTo(tx store.Tx, c *ceremony.Ceremony, a *account.Account, event audit.Event, channel api.Channel, to string) []delivery.Message {
	if to == "" || k.cannotSend(channel) != nil || !delivery.HasNotice(event.Type) {
		return nil
	}
	args := map[string]string{
		"username": a.Username,
		"client":   c.Caller.Client,
		"place":    c.Caller.Place,
		"at":       tx.Now().UTC().Format(time.RFC1123),
	}
	maps.Copy(args, event.Details)
	return []delivery.Message{{
		Channel:  channel,
		To:       to,
		Template: delivery.Notice(event.Type),
		Args:     args,
		Account:  a.ID,
	}}
}
