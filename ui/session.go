package ui

import (
	"context"
	"errors"
	"time"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
)

// begin finds out where the person is: new here, signed out, or still signed in.
func (c *Console) begin() {
	c.root.Go(func(ctx context.Context) func() {
		about, err := c.cfg.Client.About(ctx)
		if err != nil {
			return func() { c.show(&failure{c: c, err: err, again: c.begin}) }
		}
		token, err := c.cfg.Vault.Token()
		if err != nil || token == "" {
			return func() { c.learn(about.Now); c.about = about; c.door() }
		}
		server := c.cfg.Client.WithToken(token)
		account, err := server.Account(ctx)
		var p *api.Problem
		switch {
		case err == nil:
			return func() {
				c.learn(about.Now)
				c.about, c.server = about, server
				c.signedIn(account)
			}
		case errors.As(err, &p) && p.Code == api.SignInRequired:
			return func() { c.learn(about.Now); c.about = about; c.forgetSession(); c.door() }
		}
		return func() { c.show(&failure{c: c, err: err, again: c.begin}) }
	})
}

// door is the first screen for who isn't signed in.
func (c *Console) door() {
	if c.about.Accounts {
		c.show(newSignIn(c))
		return
	}
	c.show(newFirstStart(c))
}

// welcome takes the token of a session that was just made.
func (c *Console) welcome(in api.SignedIn, then func()) {
	c.server = c.cfg.Client.WithToken(in.SessionToken)
	c.about.Accounts = true
	c.keep(in.SessionToken, func(err error) {
		c.signedIn(in.Account)
		if then != nil {
			then()
		}
		if err != nil {
			c.warn(explain.Code(c.words, "not_kept"))
		}
	})
}

// signedIn opens the console for an account: rail, events, and the overview or
// the ceremony that was open when the program was closed.
func (c *Console) signedIn(a api.Account) {
	c.account = a
	c.rail = c.newRail()
	c.frame()
	if c.session != nil {
		c.session.Leave()
	}
	c.session = c.root.Child()
	c.follow(c.session)
	if c.lab != nil {
		c.lab.look("")
	}
	if id := c.cfg.Prefs.String(c.prefOpen()); id != "" {
		c.goOn(id)
		return
	}
	c.visit(placeOverview)
}

// goOn shows the ceremony that was open, if it still is; the overview otherwise.
func (c *Console) goOn(id string) {
	server := c.server
	c.session.Go(func(ctx context.Context) func() {
		v, err := server.Ceremony(ctx, id)
		return func() {
			var p *api.Problem
			if err != nil {
				if errors.As(err, &p) {
					c.cfg.Prefs.RemoveValue(c.prefOpen())
				}
				c.visit(placeOverview)
				return
			}
			page := newWizard(c, api.Begin{Kind: v.Kind, Method: methodOf(v)}, homeOf(v.Kind))
			page.open = &v
			c.show(page)
		}
	})
}

// methodOf is the method of a ceremony that turns one off.
func methodOf(v api.View) api.Method {
	if s, ok := v.Step.(api.Confirm); ok {
		return s.Method
	}
	return ""
}

// homeOf is the place where a ceremony is begun.
func homeOf(k api.Kind) string {
	switch k {
	case api.ChangeEmail, api.ChangePassword, api.ChangePhone:
		return placeSettings
	case api.EnrollKey:
		return placeKeys
	}
	return placeTwoFactor
}

// follow listens to what changes in the account.
func (c *Console) follow(s *Scope) {
	server := c.server
	s.Follow(func(ctx context.Context, tell func(func())) {
		for ctx.Err() == nil {
			events, err := server.Events(ctx)
			var p *api.Problem
			switch {
			case errors.As(err, &p) && p.Code == api.SignInRequired:
				tell(func() { c.signedOut(err) })
				return
			case err != nil: // no connection now: every action says so, and this goes on trying
				select {
				case <-ctx.Done():
				case <-time.After(5 * time.Second):
				}
				continue
			}
			for e := range events {
				tell(func() { c.heard(e.Topic) })
			}
			// The stream ends for good when the session does.
			if _, err := server.Account(ctx); errors.As(err, &p) && p.Code == api.SignInRequired {
				tell(func() { c.signedOut(err) })
				return
			}
		}
	})
}

// heard looks again at what a topic is about.
func (c *Console) heard(topic string) {
	switch topic {
	case api.TopicAccount:
		c.reload(nil)
	case api.TopicMessages:
		c.mailCame()
	}
	if c.front != nil {
		c.front.hear(topic)
	}
}

// reload looks at the account again, and then goes on.
func (c *Console) reload(then func()) {
	if c.session == nil {
		return
	}
	server := c.server
	c.session.Go(func(ctx context.Context) func() {
		a, err := server.Account(ctx)
		return func() {
			if err == nil {
				c.account = a
				if c.lab != nil {
					c.lab.look("")
				}
			}
			if then != nil {
				then()
			}
		}
	})
}

// signOut ends this session and goes to the door.
func (c *Console) signOut() {
	server := c.server
	c.root.Go(func(ctx context.Context) func() {
		_ = server.SignOut(ctx) // what can't be ended now ends by its time; this computer forgets it at once
		return nil
	})
	c.signedOut(nil)
}

// signedOut goes to the door because the session is over; why is shown there.
func (c *Console) signedOut(why error) {
	if c.session == nil {
		return
	}
	c.session.Leave()
	c.session = nil
	c.account = api.Account{}
	c.cfg.Prefs.RemoveValue(c.prefOpen())
	c.forgetSession()
	for _, o := range c.window.Canvas().Overlays().List() {
		c.window.Canvas().Overlays().Remove(o)
	}
	c.rail = nil
	c.frame()
	c.root.Go(func(ctx context.Context) func() {
		about, err := c.cfg.Client.About(ctx)
		return func() {
			if err == nil {
				c.about = about
				c.learn(about.Now)
			}
			c.door()
			if c.lab != nil {
				c.lab.look("")
			}
			if why != nil {
				c.warn(explain.Error(c.words, why))
			}
		}
	})
}

func (c *Console) forgetSession() {
	c.server = c.cfg.Client
	c.keep("", func(error) {}) // a token that stays is worth nothing any more
}

// keep puts a session's token into the vault, after what was put there before.
func (c *Console) keep(token string, done func(error)) {
	before, kept := c.kept, make(chan struct{})
	c.kept = kept
	c.root.Go(func(context.Context) func() {
		defer close(kept)
		if before != nil {
			<-before
		}
		err := c.cfg.Vault.SetToken(token)
		return func() { done(err) }
	})
}
