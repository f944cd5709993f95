package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
)

// setMail changes how mail is sent after the next start. The window's settings page
// changes the same settings.
func (c *adminCommand) setMail(ctx context.Context) error {
	if !c.off && c.mail.Username != "" {
		password, err := newSecrets(c.terminal).password()
		if err != nil {
			return err
		}
		c.mail.Password = password
	}
	done := fmt.Sprintf("after the next start, mail is sent through %s", c.mail.Addr)
	if c.off {
		done = "after the next start, no mail is sent"
	}
	return c.set(ctx, "set-mail", done, func(s *delivery.Settings) {
		s.Mail = &c.mail
		if c.off {
			s.Mail = nil
		}
	})
}

// setText changes how text messages are sent after the next start.
func (c *adminCommand) setText(ctx context.Context) error {
	if !c.off {
		token, err := newSecrets(c.terminal).ask("Token: ")
		if err != nil && !errors.Is(err, errNoLine) {
			return err
		}
		c.text.Token = token
	}
	done := "after the next start, text messages are sent through this gateway" // without the URL, which may contain a secret
	if c.off {
		done = "after the next start, no text messages are sent"
	}
	return c.set(ctx, "set-text-gateway", done, func(s *delivery.Settings) {
		s.Text = &c.text
		if c.off {
			s.Text = nil
		}
	})
}

// set changes the settings, if the new ones are valid, and then prints done.
func (c *adminCommand) set(ctx context.Context, verb, done string, change func(*delivery.Settings)) error {
	var changed delivery.Settings
	change(&changed)
	if _, _, err := changed.Build(time.Now); err != nil {
		return usagef("%s: %v", verb, err)
	}
	dir, err := prepareDirectory(c.dir)
	if err != nil {
		return err
	}
	s, keys, err := openStore(ctx, dir, time.Now, true, nil)
	if err != nil {
		return explainData(dir, err)
	}
	err = s.Update(ctx, func(tx store.Tx) error {
		set, err := delivery.LoadSettings(tx, keys)
		if err != nil {
			return err
		}
		change(&set)
		return set.Save(tx, keys)
	})
	if err := explainData(dir, errors.Join(err, s.Close())); err != nil {
		return err
	}
	fmt.Fprintln(c.out, done)
	return nil
}

// setOwner chooses the account that may configure mail and text messages in the window.
func (c *adminCommand) setOwner(ctx context.Context) error {
	s, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	var name string
	err = s.Update(ctx, func(tx store.Tx) error {
		a, err := account.ByLogin(tx, c.user)
		if errors.Is(err, account.ErrNotFound) {
			return refuse(err, "There is no account named %s. Check the name; upper and lower case do not matter.", c.user)
		}
		if err != nil {
			return err
		}
		name = a.Username
		return account.SetOwner(tx, a.ID)
	})
	if err := explainData(c.dir, errors.Join(err, s.Close())); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s may configure mail and text messages in the window\n", name)
	return nil
}
