package shell

import (
	"context"
	"errors"
	"slices"
	"time"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/server/client"
)

// Server is a client of the account server that sends the token of the session.
func (c *Console) Server() *client.Client { return c.server }

// Account is the signed-in account, zero when nobody is signed in.
func (c *Console) Account() api.Account { return c.account }

// SetAccount replaces the account by a newer state.
func (c *Console) SetAccount(a api.Account) { c.account = a }

// About describes the account server.
func (c *Console) About() api.About { return c.about }

// SetAbout replaces the description of the server.
func (c *Console) SetAbout(a api.About) { c.about = a }

// SignedIn reports whether somebody is signed in.
func (c *Console) SignedIn() bool { return c.session != nil }

// Begin shows the first screen: the overview if the session of the last run is still
// valid, otherwise the sign-in form or the welcome screen.
func (c *Console) Begin() {
	if c.beginning {
		return
	}
	c.beginning = true
	c.root.Go(func(ctx context.Context) func() {
		show := c.begun(ctx)
		return func() { c.beginning = false; show() }
	})
}

// begun asks the server who is signed in, and returns a function that shows the first
// screen.
func (c *Console) begun(ctx context.Context) (show func()) {
	failed := func(err error) func() { return func() { c.ShowScreen(NewFailure(c, err, c.Begin)) } }
	about, err := c.Config.Client.About(ctx)
	if err != nil {
		return failed(err)
	}
	text, err := c.Config.Vault.Token()
	if err != nil || text == "" {
		return func() { c.takeAbout(about); c.showSignIn() }
	}
	token, others := readVault(text)
	server := c.Config.Client.WithToken(token)
	account, err := server.Account(ctx)
	var p *api.Problem
	switch {
	case err == nil:
		return func() {
			c.takeAbout(about)
			c.server, c.others = server, others
			c.enterAccount(account)
		}
	case errors.As(err, &p) && p.Code == api.SignInRequired:
		return func() { c.takeAbout(about); c.others = others; c.forgetSession(); c.showSignIn() }
	}
	return failed(err)
}

func (c *Console) takeAbout(about api.About) {
	c.about = about
	c.Learn(about.Now)
}

func (c *Console) showSignIn() { c.ShowScreen(c.parts.Ceremonies.SignIn()) }

// EnterSession takes a session that was just made, shows the account, and calls
// then if it is not nil.
func (c *Console) EnterSession(in api.SignedIn, then func()) {
	c.server = c.Config.Client.WithToken(in.SessionToken)
	c.about.Accounts = true
	c.about.Owned = c.about.Owned || in.Account.Owner
	entered := KeptSession{Username: in.Account.Username, Token: in.SessionToken}
	c.others = slices.DeleteFunc(c.others, func(o KeptSession) bool { return o.Username == entered.Username })
	c.keep(vaultText(entered, c.others), func(err error) {
		c.enterAccount(in.Account)
		c.rememberName()
		if then != nil {
			then()
		}
		if err != nil {
			c.Warn(explain.Code(c.Catalog, "not_kept"))
		}
	})
}

// enterAccount opens the console for an account: the rail, the events, and the
// overview or the ceremony that was open when the program was closed.
func (c *Console) enterAccount(a api.Account) {
	c.account = a
	c.rail = c.newRail()
	c.countPanel()
	c.frame()
	if c.session != nil {
		c.session.Leave()
	}
	c.session = c.root.Child()
	c.followEvents(c.session)
	c.loadPanel()
	if id := c.OpenCeremony(); id != "" {
		c.reopen(id)
		return
	}
	c.Visit(Overview)
}

// reopen shows the ceremony that was open, if it still is; otherwise the overview.
func (c *Console) reopen(id string) {
	server := c.server
	c.session.Go(func(ctx context.Context) func() {
		v, err := server.Ceremony(ctx, id)
		return func() {
			var p *api.Problem
			if err != nil {
				if errors.As(err, &p) {
					c.ForgetCeremony()
				}
				c.Visit(Overview)
				return
			}
			c.ResumeCeremony(v, "")
		}
	})
}

