package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"nightlatch/server/delivery"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// Where the settings of mail server and text gateway are kept, sealed: both hold
// a secret.
const (
	mailKey = "conf/mail"
	textKey = "conf/text"
)

// mailSettings are how mails leave (nightlatch admin set-mail).
type mailSettings struct {
	Addr     string           `json:"addr"`
	TLS      delivery.TLSMode `json:"tls"`
	From     string           `json:"from"`
	Username string           `json:"username,omitempty"`
	Password string           `json:"password,omitempty"`
}

func (m mailSettings) mailer(now func() time.Time) (*delivery.SMTPMailer, error) {
	return delivery.NewSMTPMailer(delivery.SMTPConfig{
		Addr: m.Addr, TLS: m.TLS, From: m.From, Username: m.Username, Password: m.Password, Now: now,
	})
}

// textSettings are how texts leave (nightlatch admin set-text-gateway).
type textSettings struct {
	URL   string `json:"url"`
	Token string `json:"token,omitempty"`
}

func (t textSettings) texter() (*delivery.Gateway, error) {
	return delivery.NewGateway(delivery.GatewayConfig{URL: t.URL, Token: t.Token})
}

// carriers returns the ways out that were set up; nil where none was.
func carriers(ctx context.Context, s store.Store, keys *seal.Keys, now func() time.Time) (delivery.Mailer, delivery.Texter, error) {
	var mail mailSettings
	var text textSettings
	var mailer delivery.Mailer
	var texter delivery.Texter
	switch err := loadSealed(ctx, s, keys, mailKey, &mail); {
	case err == nil:
		m, err := mail.mailer(now)
		if err != nil {
			return nil, nil, err
		}
		mailer = m
	case !errors.Is(err, store.ErrNotFound):
		return nil, nil, err
	}
	switch err := loadSealed(ctx, s, keys, textKey, &text); {
	case err == nil:
		t, err := text.texter()
		if err != nil {
			return nil, nil, err
		}
		texter = t
	case !errors.Is(err, store.ErrNotFound):
		return nil, nil, err
	}
	return mailer, texter, nil
}

func loadSealed(ctx context.Context, s store.Store, keys *seal.Keys, key string, v any) error {
	var plain []byte
	err := s.View(ctx, func(tx store.Tx) error {
		sealed, err := tx.Get(key)
		if err != nil {
			return err
		}
		plain, err = keys.Open(key, sealed)
		return err
	})
	if err != nil {
		return fmt.Errorf("app: %s: %w", key, err)
	}
	return json.Unmarshal(plain, v)
}

func saveSealed(ctx context.Context, s store.Store, keys *seal.Keys, key string, v any) error {
	plain, err := json.Marshal(v)
	if err != nil {
		return err
	}
	sealed := keys.Seal(key, plain)
	return s.Update(ctx, func(tx store.Tx) error { return tx.Put(key, sealed) })
}
