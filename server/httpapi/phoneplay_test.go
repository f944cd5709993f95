package httpapi_test

import (
	"net/http"
	"testing"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/servertest"
)

// playPhone registers a phone and answers login requests, by the hardened policy, which shows
// numbers.
func playPhone(t *testing.T, r *recorder) {
	t.Helper()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w := servertest.New(t, func(cfg *server.Config) { cfg.Policy = account.Hardened() })
	w.Client = client.New(w.URL, &http.Client{Transport: r}).WithAgent("Example/1.0")
	w.EnableMethod("dot", api.App)
	phone := w.SignIn("dot")
	made := servertest.Must[api.MadePhoneApp](t)(phone.AddPhoneApp(t.Context(), api.PhoneAppRequest{Name: "Dot's phone"}))
	servertest.Must[[]api.PhoneApp](t)(phone.PhoneApps(t.Context()))
	servertest.Must[api.AppKey](t)(phone.NewAppKey(t.Context(), made.ID))

	waits := func() (api.View, api.AwaitApproval, api.LoginRequestView) {
		v := w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: "dot", Password: servertest.Password})
		return v, v.Step.(api.AwaitApproval), servertest.Must[[]api.LoginRequestView](t)(phone.LoginRequests(t.Context()))[0]
	}
	v, step, request := waits()
	servertest.Must[api.LoginRequestView](t)(phone.Decide(t.Context(), request.ID, api.Decision{Decision: api.Approve, Number: step.Number}))
	v = servertest.Must[api.View](t)(w.Client.Ceremony(t.Context(), v.ID))
	console := w.Client.WithToken(v.Step.(api.SignedIn).SessionToken)

	v, _, request = waits()
	_, _ = console.Decide(t.Context(), request.ID, api.Decision{Decision: api.Approve, Number: step.Number})
	servertest.Must[api.LoginRequestView](t)(console.Decide(t.Context(), request.ID, api.Decision{Decision: api.Deny, Report: true}))
	v = servertest.Must[api.View](t)(w.Client.Ceremony(t.Context(), v.ID))
	v = w.Answer(w.Client, v, api.Resend{}, api.TextInstead{})
	ok(w.Client.Cancel(t.Context(), v.ID))
	_, _, request = waits()
	w.Clock.Advance(account.Hardened().LoginRequestLife)
	_, _ = phone.Decide(t.Context(), request.ID, api.Decision{Decision: api.Deny})
	var adas []*client.Client
	for range account.PhoneAppsMax + 1 {
		adas = append(adas, w.SignIn("ada"))
	}
	for _, c := range adas { // one too many
		_, _ = c.AddPhoneApp(t.Context(), api.PhoneAppRequest{Name: "Old phone"})
	}
	ok(phone.RemovePhoneApp(t.Context(), made.ID))
}
