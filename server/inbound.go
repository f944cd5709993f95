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

// toldOfConsent is how many accounts hear that the number they share has said GO
// or STOP: as many as fit a transaction, with events, mail and tray.
const toldOfConsent = 6

// Inbound takes a text that a phone has sent to this server's number: GO and STOP
// say whether texts are wanted (R18), and everything else is ignored. from is the
// phone's number as its carrier vouches for it. Accounts with that number find it
// in their activity list, and their owners are told by mail, since codes to sign
// in with stop as well. Who says GO gets a text at once: the first that shows that
// the carrier lets them through.
func (s *Server) Inbound(ctx context.Context, from, to, body string) error {
	number, err := account.NormalizePhone(from, "")
	if err != nil || to != s.cfg.Policy.CarrierShortCode {
		return nil // not from a phone, or not for us
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		ids, err := account.WithPhone(tx, number, toldOfConsent)
		if err != nil {
			return err
		}
		consent, changed, err := delivery.HandleOptOut(tx, number, body, len(ids) > 0)
		if err != nil || !changed {
			return err
		}
		event := audit.Event{Type: api.EventCarrierOptIn, Rule: "R18", Details: map[string]string{"number": account.MaskPhone(number)}}
		if consent.Stopped {
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
			if err := account.Save(tx, a); err != nil { // its view has changed: who looks at it is told
				return err
			}
		}
		if consent.Stopped || len(ids) == 0 || !s.carriers.Capabilities().Text {
			return nil
		}
		return delivery.Enqueue(tx, s.cfg.Sealer, delivery.Message{
			Channel: api.ByText, To: number, Template: delivery.TextsWanted, Account: ids[0],
		})
	})
}
