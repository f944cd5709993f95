package lab

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"nightlatch/server/api"
	rules "nightlatch/server/lab/phone"
)

// A device is a simulated phone with the texts that it received.
type device struct {
	*rules.Device
	inbox []api.LabText // oldest first
}

// newDevice makes a device. Its ID is random, because a push address from before a restart of the
// lab must not lead to another device.
func newDevice(number string) *device {
	return &device{Device: rules.New(strings.ToLower(rand.Text()), number)}
}

// receives reports whether texts arrive at the device. At a lost one they do.
func (d *device) receives() bool {
	return !d.State.FlightMode && !d.State.Off && !d.State.Broken
}

// sends reports why nobody can send a text with the device, or nil.
func (d *device) sends() error { return d.Online() }

// view returns the device in the form that the lab's clients see.
func (d *device) view() api.LabDevice {
	s := d.State
	on, notifications := !s.Off, !s.Silent
	v := api.LabDevice{
		ID: d.ID, Number: d.Number, On: &on, FlightMode: &s.FlightMode, Notifications: &notifications, Lost: &s.Lost, Broken: &s.Broken,
	}
	for _, p := range d.Pushes {
		var push api.LabPush
		_ = json.Unmarshal(p.Payload, &push) // the server makes it (delivery.Push)
		push.At = p.At
		v.Pushes = append(v.Pushes, push)
	}
	return v
}

// Push shows a push on a device (delivery.PushSender). As in life, the sender does not learn
// whether the device is on, or still exists.
func (l *Lab) Push(_ context.Context, to api.PushAddress, payload []byte, until time.Time) error {
	_, id, _ := strings.Cut(to.Endpoint, ":")
	l.mu.Lock()
	now, shown := l.cfg.Clock.Now(), false
	if d := l.device(id); d != nil && now.Before(until) {
		shown = d.Push(payload, now)
	}
	l.mu.Unlock()
	if shown {
		l.feed.publish(api.TopicLabDevices)
	}
	return nil
}

// device returns the device with an ID, or nil. The caller holds mu.
func (l *Lab) device(id string) *device {
	if i := slices.IndexFunc(l.devices, func(d *device) bool { return d.ID == id }); i >= 0 {
		return l.devices[i]
	}
	return nil
}

// withDevice calls fn with the device of the request's path, and answers with the device that fn returns.
func (l *Lab) withDevice(w http.ResponseWriter, r *http.Request, fn func(*device) (*device, error)) error {
	l.mu.Lock()
	d := l.device(r.PathValue("id"))
	err := errNoDevice
	var v api.LabDevice
	if d != nil {
		if d, err = fn(d); err == nil {
			v = d.view()
		}
	}
	l.mu.Unlock()
	if err != nil {
		return err
	}
	if r.Method != http.MethodGet {
		l.feed.publish(api.TopicLabDevices)
		l.feed.publish(api.TopicLabPhones)
		l.deliver() // the device may have been switched on
		l.wakeRun()
	}
	return respond(w, http.StatusOK, v)
}

func (l *Lab) listDevices(w http.ResponseWriter, _ *http.Request) error {
	devices := []api.LabDevice{}
	l.mu.Lock()
	for _, d := range l.devices {
		devices = append(devices, d.view())
	}
	l.mu.Unlock()
	return respond(w, http.StatusOK, devices)
}

func (l *Lab) getDevice(w http.ResponseWriter, r *http.Request) error {
	return l.withDevice(w, r, func(d *device) (*device, error) { return d, nil })
}

// putDevice changes the fields that are given.
func (l *Lab) putDevice(w http.ResponseWriter, r *http.Request) error {
	var in api.LabDevice
	if err := read(r, &in); err != nil {
		return err
	}
	return l.withDevice(w, r, func(d *device) (*device, error) {
		set := func(to *bool, from *bool, not bool) {
			if from != nil {
				*to = *from != not
			}
		}
		set(&d.State.Off, in.On, true)
		set(&d.State.FlightMode, in.FlightMode, false)
		set(&d.State.Silent, in.Notifications, true)
		return d, nil
	})
}

// doDevice returns the handler of an action.
func (l *Lab) doDevice(action api.DeviceAction) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		return l.withDevice(w, r, func(d *device) (*device, error) {
			switch action {
			case api.LoseDevice:
				return d, d.Lose()
			case api.FindDevice:
				return d, d.Find()
			case api.BreakDevice:
				return d, d.Break()
			}
			return l.replace(d)
		})
	}
}

// replace gives a device's SIM to a new device. The caller holds mu.
func (l *Lab) replace(d *device) (*device, error) {
	p := l.phones[d.Number]
	if p == nil {
		return nil, errNoSIM
	}
	if len(l.devices) >= maxDevices {
		return nil, errDevicesFull
	}
	n := &device{Device: d.Replace(newDevice("").ID)}
	p.in = n
	l.devices = append(l.devices, n)
	return n, nil
}

// maxDevices limits the devices that replacing makes.
const maxDevices = 10000
