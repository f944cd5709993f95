package unavailable_test

import (
	"errors"
	"fmt"
	"testing"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/servertest"
)

// The list of the account and what happens agree: an action is refused, with the listed code
// and reason, if and only if it is listed.
func TestListAgreesWithWhatHappens(t *testing.T) {
	t.Parallel()
	for _, policy := range []account.Policy{account.Classic(), account.Hardened()} {
		for _, mute := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, mute %v", policy.Name, mute), func(t *testing.T) {
				t.Parallel()
				options := []servertest.Option{func(cfg *server.Config) { cfg.Policy = policy }}
				if mute {
					options = append(options, servertest.WithoutTexts)
				}
				w := servertest.New(t, options...)
				clients := map[string]*client.Client{"dot": w.SignIn("dot"), "cyd": w.SignIn("cyd")}
				if !mute {
					clients["bob"] = w.SignIn("bob")
				}
				for _, tt := range []struct {
					name    string
					user    string
					prepare func(c *client.Client)
				}{
					{"two-factor is off", "dot", nil},
					{"an app", "cyd", nil},
					{"text alone", "bob", nil},
					{"one key", "dot", func(*client.Client) { w.AddKey("dot", "Blue") }},
					{"two keys", "dot", func(*client.Client) { w.AddKey("dot", "Red") }},
					{"as many keys as can be", "dot", func(*client.Client) {
						for n := range policy.KeysMax - 2 {
							w.AddKey("dot", fmt.Sprint(n))
						}
					}},
					{"full of codes and passwords", "cyd", func(c *client.Client) {
						for range policy.BackupCodesMax {
							_, _ = c.NewBackupCode(t.Context())
						}
						for range policy.TemporaryPasswordsMax {
							_, _ = c.NewTemporaryPassword(t.Context(), "x", "")
						}
					}},
				} {
					c := clients[tt.user]
					if c == nil {
						continue
					}
					if tt.prepare != nil {
						tt.prepare(c)
					}
					for _, what := range api.Actions() {
						a := servertest.Must[api.Account](t)(c.Account(t.Context()))
						listed := a.Refuses(what)
						code, reason, tried := attempt(t, w, c, a, what)
						switch {
						case !tried:
						case code == "" && listed != nil:
							t.Errorf("%s: %s is listed as %s and was done", tt.name, what, listed.Code)
						case code != "" && listed == nil:
							t.Errorf("%s: %s was refused with %s [%s] and is not listed", tt.name, what, code, reason)
						case code != "" && (listed.Code != code || listed.Reason != reason):
							t.Errorf("%s: %s was refused with %s [%s] and is listed as %s [%s]", tt.name, what, code, reason, listed.Code, listed.Reason)
						}
					}
				}
			})
		}
	}
}

// attempt tries an action and returns the refusal. What it deletes is not made again: the
// actions that delete are tried only where they are refused.
func attempt(t *testing.T, w *servertest.World, c *client.Client, a api.Account, what api.Action) (code, reason string, tried bool) {
	t.Helper()
	var err error
	switch what {
	case api.ActEnrollText, api.ActEnrollKey, api.ActChangePhone:
		var v api.View
		if v, err = c.Begin(t.Context(), api.Begin{Kind: api.Kind(what)}); err != nil {
			break
		}
		in := api.Input(api.Continue{})
		if what == api.ActChangePhone {
			in = api.Phone{Number: "+12025550187"}
		}
		v = w.Answer(c, v, in)
		if v.Refusal != nil {
			code, reason = v.Refusal.Code, v.Refusal.Reason
		}
		_ = c.Cancel(t.Context(), v.ID)
		return code, reason, true
	case api.ActDeletePhone:
		if a.Phone == "" || a.Refuses(what) == nil {
			return "", "", false
		}
		err = c.DeletePhone(t.Context())
	case api.ActDeleteKey:
		if a.Methods.Keys == 0 || a.Refuses(what) == nil {
			return "", "", false
		}
		keys := servertest.Must[[]api.Key](t)(c.Keys(t.Context()))
		err = c.DeleteKey(t.Context(), keys[0].ID)
	case api.ActBackupCode:
		_, err = c.NewBackupCode(t.Context())
	case api.ActReplaceBackupCodes:
		_, err = c.ReplaceBackupCodes(t.Context())
	case api.ActTemporaryPassword:
		_, err = c.NewTemporaryPassword(t.Context(), "x", "")
	}
	var p *api.Problem
	if errors.As(err, &p) {
		return p.Code, p.Reason, true
	}
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return "", "", true
}

// R17, R61: the hardened policy names the ceremony that has to come first.
func TestFirst(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.Hardened)
	clients := map[string]*client.Client{"bob": w.SignIn("bob"), "dot": w.SignIn("dot")}
	w.AddKey("dot", "Blue")
	for user, want := range map[string]struct {
		what  api.Action
		first api.Begin
	}{
		"bob": {api.ActDeletePhone, api.Begin{Kind: api.TurnOff, Method: api.Text}},
		"dot": {api.ActDeleteKey, api.Begin{Kind: api.TurnOff, Method: api.SecurityKey}},
	} {
		c := clients[user]
		got := servertest.Must[api.Account](t)(c.Account(t.Context())).Refuses(want.what)
		if got == nil || got.First == nil || *got.First != want.first || got.Detail == "" {
			t.Errorf("%s: %+v, want first %+v", user, got, want.first)
			continue
		}
		v := w.Answer(c, servertest.Must[api.View](t)(c.Begin(t.Context(), want.first)), api.ConfirmInput{})
		if v.Step.StepType() != "finished" {
			t.Fatalf("%s: %+v", user, v)
		}
		if user == "bob" {
			if err := c.DeletePhone(t.Context()); err != nil {
				t.Errorf("after turning text off: %v", err)
			}
		}
	}
}

// The owner's test mail goes to the owner's address, so it needs one.
func TestTestMail(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithLocalMailbox)
	eve := w.SignUp(w.Window(), "eve")
	h := servertest.NewMailHost(t)
	servertest.Must[api.Delivery](t)(eve.SetDelivery(t.Context(), h.Change()))
	listed := servertest.Must[api.Account](t)(eve.Account(t.Context())).Refuses(api.ActTestMail)
	_, err := eve.TestDelivery(t.Context())
	if p := servertest.WantProblem(t, "without an address", err, 409, api.Conflict); listed == nil || p.Reason != "no_address" || listed.Reason != p.Reason {
		t.Errorf("refused with %+v and listed as %+v", p, listed)
	}
	w.Answer(eve, w.Begin(eve, api.ChangeEmail), api.Email{Address: "eve@example.org"})
	<-h.Mails // the code
	if a := w.SignIn("ada"); servertest.Must[api.Account](t)(a.Account(t.Context())).Refuses(api.ActTestMail) != nil {
		t.Error("it is listed for someone who is not the owner")
	}
}
