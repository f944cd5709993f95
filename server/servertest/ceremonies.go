package servertest

import (
	"time"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/otp"
)

// Begin starts a ceremony.
func (w *World) Begin(c *client.Client, kind api.Kind) api.View {
	w.T.Helper()
	return Must[api.View](w.T)(c.Begin(w.T.Context(), api.Begin{Kind: kind}))
}

// Answer answers one step after the other and returns the last view.
func (w *World) Answer(c *client.Client, v api.View, inputs ...api.Input) api.View {
	w.T.Helper()
	for _, in := range inputs {
		v = Must[api.View](w.T)(c.Answer(w.T.Context(), v.ID, v.Rev, in))
	}
	return v
}

// SignIn signs in with any second step but a security key, and returns a client with the
// session.
func (w *World) SignIn(username string) *client.Client {
	w.T.Helper()
	return w.SignInAs(w.Client, username, Password)
}

// SignInAs is SignIn through a client, with a password.
func (w *World) SignInAs(c *client.Client, username, password string) *client.Client {
	w.T.Helper()
	v := w.Answer(c, w.Begin(c, api.SignIn), api.Credentials{Username: username, Password: password})
	return w.PassSecondStep(c, v)
}

// SignInWithoutKey is SignIn for an account that may have a security key and has text
// messages.
func (w *World) SignInWithoutKey(username string) *client.Client {
	w.T.Helper()
	v := w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: username, Password: Password})
	if _, key := v.Step.(api.UseSecurityKey); key {
		v = w.Answer(w.Client, v, api.ChooseMethod{Method: api.Text})
	}
	return w.PassSecondStep(w.Client, v)
}

// PassSecondStep enters a code if a sign-in asks for one, and returns a client with the
// session.
func (w *World) PassSecondStep(c *client.Client, v api.View) *client.Client {
	w.T.Helper()
	if step, ok := v.Step.(api.EnterCode); ok {
		var code string
		if step.Channel == api.ByText {
			code = w.TextCode(BobPhone)
		} else {
			code = w.AppCode()
		}
		v = w.Answer(c, v, api.Code{Code: code})
	}
	done, ok := v.Step.(api.SignedIn)
	if !ok {
		w.T.Fatalf("not signed in: %T, refusal %+v", v.Step, v.Refusal)
	}
	return c.WithToken(done.SessionToken)
}

// AppCode returns the next code of cyd's app. It moves the clock 30 seconds, as every code
// works once (R22).
func (w *World) AppCode() string {
	w.Clock.Advance(30 * time.Second)
	return Must[string](w.T)(otp.Code(AppSecret, w.Clock.Now()))
}

// SignUp creates an account through a client, and returns a client with its session and
// the password proved.
func (w *World) SignUp(c *client.Client, username string) *client.Client {
	w.T.Helper()
	v := w.Answer(c, w.Begin(c, api.SignUp), api.Credentials{Username: username, Password: Password})
	done, ok := v.Step.(api.SignedIn)
	if !ok {
		w.T.Fatalf("no account: %+v", v.Refusal)
	}
	w.ProvePassword(c.WithToken(done.SessionToken))
	return c.WithToken(done.SessionToken)
}

// ProvePassword proves the password again (R3, R6).
func (w *World) ProvePassword(c *client.Client) {
	w.T.Helper()
	v := w.Answer(c, w.Begin(c, api.Reauthenticate), api.Password{Password: Password})
	if _, ok := v.Step.(api.Finished); !ok {
		w.T.Fatalf("the password was not proved: %+v", v)
	}
}
