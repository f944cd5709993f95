package lab

import (
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
)

// deviceOf returns the device that has the demo number's SIM.
func (w *world) deviceOf(t *testing.T) api.LabDevice {
	t.Helper()
	var all []api.LabDevice
	w.call(t, "GET", "/lab/v1/devices", "", &all)
	for _, d := range all {
		if d.Number == demo {
			return d
		}
	}
	t.Fatalf("no device has the number: %+v", all)
	return api.LabDevice{}
}

func (w *world) push(t *testing.T, id string) {
	t.Helper()
	err := w.Push(t.Context(), api.PushAddress{Endpoint: "lab:" + id}, []byte(`{"type":"login-request","id":"r1","title":"Sign-in","body":"Window"}`), w.clock.Now().Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
}

// A push goes to a device that can show it, and is not kept for later. A text is kept.
func TestPushesAndTextsByState(t *testing.T) {
	for _, tt := range []struct {
		name, path, body, end, endBody string // of a call on the device
		texts                          int    // that arrive at once
	}{
		{"off", "", `{"on":false}`, "", `{"on":true}`, 0},
		{"flight mode", "", `{"flight_mode":true}`, "", `{"flight_mode":false}`, 0},
		{"silent", "", `{"notifications":false}`, "", `{"notifications":true}`, 1},
		{"lost", "/lose", ``, "/find", ``, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.call(t, "PUT", "/lab/v1/phones/"+demo, `{}`, nil)
			id := w.deviceOf(t).ID
			do := func(path, body string) {
				method := "POST"
				if path == "" {
					method = "PUT"
				}
				if rec := w.call(t, method, "/lab/v1/devices/"+id+path, body, nil); rec.Code != 200 {
					t.Fatalf("%d %s", rec.Code, rec.Body)
				}
			}
			do(tt.path, tt.body)
			w.push(t, id)
			w.text(t, "hello")
			if got := w.deviceOf(t).Pushes; len(got) != 0 {
				t.Errorf("it shows %+v", got)
			}
			if got := w.texts(t, demo); len(got) != tt.texts {
				t.Errorf("texts %q, want %d", got, tt.texts)
			}
			do(tt.end, tt.endBody)
			w.wantTexts(t, demo, "hello")
			if got := w.deviceOf(t).Pushes; len(got) != 0 {
				t.Errorf("afterwards it shows %+v", got)
			}
			w.push(t, id)
			if got := w.deviceOf(t).Pushes; len(got) != 1 || got[0].ID != "r1" || got[0].Title != "Sign-in" || got[0].At.IsZero() {
				t.Errorf("it shows %+v", got)
			}
		})
	}
}

// A broken device is replaced: the number moves, texts and pushes that it had stay on it.
func TestReplaceMovesTheNumber(t *testing.T) {
	w := newWorld(t)
	w.text(t, "old")
	old := w.deviceOf(t).ID
	w.push(t, old)
	path := "/lab/v1/devices/" + old
	w.call(t, "POST", path+"/break", "", nil)
	w.text(t, "waits")
	w.wantTexts(t, demo, "old")
	var n, was api.LabDevice
	w.call(t, "POST", path+"/replace", "", &n)
	w.wantTexts(t, demo, "waits") // it waited for a phone that receives
	w.push(t, old)
	w.call(t, "GET", path, "", &was)
	if n.ID == old || n.Number != demo || *n.Broken || len(n.Pushes) != 0 || was.Number != "" || !*was.Broken || len(was.Pushes) != 1 {
		t.Errorf("new %+v, old %+v", n, was)
	}
	if w.deviceOf(t).ID != n.ID {
		t.Error("the number is elsewhere")
	}
}

func TestDeviceRefusals(t *testing.T) {
	w := newWorld(t)
	w.text(t, "hello")
	id := w.deviceOf(t).ID
	for _, tt := range []struct {
		call, reason string
		status       int
	}{
		{"unknown/lose", "device", 404},
		{id + "/find", "not_lost", 409},
		{id + "/lose", "", 200},
		{id + "/lose", "lost", 409},
		{id + "/find", "", 200},
		{id + "/break", "", 200},
		{id + "/break", "broken", 409},
		{id + "/replace", "", 200},
		{id + "/replace", "no_sim", 409},
	} {
		var p api.Problem
		if rec := w.call(t, "POST", "/lab/v1/devices/"+tt.call, "", &p); rec.Code != tt.status || p.Reason != tt.reason {
			t.Errorf("%s: %d %s", tt.call, rec.Code, rec.Body)
		}
	}
	// Nobody sends a text with a phone that is off or lost.
	path := "/lab/v1/devices/" + w.deviceOf(t).ID
	for _, state := range []string{"off", "lost"} {
		if state == "off" {
			w.call(t, "PUT", path, `{"on":false}`, nil)
		} else {
			w.call(t, "PUT", path, `{"on":true}`, nil)
			w.call(t, "POST", path+"/lose", "", nil)
		}
		rec := w.call(t, "POST", "/lab/v1/phones/"+demo+"/messages", `{"to":"40404","body":"GO"}`, nil)
		if rec.Code != 409 || !strings.Contains(rec.Body.String(), `"reason":"`+state+`"`) || len(w.inbound) != 0 {
			t.Errorf("%s: %d %s, inbound %q", state, rec.Code, rec.Body, w.inbound)
		}
	}
}
