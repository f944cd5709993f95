package main

import (
	"context"
	"errors"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/delivery"
	"nightlatch/server/store"
)

// setMail sets how mails leave, from the next start on. The window's settings
// are the same ones.
func (c *adminCommand) setMail(ctx context.Context) error {
	if !c.off && c.mail.Username != "" {
		password, err := newSecrets(c.terminal).password()
		if err != nil {
			return err
		}
		c.mail.Password = password
	}
	return c.set(ctx, "set-mail", func(s *delivery.Settings) {
		s.Mail = &c.mail
		if c.off {
			s.Mail = nil
		}
	})
}

// setText sets how texts leave, from the next start on.
func (c *adminCommand) setText(ctx context.Context) error {
	if !c.off {
		token, err := newSecrets(c.terminal).ask("Token: ")
		if err != nil && !errors.Is(err, errNoLine) {
			return err
		}
		c.text.Token = token
	}
	return c.set(ctx, "set-text-gateway", func(s *delivery.Settings) {
		s.Text = &c.text
		if c.off {
			s.Text = nil
		}
	})
}

// set changes the settings, if what is new makes sense.
func (c *adminCommand) set(ctx context.Context, verb string, change func(*delivery.Settings)) error {
	var fresh delivery.Settings
	change(&fresh)
	if _, _, err := fresh.Ends(time.Now); err != nil {
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
	return explainData(dir, errors.Join(err, s.Close()))
}

// setOwner says whose account may set up mail and texts in the window.
func (c *adminCommand) setOwner(ctx context.Context) error {
	if c.user == "" {
		return usagef("set-owner needs a user name: --user NAME")
	}
	s, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	err = s.Update(ctx, func(tx store.Tx) error {
		a, err := account.ByLogin(tx, c.user)
		if errors.Is(err, account.ErrNotFound) {
			return refuse(err, "There is no account named %s. Check the name; admin takes it in any case.", c.user)
		}
		if err != nil {
			return err
		}
		return account.SetOwner(tx, a.ID)
	})
	return explainData(c.dir, errors.Join(err, s.Close()))
}
