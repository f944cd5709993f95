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
	done := fmt.Sprintf("mail leaves by %s from the next start on", c.mail.Addr)
	if c.off {
		done = "no mail leaves from the next start on"
	}
	return c.set(ctx, "set-mail", done, func(s *delivery.Settings) {
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
	done := "texts leave by this gateway from the next start on" // a URL may hold a secret of its own
	if c.off {
		done = "no texts leave from the next start on"
	}
	return c.set(ctx, "set-text-gateway", done, func(s *delivery.Settings) {
		s.Text = &c.text
		if c.off {
			s.Text = nil
		}
	})
}

// set changes the settings, if what is new makes sense, and then says so in the
// words done.
func (c *adminCommand) set(ctx context.Context, verb, done string, change func(*delivery.Settings)) error {
	var fresh delivery.Settings
	change(&fresh)
	if _, _, err := fresh.Build(time.Now); err != nil {
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

// setOwner says whose account may set up mail and texts in the window.
func (c *adminCommand) setOwner(ctx context.Context) error {
	if c.user == "" {
		return usagef("set-owner needs a user name: --user NAME")
	}
	s, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	var name string
	err = s.Update(ctx, func(tx store.Tx) error {
		a, err := account.ByLogin(tx, c.user)
		if errors.Is(err, account.ErrNotFound) {
			return refuse(err, "There is no account named %s. Check the name; admin takes it in any case.", c.user)
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
	fmt.Fprintf(c.out, "%s may set up mail and texts in the window\n", name)
	return nil
}
