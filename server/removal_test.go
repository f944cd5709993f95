package server_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/store"
)

// R61: every route that turns the last method off leaves the same events in the
// activity list and sends exactly one mail.
func TestEveryRouteThatEndsTwoFactor(t *testing.T) {
	t.Parallel()
	for _, route := range []struct {
		name   string
		method api.Method // the only method that is on
		end    func(w *world, c *client.Client) error
		extra  []api.EventType // besides those that all routes leave
		mail   string          // subject
	}{
		{"turn-off of text", api.Text, turnOff(api.Text), nil, "Two-factor authentication is off"},
		{"turn-off of the app", api.App, turnOff(api.App), nil, "Two-factor authentication is off"},
		{"turn-off of the keys", api.SecurityKey, turnOff(api.SecurityKey), nil, "Two-factor authentication is off"},
		{"deletion of the phone number", api.Text, deletePhone, []api.EventType{api.EventPhoneDeleted}, "Two-factor authentication is off"},
		{"deletion of the last key", api.SecurityKey, deleteLastKey, []api.EventType{api.EventKeyDeleted}, "Two-factor authentication is off"},
		{"reset by the operator", api.App, resetTwoFactor, []api.EventType{api.EventTwoFactorReset}, "Two-factor authentication was reset"},
	} {
		t.Run(route.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.signIn("dot")
			w.enable("dot", route.method)
			must[api.NewBackupCode](t)(c.NewBackupCode(t.Context()))
			must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(t.Context(), "Mail", ""))
			mails := len(w.mails("dot@example.org"))
			last := must[[]api.Activity](t)(c.Activity(t.Context(), "", 1))[0].Cursor

			if err := route.end(w, c); err != nil {
				t.Fatal(err)
			}
			if !w.account("dot").TwoFactorSince.IsZero() {
				t.Error("two-factor is still on")
			}
			got := map[api.EventType]string{}
			for _, a := range must[[]api.Activity](t)(c.Activity(t.Context(), "", 20)) {
				if a.Cursor == last {
					break
				}
				got[a.Type] += a.Details["count"]
				if a.Rule == "" {
					t.Errorf("%s names no rule", a.Type)
				}
			}
			want := map[api.EventType]string{
				api.EventMethodOff: "", api.EventTwoFactorOff: "", api.EventBackupCodesVoided: "1", api.EventTemporaryPasswordsRevoked: "1",
			}
			for _, e := range route.extra {
				want[e] = ""
			}
			if !maps.Equal(got, want) {
				t.Errorf("events %v, want %v", got, want)
			}
			if now := w.mails("dot@example.org")[mails:]; !slices.Equal(now, []string{route.mail}) {
				t.Errorf("mails %q, want %q alone", now, route.mail)
			}
		})
	}
}

// The mail about two-factor also says which phone number or key was deleted.
func TestMailOfRemovalNamesWhatWasDeleted(t *testing.T) {
	t.Parallel()
	for want, end := range map[string]func(w *world, c *client.Client) error{
		"Your phone number was deleted":       deletePhone,
		`The security key "Desk" was deleted`: deleteLastKey,
	} {
		w := newWorld(t)
		c := w.signIn("dot")
		method := api.Text
		if strings.Contains(want, "key") {
			method = api.SecurityKey
		}
		w.enable("dot", method)
		if err := end(w, c); err != nil {
			t.Fatal(err)
		}
		w.deliver()
		mails := must[[]api.LabMail](t)(w.client.Mail(t.Context(), "dot@example.org"))
		if got := mails[len(mails)-1].Text; !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
}

func turnOff(m api.Method) func(*world, *client.Client) error {
	return func(w *world, c *client.Client) error {
		v, err := c.Begin(w.t.Context(), api.Begin{Kind: api.TurnOff, Method: m})
		if err != nil {
			return err
		}
		_, err = c.Answer(w.t.Context(), v.ID, v.Rev, api.ConfirmInput{})
		return err
	}
}

func deletePhone(w *world, c *client.Client) error { return c.DeletePhone(w.t.Context()) }

func deleteLastKey(w *world, c *client.Client) error {
	keys, err := c.Keys(w.t.Context())
	if err != nil {
		return err
	}
	return c.DeleteKey(w.t.Context(), keys[0].ID)
}

func resetTwoFactor(w *world, _ *client.Client) error {
	return w.ResetTwoFactor(context.WithoutCancel(w.t.Context()), "dot")
}

// enable turns a method on without a ceremony.
func (w *world) enable(username string, m api.Method) {
	w.t.Helper()
	if m == api.SecurityKey {
		w.addKey(username, "Desk")
		return
	}
	id := w.account(username).ID
	err := w.store.Update(w.t.Context(), func(tx store.Tx) error {
		a, err := account.Load(tx, id)
		if err != nil {
			return err
		}
		a.TextOn = m == api.Text
		if m == api.App {
			secret := account.AppSecret{Sealed: w.keys.Seal(account.AppKey(id), []byte(appSecret)), Added: tx.Now()}
			if err := account.SetApp(tx, id, secret); err != nil {
				return err
			}
		}
		a.MethodAdded(tx)
		return account.Save(tx, a)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
