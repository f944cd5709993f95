package twofactor_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/servertest"
)

// R61: every route that turns the last method off leaves the same events in the
// activity list and sends exactly one mail.
func TestEveryRouteThatEndsTwoFactor(t *testing.T) {
	t.Parallel()
	for _, route := range []struct {
		name   string
		method api.Method // the only method that is on
		end    func(w *servertest.World, c *client.Client) error
		extra  []api.EventType // besides those of all routes
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
			w := servertest.New(t)
			c := w.SignIn("dot")
			w.EnableMethod("dot", route.method)
			servertest.Must[api.NewBackupCode](t)(c.NewBackupCode(t.Context()))
			servertest.Must[api.NewTemporaryPassword](t)(c.NewTemporaryPassword(t.Context(), "Mail", ""))
			mails := len(w.MailSubjects("dot@example.org"))
			last := servertest.Must[[]api.Activity](t)(c.Activity(t.Context(), "", 1))[0].Cursor

			if err := route.end(w, c); err != nil {
				t.Fatal(err)
			}
			if !w.Account("dot").TwoFactorSince.IsZero() {
				t.Error("two-factor is still on")
			}
			got := map[api.EventType]string{}
			for _, a := range servertest.Must[[]api.Activity](t)(c.Activity(t.Context(), "", 20)) {
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
			if now := w.MailSubjects("dot@example.org")[mails:]; !slices.Equal(now, []string{route.mail}) {
				t.Errorf("mails %q, want %q alone", now, route.mail)
			}
		})
	}
}

// The mail about two-factor also says which phone number or key was deleted.
func TestMailOfRemovalNamesWhatWasDeleted(t *testing.T) {
	t.Parallel()
	for want, end := range map[string]func(w *servertest.World, c *client.Client) error{
		"Your phone number was deleted":       deletePhone,
		`The security key "Desk" was deleted`: deleteLastKey,
	} {
		w := servertest.New(t)
		c := w.SignIn("dot")
		method := api.Text
		if strings.Contains(want, "key") {
			method = api.SecurityKey
		}
		w.EnableMethod("dot", method)
		if err := end(w, c); err != nil {
			t.Fatal(err)
		}
		w.DeliverAll()
		mails := servertest.Must[[]api.LabMail](t)(w.Client.Mail(t.Context(), "dot@example.org"))
		if got := mails[len(mails)-1].Text; !strings.Contains(got, want) {
			t.Errorf("%q is not in %q", want, got)
		}
	}
}

func turnOff(m api.Method) func(*servertest.World, *client.Client) error {
	return func(w *servertest.World, c *client.Client) error {
		v, err := c.Begin(w.T.Context(), api.Begin{Kind: api.TurnOff, Method: m})
		if err != nil {
			return err
		}
		_, err = c.Answer(w.T.Context(), v.ID, v.Rev, api.ConfirmInput{})
		return err
	}
}

func deletePhone(w *servertest.World, c *client.Client) error { return c.DeletePhone(w.T.Context()) }

func deleteLastKey(w *servertest.World, c *client.Client) error {
	keys, err := c.Keys(w.T.Context())
	if err != nil {
		return err
	}
	return c.DeleteKey(w.T.Context(), keys[0].ID)
}

func resetTwoFactor(w *servertest.World, _ *client.Client) error {
	_, err := w.ResetTwoFactor(context.WithoutCancel(w.T.Context()), "dot")
	return err
}
