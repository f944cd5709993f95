package signin_test

import (
	"testing"
	"time"

	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
)

// R3: in a sign-in, the password counts for 30 minutes, regardless of the
// answers in between. In the new session it counts from when it was entered,
// not from the second step (R6).
func TestPasswordOfASignInHasAnAge(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	secret, _ := ada.EnrollApp()
	late := ada.SignIn().In("app-code")
	for range 2 {
		w.Clock.Advance(w.Policy.CeremonyProof / 3)
		late.Answer(api.Resend{}) // this step does not take it
	}
	w.Clock.Advance(w.Policy.CeremonyProof / 3)
	if r := late.Answer(api.Code{Code: w.AppCode(secret)}).Refused(api.ReauthenticationRequired); late.View.State != "enter-credentials" || r.Reason != "sign_in" {
		t.Errorf("in %s, %+v", late.View.State, r)
	}
	late.Answer(api.Credentials{Username: "ada", Password: Password}).In("app-code")
	w.Clock.Advance(w.Policy.CeremonyProof - time.Second)
	ada.Token = late.Answer(api.Code{Code: w.AppCode(secret)}).SignedIn().SessionToken
	ada.TurnOff(api.App).In("enter-password")
}
