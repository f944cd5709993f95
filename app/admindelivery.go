package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"nightlatch/app/secret"
	"nightlatch/server/delivery"
)

// The settings of delivery as admin sends them. They hold secrets.
type (
	mailRequest = delivery.MailSettings
	textRequest = delivery.TextSettings
)

// askMailPassword reads the password of the mail server.
func (c *adminCommand) askMailPassword(ctx context.Context) error {
	if c.request.Off || c.request.Mail.Username == "" {
		return nil
	}
	password, err := readSecret(ctx, c.terminal, &secret.Secret{
		Name: "Password of the mail server", Flag: "--password-from", From: c.from, Plain: true,
	})
	if err != nil {
		return err
	}
	c.request.Mail.Password = password
	return c.checkDelivery("set-mail", delivery.Settings{Mail: &c.request.Mail})
}

// askTextToken reads the token of the text gateway, if there is one.
func (c *adminCommand) askTextToken(ctx context.Context) error {
	if c.request.Off {
		return nil
	}
	url := &secret.Secret{Name: "URL of the gateway", Flag: "--url-from", From: c.urlFrom}
	token := &secret.Secret{Name: "Token of the gateway (empty for none)", Flag: "--token-from", From: c.from, Plain: true}
	secrets, err := newSecrets(c.terminal, url, token)
	if err != nil {
		return err
	}
	if c.urlFrom != "" {
		if c.request.Text.URL, err = secrets(ctx, url); err != nil {
			return err
		}
	}
	given, err := secrets(ctx, token)
	none := errors.Is(err, secret.ErrEnded) || errors.Is(err, secret.ErrUnnamed) && c.urlFrom != ""
	if err != nil && !(none && c.from == "") {
		return err
	}
	c.request.Text.Token = given
	return c.checkDelivery("set-text-gateway", delivery.Settings{Text: &c.request.Text})
}

// checkMail refuses invalid settings. It runs before the user types a secret.
func (c *adminCommand) checkMail() error {
	c.request.Mail = c.request.Mail.Parsed()
	m := c.request.Mail
	if m.Username != "" {
		m.Password = laterSecret
	}
	return c.checkDelivery("set-mail", delivery.Settings{Mail: &m})
}

func (c *adminCommand) checkText() error {
	c.request.Text = c.request.Text.Parsed()
	text := c.request.Text
	switch {
	case c.urlFrom != "" && text.URL != "":
		return usagef("set-text-gateway takes --url or --url-from, not both")
	case c.urlFrom != "":
		return nil // checked after it has been read
	}
	text.Token = laterSecret
	return c.checkDelivery("set-text-gateway", delivery.Settings{Text: &text})
}

// laterSecret is the placeholder of a secret that has not been read yet.
const laterSecret = "later"

func (c *adminCommand) checkDelivery(verb string, s delivery.Settings) error {
	if c.request.Off {
		return nil
	}
	if _, _, err := s.Build(time.Now); err != nil {
		return usagef("%s: %v", verb, err)
	}
	return nil
}

// setMail changes how mail is sent. The window's settings page changes the same settings.
func (o *operator) setMail(ctx context.Context, r adminRequest) error {
	done := fmt.Sprintf("mail is sent through %s", r.Mail.Addr)
	if r.Off {
		done = "no mail is sent"
	}
	return o.setDelivery(ctx, done, func(s *delivery.Settings) {
		s.Mail = &r.Mail
		if r.Off {
			s.Mail = nil
		}
	})
}

// setText changes how text messages are sent.
func (o *operator) setText(ctx context.Context, r adminRequest) error {
	done := "text messages are sent through this gateway" // without the URL, which may contain a secret
	if r.Off {
		done = "no text messages are sent"
	}
	return o.setDelivery(ctx, done, func(s *delivery.Settings) {
		s.Text = &r.Text
		if r.Off {
			s.Text = nil
		}
	})
}

// setDelivery changes the settings, if the new ones are valid, and prints when they take
// effect.
func (o *operator) setDelivery(ctx context.Context, done string, change func(*delivery.Settings)) error {
	used, err := o.server.SetDelivery(ctx, change)
	if err != nil {
		return err
	}
	when := "from now on"
	switch {
	case o.lab != nil || o.forLab:
		when = "after the next start without --lab"
	case !used, !o.running:
		when = "after the next start"
	}
	o.report.say(when + ", " + done)
	return nil
}
