package notice_test

import (
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// Notices for an address that was confirmed only by kept mail stay on this computer.
func TestUnprovedAddressGetsNoNotice(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithLocalMailbox)
	eve := w.SignUp(w.Window(), "eve")
	w.Answer(eve, w.Begin(eve, api.ChangeEmail), api.Email{Address: "stranger@example.org"})
	h := servertest.NewMailHost(t)
	servertest.Must[api.Delivery](t)(eve.SetDelivery(t.Context(), h.Change()))
	w.Answer(eve, w.Begin(eve, api.ChangePassword), api.Password{Password: servertest.Password}, api.Password{Password: "another horse battery"})
	if mails := w.LocalMail(eve); mails[0].Subject != "Your password was changed" {
		t.Errorf("messages %+v", mails)
	}
	select {
	case mail := <-h.Mails:
		t.Errorf("the unproved address got %s", mail)
	default:
	}
}
