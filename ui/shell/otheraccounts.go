package shell

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"nightlatch/server/api"
	"nightlatch/server/client"
)

// A KeptSession is the session of an account that stays signed in on this computer while
// another one is in the window.
type KeptSession struct {
	Username string `json:"username"`
	Token    string `json:"token"`
}

// OtherAccounts are the accounts that are signed in on this computer besides the one in the
// window.
func (c *Console) OtherAccounts() []KeptSession { return c.others }

// vaultText is what the vault keeps: the token alone if there is one session, as in earlier
// versions; else all sessions, the one in the window first.
func vaultText(current KeptSession, others []KeptSession) string {
	if len(others) == 0 {
		return current.Token
	}
	all := others
	if current.Token != "" {
		all = append([]KeptSession{current}, others...)
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic("shell: " + err.Error()) // strings can always be marshalled
	}
	return string(text)
}

// readVault reads what vaultText wrote.
func readVault(text string) (token string, others []KeptSession) {
	if !strings.HasPrefix(text, "[") {
		return text, nil
	}
	var all []KeptSession
	if json.Unmarshal([]byte(text), &all) != nil || len(all) == 0 {
		return "", nil
	}
	return all[0].Token, all[1:]
}

// currentSession is the session in the window; zero without one.
func (c *Console) currentSession() KeptSession {
	if c.session == nil {
		return KeptSession{}
	}
	return KeptSession{Username: c.account.Username, Token: c.server.Token()}
}

// keepAll stores all sessions.
func (c *Console) keepAll(done func(error)) { c.keep(vaultText(c.currentSession(), c.others), done) }

// SwitchTo brings another account that is signed in on this computer into the window. If its
// session has ended, the sign-in form asks for its password.
func (c *Console) SwitchTo(to KeptSession) {
	c.Leaving(func() {
		c.settleDelayed(func() {
			server := c.Config.Client.WithToken(to.Token)
			c.root.Go(func(ctx context.Context) func() {
				account, err := server.Account(ctx)
				return func() { c.switched(to, server, account, err) }
			})
		})
	})
}

func (c *Console) switched(to KeptSession, server *client.Client, account api.Account, err error) {
	var p *api.Problem
	ended := errors.As(err, &p) && p.Code == api.SignInRequired
	if err != nil && !ended {
		c.Toast.Say(c.Catalog.T("ui.account.not-switched", to.Username))
		return
	}
	c.others = slices.DeleteFunc(c.others, func(o KeptSession) bool { return o.Token == to.Token })
	c.park()
	if ended {
		c.keepAll(func(error) {})
		c.showSignIn()
		c.Toast.Say(c.Catalog.T("ui.account.ended", to.Username))
		return
	}
	c.server = server
	c.enterAccount(account)
	c.keepAll(func(error) {})
	c.Toast.Say(c.Catalog.T("ui.account.switched", account.Username))
}

// park takes the account out of the window. It stays signed in.
func (c *Console) park() {
	if c.session == nil {
		return
	}
	c.others = append(c.others, c.currentSession())
	c.closeAccount()
}

// closeAccount removes everything about the account from the window.
func (c *Console) closeAccount() {
	c.session.Leave()
	c.session = nil
	c.account = api.Account{}
	c.server = c.Config.Client
	c.ForgetCeremony()
	for _, o := range c.window.Canvas().Overlays().List() {
		c.window.Canvas().Overlays().Remove(o)
	}
	c.rail = nil
	c.frame()
	c.ShowScreen(blank{c}) // the account's data is not shown any longer
	c.loadPanel()
}

// SignInAnother shows the sign-in form. The account in the window stays signed in.
func (c *Console) SignInAnother() {
	c.Leaving(func() {
		c.settleDelayed(func() {
			c.park()
			c.keepAll(func(error) {})
			c.showSignIn()
		})
	})
}

// SignOutAll ends the sessions of all accounts on this computer.
func (c *Console) SignOutAll() {
	for _, o := range c.others {
		server := c.Config.Client.WithToken(o.Token)
		c.root.Go(func(ctx context.Context) func() {
			_ = server.SignOut(ctx) // if this fails the session ends by its time; this computer forgets it at once
			return nil
		})
	}
	c.others = nil
	c.SignOut()
}
