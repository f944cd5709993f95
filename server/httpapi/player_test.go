package httpapi_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/servertest"
)

// A player makes the calls that are recorded as examples.
type player struct {
	*servertest.World
	r   *recorder
	ctx context.Context
	me  *client.Client // the session of the example account

	spare string // a backup code that is active
}

const (
	playerName     = "robin"
	playerPassword = servertest.Password
	playerPhone    = "+12025550177"
	playerMail     = "robin@example.org"
)

// check stops the recording at the first call that fails.
func (p *player) check(err error) {
	p.T.Helper()
	if err != nil {
		p.T.Fatal(err)
	}
}

// account signs up and sets an e-mail address.
func (p *player) account() {
	p.check(errOf(p.Client.About(p.ctx)))
	v := p.Begin(p.Client, api.SignUp)
	v = p.refused(p.Client, v, api.Credentials{Username: playerName, Password: "short"})
	v = p.Answer(p.Client, v, api.Credentials{Username: playerName, Password: playerPassword})
	p.me = p.Client.WithToken(v.Step.(api.SignedIn).SessionToken)

	v = p.Answer(p.me, p.Begin(p.me, api.ChangeEmail), api.Email{Address: playerMail})
	p.DeliverAll()
	v = p.refused(p.me, v, api.Code{Code: "000000"})
	p.Answer(p.me, v, api.Code{Code: p.mailedCode()})
	p.Answer(p.me, p.Begin(p.me, api.Reauthenticate), api.Password{Password: playerPassword})
	p.check(errOf(p.Client.Ceremony(p.ctx, p.Begin(p.Client, api.SignIn).ID)))
	p.check(p.Client.Cancel(p.ctx, p.Begin(p.Client, api.SignIn).ID))
}

// errOf returns only the error of a call.
func errOf[T any](_ T, err error) error { return err }

// refused answers a step and expects a refusal.
func (p *player) refused(c *client.Client, v api.View, in api.Input) api.View {
	p.T.Helper()
	got, err := c.Answer(p.ctx, v.ID, v.Rev, in)
	p.check(err)
	if got.Refusal == nil {
		p.T.Fatalf("%T is not refused", in)
	}
	return got
}

func (p *player) mailedCode() string {
	mail, err := p.Client.Mail(p.ctx, playerMail)
	p.check(err)
	if len(mail) == 0 {
		p.T.Fatal("no mail arrived")
	}
	return servertest.CodeIn(mail[len(mail)-1].Text)
}

// secondSteps enrols every method and signs in with each.
func (p *player) secondSteps() {
	v := p.Answer(p.me, p.Begin(p.me, api.EnrollText), api.Continue{})
	no := false
	v = p.Answer(p.me, v, api.Phone{Number: playerPhone, Discoverable: &no})
	v = p.refused(p.me, v, api.Resend{})
	p.DeliverAll()
	p.Clock.Advance(2 * time.Minute)
	v = p.Answer(p.me, v, api.Resend{})
	v = p.Answer(p.me, v, api.Code{Code: p.TextCode(playerPhone)})
	first := v.Step.(api.SaveBackupCode).Code
	p.Answer(p.me, v, api.Continue{})

	v = p.Answer(p.me, p.Begin(p.me, api.EnrollApp), api.Continue{}, api.Continue{})
	p.check(p.me.Cancel(p.ctx, v.ID))

	key := p.NewKey()
	v = p.EnrollKeyUntilTouch(p.me)
	v = p.Answer(p.me, v, key.Create(servertest.CreateOptions(v)))
	p.Answer(p.me, v, api.Label{Label: "Blue"})

	v = p.Begin(p.Client, api.SignIn)
	v = p.refused(p.Client, v, api.Credentials{Username: playerName, Password: "wrong"})
	v = p.Answer(p.Client, v, api.Credentials{Username: playerName, Password: playerPassword})
	if _, asked := v.Step.(api.UseSecurityKey); !asked {
		v = p.Answer(p.Client, v, api.ChooseMethod{Method: api.SecurityKey})
	}
	p.Answer(p.Client, v, key.Get(servertest.GetOptions(v)))
	v = p.Answer(p.Client, p.Begin(p.Client, api.SignIn), api.Credentials{Username: playerName, Password: playerPassword}, api.ChooseMethod{Method: api.BackupCode})
	v = p.refused(p.Client, v, api.Code{Code: servertest.BobBackupCode})
	p.Answer(p.Client, v, api.Code{Code: first})

	v, err := p.me.Begin(p.ctx, api.Begin{Kind: api.TurnOff, Method: api.Text})
	p.check(err)
	v, err = p.me.Answer(p.ctx, v.ID, v.Rev, api.ConfirmInput{})
	p.check(err)
	v = p.Begin(p.me, api.ChangePassword)
	if _, asked := v.Step.(api.EnterPassword); asked {
		v = p.Answer(p.me, v, api.Password{Password: playerPassword})
	}
	p.refused(p.me, v, api.Password{Password: playerPassword})
}

