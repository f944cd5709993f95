package loginrequest_test

import (
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// A login request is pushed to a device of the lab (R50). A device that shows nothing has it in
// the list (R51).
func TestPushToTheLabsDevice(t *testing.T) {
	t.Parallel()
	w, phone := askedAt(t, cohort.Add(-time.Second))
	on, off := true, false
	servertest.Must[api.LabPhone](t)(w.Client.SetPhone(t.Context(), "+12025550177", api.LabPhone{Notifications: &on}))
	var id string
	for _, d := range servertest.Must[[]api.LabDevice](t)(w.Client.Devices(t.Context())) {
		if d.Number == "+12025550177" {
			id = d.ID
		}
	}
	servertest.Must[api.MadePhoneApp](t)(phone.AddPhoneApp(t.Context(), api.PhoneAppRequest{Name: "Dot's phone", Push: &api.PushAddress{Endpoint: "lab:" + id}}))
	waiting(t, w)
	w.DeliverAll()
	first := open(t, phone)
	d := servertest.Must[api.LabDevice](t)(w.Client.Device(t.Context(), id))
	if len(d.Pushes) != 1 || d.Pushes[0].Type != "login-request" || d.Pushes[0].ID != first.ID || d.Pushes[0].Body == "" {
		t.Errorf("the lock screen shows %+v, the request is %s", d.Pushes, first.ID)
	}
	w.Clock.Advance(time.Minute) // more than one push in ten seconds is not sent
	servertest.Must[api.LabDevice](t)(w.Client.SetDevice(t.Context(), id, api.LabDevice{Notifications: &off}))
	waiting(t, w)
	w.DeliverAll()
	if d := servertest.Must[api.LabDevice](t)(w.Client.Device(t.Context(), id)); len(d.Pushes) != 1 {
		t.Errorf("without notifications it shows %+v", d.Pushes)
	}
	if second := open(t, phone); second.ID == first.ID {
		t.Error("the list does not have the second request")
	}
}
