package signin_test

import (
	"testing"

	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
)

// R40 without a text gateway: sign-in does not begin with a text that can't be sent, even if
// that was the method used last. Text can still be chosen, and says why none comes. If it is
// the only method, it is asked for.
func TestFirstMethodWithoutAGateway(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	ada.EnrollText("+12025550143")
	signIn := func() *Walk {
		return w.Anonymous().Begin(api.SignIn).Answer(api.Credentials{Username: "ada", Password: Password})
	}
	walk := signIn().In("text-code")
	w.Deliver()
	walk.Answer(api.Code{Code: w.Texts.LastCode("+12025550143")}).In("signed-in")
	w.Connect(true, false)
	if n := signIn().In("text-code").View.Notice; n == nil || n.Code != api.CannotSend {
		t.Errorf("text alone: notice %+v", n)
	}
	ada.EnrollApp()
	walk = signIn().In("app-code").Answer(api.ChooseMethod{Method: api.Text}).In("text-code")
	if n := walk.View.Notice; n == nil || n.Code != api.CannotSend {
		t.Errorf("notice %+v", n)
	}
	w.Connect(true, true)
	signIn().In("text-code") // the method used last
}