// eventsRetry is how long to wait before connecting to the event stream again.
const eventsRetry = 5 * time.Second

// followEvents listens to what changes in the account.
func (c *Console) followEvents(s *Scope) {
	server := c.server
	s.Follow(func(ctx context.Context, tell func(func())) {
		for ctx.Err() == nil {
			events, err := server.Events(ctx)
			var p *api.Problem
			switch {
			case errors.As(err, &p) && p.Code == api.SignInRequired:
				tell(func() { c.SignedOut(err) })
				return
			case err != nil: // no connection: each action reports it, and this loop tries again
				select {
				case <-ctx.Done():
				case <-time.After(eventsRetry):
				}
				continue
			}
			for e := range events {
				tell(func() { c.OnTopic(e.Topic) })
			}
			// If the session has ended, reconnecting makes no sense.
			if _, err := server.Account(ctx); errors.As(err, &p) && p.Code == api.SignInRequired {
				tell(func() { c.SignedOut(err) })
				return
			}
		}
	})
}

// OnTopic reloads the data of a topic.
func (c *Console) OnTopic(topic string) {
	if topic == api.TopicAccount {
		c.Reload(nil)
	}
	if c.parts.OnTopic != nil {
		c.parts.OnTopic(topic)
	}
	if c.front != nil {
		c.front.OnTopic(topic)
	}
}

// Reload loads the account again, and then calls then if it is not nil.
func (c *Console) Reload(then func()) {
	if c.session == nil {
		return
	}
	server := c.server
	c.session.Go(func(ctx context.Context) func() {
		a, err := server.Account(ctx)
		return func() {
			if err == nil {
				c.account = a
				c.loadPanel()
			}
			if then != nil {
				then()
			}
		}
	})
}

// SignOut ends this session and shows the sign-in form.
func (c *Console) SignOut() {
	if c.session == nil {
		return
	}
	c.settleDelayed(c.signOut)
}

func (c *Console) signOut() {
	server := c.server
	c.root.Go(func(ctx context.Context) func() {
		_ = server.SignOut(ctx) // if this fails the session ends by its time; this computer forgets it at once
		return nil
	})
	c.SignedOut(nil)
}

// SignedOut shows the sign-in form because the session is over. why is shown
// there; nil for nothing.
func (c *Console) SignedOut(why error) {
	if c.session == nil {
		return
	}
	if c.replacing {
		c.ended = why
		return
	}
	c.closeAccount()
	c.forgetSession()
	c.root.Go(func(ctx context.Context) func() {
		about, err := c.Config.Client.About(ctx)
		return func() {
			if err == nil {
				c.takeAbout(about)
			}
			c.showSignIn()
			c.loadPanel()
			if why != nil {
				c.Warn(explain.Error(c.Catalog, why))
			}
		}
	})
}

// Replacing is called before work that empties the server, such as a reset of the lab. The
// session ends before the work does; until over is called, the window ignores that, because
// it begins again then. Otherwise one reset would begin two sign-ins.
func (c *Console) Replacing() (over func(replaced bool)) {
	c.replacing, c.ended = true, nil
	return func(replaced bool) {
		why := c.ended
		c.replacing, c.ended = false, nil
		switch {
		case replaced && c.SignedIn():
			c.SignedOut(nil)
		case replaced:
			c.Begin()
		case why != nil:
			c.SignedOut(why)
		}
	}
}

func (c *Console) forgetSession() {
	c.server = c.Config.Client
	c.keepAll(func(error) {}) // a token that stays in the vault is no longer valid
}

// keep stores text in the vault, after any earlier store has ended.
func (c *Console) keep(text string, done func(error)) {
	before, kept := c.kept, make(chan struct{})
	c.kept = kept
	c.root.Go(func(context.Context) func() {
		defer close(kept)
		if before != nil {
			<-before
		}
		err := c.Config.Vault.SetToken(text)
		return func() { done(err) }
	})
}