// resources makes the calls that manage an account.
func (p *player) resources() {
	p.ProvePassword(p.me)
	p.check(errOf(p.me.Account(p.ctx)))
	p.check(errOf(p.me.SetDiscoverable(p.ctx, true)))
	p.check(errOf(p.me.Recovery(p.ctx)))
	p.check(errOf(p.me.Activity(p.ctx, "", 2)))
	p.check(errOf(p.me.Messages(p.ctx)))
	keys, err := p.me.Keys(p.ctx)
	p.check(err)
	p.check(errOf(p.me.RenameKey(p.ctx, keys[0].ID, "Blue one")))
	code, err := p.me.NewBackupCode(p.ctx)
	p.check(err)
	p.check(errOf(p.me.CheckBackupCode(p.ctx, code.Code)))
	p.check(errOf(p.me.KeepBackupCode(p.ctx, code.Number, api.KeptPrinted)))
	p.check(errOf(p.me.BackupCodes(p.ctx)))
	code, err = p.me.ReplaceBackupCodes(p.ctx)
	p.check(err)
	p.spare = code.Code
	p.check(errOf(p.me.Sessions(p.ctx)))
	p.check(p.me.EndOtherSessions(p.ctx))
}

// thirdParty makes the calls of programs that send only a user name and a
// password.
func (p *player) thirdParty() {
	made, err := p.me.NewTemporaryPassword(p.ctx, "Mail", "")
	p.check(err)
	p.send("GET", "/api/v1/me", "", "Authorization", servertest.BasicAuth(playerName, made.Password))
	p.send("POST", "/oauth/token", url.Values{"grant_type": {"password"}, "username": {playerName}, "password": {made.Password}}.Encode(),
		"Content-Type", "application/x-www-form-urlencoded")
	p.send("GET", "/api/v1/me", "", "Authorization", servertest.BasicAuth(playerName, playerPassword))
	p.check(errOf(p.me.TemporaryPasswords(p.ctx)))
	p.check(p.me.RevokeTemporaryPassword(p.ctx, made.ID))
	p.send("GET", "/api/v1/me", "", "Authorization", servertest.BasicAuth(playerName, "wrong"))
	p.send("GET", "/api/v1/me", "", "Authorization", servertest.BasicAuth(playerName, p.spare))
	last := ""
	for range 11 {
		if made, err := p.me.NewTemporaryPassword(p.ctx, "Mail", ""); err == nil {
			last = made.Password
		}
	}
	p.DeliverAll()
	p.Clock.Advance(time.Hour)
	p.send("GET", "/api/v1/me", "", "Authorization", servertest.BasicAuth(playerName, last))
	p.check(p.me.RevokeTemporaryPasswords(p.ctx))
	p.ProvePassword(p.me)
}

