package server

import (
	"context"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/delivery"
	"nightlatch/server/notice"
	"nightlatch/server/store"
)

// maxInbound is how many accounts with one number are notified of GO or STOP: as many
// as fit a transaction, with events and mail.
const maxInbound = 6

// Inbound handles a text that a phone sent to this server's number. GO and STOP say
// whether the phone accepts texts (R18); everything else is ignored. from is the number
// as the carrier reports it. The accounts with that number get an event and a mail,
// because STOP also stops sign-in codes. After GO a text is sent at once: it shows that
// the carrier delivers again.
func (s *Server) Inbound(ctx context.Context, from, to, body string) error {
	number, err := account.NormalizePhone(from, "")
	if err != nil || to != s.cfg.Policy.CarrierShortCode {
		return nil // not from a phone, or not for us
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		ids, err := account.WithPhone(tx, number, maxInbound)
		if err != nil {
			return err
		}
		optOut, changed, err := delivery.HandleOptOut(tx, number, body, len(ids) > 0)
		if err != nil || !changed {
			return err
		}
		event := audit.Event{Type: api.EventCarrierOptIn, Rule: "R18", Details: map[string]string{"number": account.MaskPhone(number)}}
		if optOut.Stopped {
			event.Type = api.EventCarrierOptOut
		}
		for _, id := range ids {
			a, err := account.Load(tx, id)
			if err != nil {
				return err
			}
			if err := s.announcer.Announce(tx, a, notice.Origin{}, event); err != nil {
				return err
			}
			if err := account.Save(tx, a); err != nil { // the account view has changed: notify its clients
				return err
			}
		}
		if optOut.Stopped || len(ids) == 0 || !s.senders.Capabilities().Text {
			return nil
		}
		return delivery.Enqueue(tx, s.cfg.Sealer, delivery.Message{
			Channel: api.ByText, To: number, Template: delivery.TextsWanted, Account: ids[0],
		})
	})
}
