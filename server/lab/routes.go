package lab

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/otp"
	"nightlatch/server/rawtext"
)

// Handler serves /lab/v1/…. The server that includes it checks Host and Origin.
func (l *Lab) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range l.calls() {
		mux.HandleFunc(pattern, l.handle(h))
	}
	mux.HandleFunc(eventsCall, l.events)
	mux.HandleFunc(anyPath, l.handle(func(w http.ResponseWriter, r *http.Request) error {
		return noRoute(mux, w, r)
	}))
	return mux
}

// eventsCall is the only call whose answer is a stream.
const eventsCall = "GET /lab/v1/events"

// Calls returns the patterns of the lab's calls, such as "GET /lab/v1/clock".
func Calls() []string {
	return append(slices.Collect(maps.Keys(new(Lab).calls())), eventsCall)
}

// calls returns every other call of the lab. docs/api.md describes them.
func (l *Lab) calls() map[string]func(http.ResponseWriter, *http.Request) error {
	calls := map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /lab/v1/clock":                   l.getClock,
		"PUT /lab/v1/clock":                   l.putClock,
		"GET /lab/v1/phones":                  l.listPhones,
		"GET /lab/v1/phones/{e164}":           l.getPhone,
		"PUT /lab/v1/phones/{e164}":           l.putPhone,
		"GET /lab/v1/phones/{e164}/messages":  l.getTexts,
		"POST /lab/v1/phones/{e164}/messages": l.postText,
		"GET /lab/v1/devices":                 l.listDevices,
		"GET /lab/v1/devices/{id}":            l.getDevice,
		"PUT /lab/v1/devices/{id}":            l.putDevice,
		"GET /lab/v1/mail":                    l.getMail,
		"GET /lab/v1/accounts":                l.getAccounts,
		"GET /lab/v1/keys":                    l.listKeys,
		"POST /lab/v1/keys":                   l.plugKey,
		"PUT /lab/v1/keys/{id}":               l.changeKey,
		"DELETE /lab/v1/keys/{id}":            l.unplugKey,
		"POST /lab/v1/keys/{id}/copy":         l.copyKey,
		"POST /lab/v1/reset":                  l.postReset,
	}
	for _, action := range []api.KeyAction{api.TouchKey, api.FillKey, api.LockPIN, api.ForcePINChange, api.EnrollFinger} {
		calls["POST /lab/v1/keys/{id}/"+string(action)] = l.doKey(action)
	}
	for _, action := range []api.DeviceAction{api.LoseDevice, api.FindDevice, api.BreakDevice, api.ReplaceDevice} {
		calls["POST /lab/v1/devices/{id}/"+string(action)] = l.doDevice(action)
	}
	return calls
}

// anyPath is the pattern of requests that match no other pattern.
const anyPath = "/lab/v1/"

// noRoute answers 404 or 405, depending on whether the path exists.
func noRoute(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) error {
	var allow []string
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodPost, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != anyPath {
			allow = append(allow, method)
		}
	}
	if allow == nil {
		return problem(http.StatusNotFound, api.NotFound, "route", "There is no such path", "The lab has no call with this path.")
	}
	w.Header().Set("Allow", strings.Join(allow, ", "))
	return problem(http.StatusMethodNotAllowed, api.MethodNotAllowed, "", "Not with this method",
		"This call takes "+strings.Join(allow, " or ")+".")
}

func (l *Lab) getClock(w http.ResponseWriter, _ *http.Request) error {
	now := l.cfg.Clock.Now()
	return respond(w, http.StatusOK, api.LabClock{Now: &now})
}

// putClock sets or moves the clock. Texts that become due are delivered before the
// answer is sent.
func (l *Lab) putClock(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Set     *string `json:"set"`
		Advance *string `json:"advance"`
		Now     any     `json:"now"` // ignored, so that the answer of GET can be sent back
	}
	if err := read(r, &in); err != nil {
		return err
	}
	switch {
	case in.Set != nil && in.Advance != nil:
		return malformed("advance", "Give set or advance, not both.")
	case in.Set != nil:
		t, err := time.Parse(time.RFC3339, *in.Set)
		if err != nil || !onCalendar(t) {
			return malformed("set", "Give a time between the years 2000 and 2200 as in RFC 3339, such as 2016-03-20T12:00:00Z.")
		}
		if err := l.cfg.Clock.Set(t); err != nil {
			return err
		}
	case in.Advance != nil:
		d, err := time.ParseDuration(*in.Advance)
		if err != nil || !onCalendar(l.cfg.Clock.Now().Add(d)) {
			return malformed("advance", "Give a duration such as 59m59s that ends between the years 2000 and 2200.")
		}
		if err := l.cfg.Clock.Advance(d); err != nil {
			return err
		}
	default:
		return malformedAs(api.ReasonMissing, "set", "Give set or advance.")
	}
	l.deliver()
	return l.getClock(w, r)
}

// onCalendar reports whether t is in the years 2000 to 2199, which all protocols can
// represent.
func onCalendar(t time.Time) bool { return t.UTC().Year() >= 2000 && t.UTC().Year() < 2200 }

func (l *Lab) getMail(w http.ResponseWriter, r *http.Request) error {
	to := rawtext.Parsed(r.URL.Query().Get("to"))
	found := []api.LabMail{}
	l.mu.Lock()
	for _, m := range l.mail {
		if to == "" || strings.EqualFold(m.To, to) {
			found = append(found, m)
		}
	}
	l.mu.Unlock()
	return respond(w, http.StatusOK, found)
}

func (l *Lab) getAccounts(w http.ResponseWriter, _ *http.Request) error {
	now := l.cfg.Clock.Now()
	out := append([]api.LabAccount{}, l.cfg.Accounts...)
	for i, a := range out {
		if a.AppSecret == "" {
			continue
		}
		code, err := otp.Code(a.AppSecret, now)
		if err != nil {
			return err
		}
		ends := now.Truncate(otp.Period).Add(otp.Period)
		out[i].AppCode, out[i].AppCodeEnds = code, &ends
	}
	return respond(w, http.StatusOK, out)
}

func (l *Lab) postReset(w http.ResponseWriter, r *http.Request) error {
	if err := l.reset(r.Context()); err != nil {
		return err
	}
	return respond(w, http.StatusNoContent, nil)
}

func (l *Lab) listPhones(w http.ResponseWriter, _ *http.Request) error {
	phones := []api.LabPhone{}
	l.mu.Lock()
	for _, p := range l.phones {
		phones = append(phones, p.state())
	}
	l.mu.Unlock()
	slices.SortFunc(phones, func(a, b api.LabPhone) int { return strings.Compare(a.Number, b.Number) })
	return respond(w, http.StatusOK, phones)
}