// send makes a request that the Go client can't make.
func (p *player) send(method, path, body string, header ...string) {
	p.T.Helper()
	req, err := http.NewRequestWithContext(p.ctx, method, p.URL+path, strings.NewReader(body))
	p.check(err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := p.r.RoundTrip(req)
	p.check(err)
	p.check(res.Body.Close())
}

// lab makes the calls of the lab. Those of virtual keys need a pseudo-terminal, which
// the server under test does not have.
func (p *player) lab() {
	p.check(errOf(p.Client.Clock(p.ctx)))
	p.check(errOf(p.Client.AdvanceClock(p.ctx, time.Minute)))
	p.check(errOf(p.Client.Phones(p.ctx)))
	p.check(errOf(p.Client.Phone(p.ctx, playerPhone)))
	on := true
	p.check(errOf(p.Client.SetPhone(p.ctx, playerPhone, api.LabPhone{Notifications: &on})))
	p.check(p.Client.SendText(p.ctx, playerPhone, "40404", "GO"))
	devices, err := p.Client.Devices(p.ctx)
	p.check(err)
	old := devices[0].ID
	p.check(errOf(p.Client.Device(p.ctx, old)))
	p.check(errOf(p.Client.SetDevice(p.ctx, old, api.LabDevice{Notifications: &on})))
	for _, action := range []api.DeviceAction{api.LoseDevice, api.FindDevice, api.BreakDevice, api.ReplaceDevice} {
		p.check(errOf(p.Client.DoDevice(p.ctx, old, action)))
	}
	p.check(errOf(p.Client.PhoneMessages(p.ctx, playerPhone)))
	p.check(errOf(p.Client.Mail(p.ctx, playerMail)))
	p.check(errOf(p.Client.LabAccounts(p.ctx)))
}

// problems makes calls that fail, and ends the session.
func (p *player) problems() {
	json := []string{"Content-Type", servertest.JSONType}
	p.send("GET", "/api/v1/nothing", "", json...)
	p.send("PUT", "/api/v1/account", "{}", json...)
	p.send("POST", "/api/v1/ceremonies", `{"kind":"wish"}`, json...)
	p.send("POST", "/api/v1/ceremonies", strings.Repeat(" ", 70<<10), json...)
	p.send("GET", "/api/v1/about", "", "Origin", "https://elsewhere.example")
	for range 5 {
		_, _ = p.me.NewBackupCode(p.ctx)
	}
	keys, err := p.me.Keys(p.ctx)
	p.check(err)
	p.check(p.me.DeleteKey(p.ctx, keys[0].ID))
	_, _ = p.me.NewBackupCode(p.ctx)
	p.check(p.me.DeletePhone(p.ctx))
	_ = p.me.DeletePhone(p.ctx)
	_, _ = p.me.SetDiscoverable(p.ctx, true)
	_, _ = p.me.Delivery(p.ctx)
	p.DeliverAll()
	p.Clock.Advance(time.Hour)
	_ = p.me.DeletePhone(p.ctx)
	others, err := p.me.Sessions(p.ctx)
	p.check(err)
	p.check(p.me.EndSession(p.ctx, others[0].ID))
	p.check(p.SignInAs(p.Client, "ada", servertest.Password).SignOut(p.ctx))
	_, _ = p.me.Account(p.ctx)
	p.check(p.Client.ResetLab(p.ctx))
}

// playOwner makes the calls of the owner, on a server that is no lab.
func playOwner(t *testing.T, r *recorder) {
	t.Helper()
	w := servertest.New(t, servertest.WithLocalMailbox, withBackups(t))
	token := w.SignUp(w.Window(), "eve").Token()
	p := &player{World: w, r: r, ctx: t.Context()}
	p.me = client.New(w.URL, &http.Client{Transport: r}).WithAgent("Example/1.0").WithToken(token)
	p.Answer(p.me, p.Begin(p.me, api.ChangeEmail), api.Email{Address: "eve@example.org"})
	p.DeliverAll()

	p.check(errOf(p.me.ServerSettings(p.ctx)))
	p.check(errOf(p.me.SetSignUp(p.ctx, "invite")))
	p.check(errOf(p.me.Invite(p.ctx, "sam@example.org")))
	open, err := p.me.Invitations(p.ctx)
	p.check(err)
	p.check(p.me.TakeBackInvitation(p.ctx, open[0].ID))
	p.DeliverAll()
	if len(p.LocalMail(p.me)) == 0 {
		t.Error("no notice was kept")
	}

	folder, on := t.TempDir(), true
	p.check(errOf(p.me.SetBackups(p.ctx, api.BackupsChange{On: &on, Folder: &folder, NewKey: true})))
	p.check(errOf(p.me.BackUp(p.ctx)))
	p.check(errOf(p.me.Backups(p.ctx)))

	host := servertest.NewMailHost(t)
	p.check(errOf(p.me.SetDelivery(p.ctx, host.Change())))
	p.check(errOf(p.me.Delivery(p.ctx)))
	p.check(errOf(p.me.TestDelivery(p.ctx)))
	p.check(errOf(p.me.SetSignUp(p.ctx, "open")))
	p.SignUp(p.Window(), "zoe")
	p.check(p.me.HandOn(p.ctx, "zoe"))
}
