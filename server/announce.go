package server

import (
	"maps"
	"net/http"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
)

// announce writes events into the account's activity list, and mails those that
// have a notice to the confirmed address (R4, R6), in the change's transaction.
func (s *Server) announce(tx store.Tx, a *account.Account, client, place string, events ...audit.Event) error {
	for i := range events {
		events[i].Client, events[i].RemoteAddr = client, place
	}
	if err := audit.Append(tx, a.ID, events...); err != nil {
		return err
	}
	keep, ok := s.carriers.Capabilities().Notice(a.EmailConfirmed, a.EmailKept)
	if !ok {
		return nil
	}
	for _, e := range events {
		if !delivery.HasNotice(e.Type) {
			continue
		}
		args := map[string]string{
			"username": a.Username,
			"client":   e.Client,
			"place":    e.RemoteAddr,
			"at":       tx.Now().UTC().Format(time.RFC1123),
		}
		maps.Copy(args, e.Details)
		err := delivery.Enqueue(tx, s.cfg.Sealer, delivery.Message{
			Channel:  api.ByEmail,
			To:       a.Email,
			Template: delivery.Notice(e.Type),
			Args:     args,
			Account:  a.ID,
			Keep:     keep,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// change runs fn on the call's account in one transaction, in which the session
// still is: one that was ended a moment ago changes nothing. fn may run twice.
func (s *Server) change(c *call, fn func(tx store.Tx, a *account.Account) error) error {
	ctx := c.r.Context()
	if c.r.Method == http.MethodDelete { // takes rights away, a full disk or not
		ctx = store.Urgent(ctx)
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		if _, err := s.sessions.Load(tx, c.session.Account, c.session.ID); err != nil {
			return err
		}
		a, err := account.Load(tx, c.session.Account)
		if err != nil {
			return err
		}
		return fn(tx, a)
	})
}

// announceBy is announce for the call's client and place.
func (s *Server) announceBy(c *call, tx store.Tx, a *account.Account, events ...audit.Event) error {
	return s.announce(tx, a, clientOf(c.r), placeOf(c.r), events...)
}
