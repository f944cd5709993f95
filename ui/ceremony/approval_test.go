package ceremony_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/otp"
	"nightlatch/server/seed"
	"nightlatch/ui/uitest"
)

const appSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

// phoneOfAda signs in elsewhere with ada's app and registers as her phone.
func phoneOfAda(t *testing.T, h *uitest.Harness) (*client.Client, api.MadePhoneApp) {
	t.Helper()
	ctx, c := t.Context(), h.Client.WithAgent("Pixel 9")
	v, err := c.Begin(ctx, api.Begin{Kind: api.SignIn})
	uitest.Must(t, err)
	v, err = c.Answer(ctx, v.ID, v.Rev, api.Credentials{Username: "ada", Password: uitest.Password})
	uitest.Must(t, err)
	v, err = c.Answer(ctx, v.ID, v.Rev, api.Code{Code: h.AppCode(appSecret)})
	uitest.Must(t, err)
	phone := c.WithToken(v.Step.(api.SignedIn).SessionToken)
	made, err := phone.AddPhoneApp(ctx, api.PhoneAppRequest{Name: "Pixel 9"})
	uitest.Must(t, err)
	return phone, made
}

// R50: the window waits for the phone, shows the number to pick there, and goes on by itself
// when the phone approves. A denial is said, and the person asks again.
func TestSignInWaitsForThePhone(t *testing.T) {
	h := uitest.Build(t, server.Config{Policy: account.Hardened(), Seed: &seed.Seed{Accounts: []seed.Account{{
		Username: "ada", Password: uitest.Password, Email: "ada@example.org", App: appSecret,
	}}}}, true)
	phone, _ := phoneOfAda(t, h)
	answer := func(d func(r api.LoginRequestView) api.Decision) {
		t.Helper()
		all, err := phone.LoginRequests(t.Context())
		uitest.Must(t, err)
		_, err = phone.Decide(t.Context(), all[0].ID, d(all[0]))
		uitest.Must(t, err)
	}
	h.EnterPassword("ada", uitest.Password)
	h.Sees("wizard.approval.heading", "wizard.approval.number")
	answer(func(api.LoginRequestView) api.Decision { return api.Decision{Decision: api.Deny} })
	h.WaitFor("the denial", true, func() bool { return h.Shows("error.denied.phone.what") })
	h.Do("wizard.approval.again")
	h.Sees("wizard.approval.heading")
	answer(func(r api.LoginRequestView) api.Decision {
		for _, n := range r.Numbers {
			if slices.Contains(strings.Split(h.Seen(), " | "), strconv.Itoa(n)) {
				return api.Decision{Decision: api.Approve, Number: n}
			}
		}
		t.Fatalf("the window shows none of %v", r.Numbers)
		return api.Decision{}
	})
	h.WaitFor("the overview", true, func() bool { return h.Shows("ui.rail.overview") })
}

// R90: without a network the phone's code signs in.
func TestLoginCodeInPlaceOfAnApproval(t *testing.T) {
	h := uitest.Build(t, server.Config{Policy: account.Hardened(), Seed: &seed.Seed{Accounts: []seed.Account{{
		Username: "ada", Password: uitest.Password, Email: "ada@example.org", App: appSecret,
	}}}}, true)
	_, made := phoneOfAda(t, h)
	h.EnterPassword("ada", uitest.Password)
	h.Do("wizard.approval.code")
	h.Sees("wizard.approval.code-heading")
	code, err := otp.Code(made.Secret, h.Clock.Now())
	uitest.Must(t, err)
	h.Write(code)
	h.Do("wizard.sign-in.next")
	h.WaitFor("the overview", true, func() bool { return h.Shows("ui.rail.overview") })
}
