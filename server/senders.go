package server

import (
	"context"
	"fmt"

	"nightlatch/server/delivery"
	"nightlatch/server/store"
)

// fixedDelivery reports whether the configuration decides how messages are sent, as
// in the lab. Otherwise the owner of the server decides (delivery.Settings).
func (s *Server) fixedDelivery() bool {
	return s.cfg.Lab != nil || s.cfg.Mailer != nil || s.cfg.SMSSender != nil
}

// newSenders returns the senders of the configuration, or those of the stored
// settings.
func (s *Server) newSenders() (*delivery.Senders, error) {
	if s.fixedDelivery() {
		return delivery.NewSenders(s.cfg.Mailer, s.cfg.SMSSender, s.cfg.KeepMail), nil
	}
	var set delivery.Settings
	err := s.store.View(context.Background(), func(tx store.Tx) (err error) {
		set, err = delivery.LoadSettings(tx, s.cfg.Sealer)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	mailer, smsSender, err := set.Build(s.cfg.Now)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	return delivery.NewSenders(mailer, smsSender, s.cfg.KeepMail), nil
}
