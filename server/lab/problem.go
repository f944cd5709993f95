package lab

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"nightlatch/server/api"
	rules "nightlatch/server/lab/phone"
	"nightlatch/server/rawtext"
)

// maxBody is the largest request body, in bytes.
const maxBody = 64 << 10

var (
	errNoDevice    = errors.New("lab: no such device")
	errNoSIM       = errors.New("lab: the device has no SIM")
	errDevicesFull = errors.New("lab: too many devices")
	errTooLarge    = errors.New("lab: body too large")
)

func problem(status int, code, reason, title, detail string) *api.Problem {
	return &api.Problem{Type: "about:blank", Title: title, Status: status, Detail: detail, Code: code, Reason: reason}
}

// malformed is the problem of a field whose value is not allowed.
func malformed(field, detail string) error { return malformedAs(api.ReasonValue, field, detail) }

func malformedAs(reason, field, detail string) error {
	p := problem(http.StatusBadRequest, api.Malformed, reason, "The request cannot be read", detail)
	p.Field = field
	return p
}

func unavailable(detail string) error {
	return problem(http.StatusServiceUnavailable, api.Unavailable, "not_here", "Not available here", detail)
}

// problemOf maps errors to problems.
func problemOf(err error) (p *api.Problem, known bool) {
	if errors.As(err, &p) {
		return p, true
	}
	switch {
	case errors.Is(err, ErrNoKey):
		return problem(http.StatusNotFound, api.NotFound, "key", "No such security key", "GET /lab/v1/keys lists them."), true
	case errors.Is(err, ErrNotWaiting):
		return problem(http.StatusConflict, api.Conflict, "not_waiting", "Nothing waits for a touch",
			"Begin a ceremony with this security key, then touch it."), true
	case errors.Is(err, ErrUnplugged):
		return problem(http.StatusConflict, api.Conflict, "unplugged", "The security key is not plugged in",
			`Plug it in again with {"plugged_in":true}.`), true
	case errors.Is(err, ErrBenchFull):
		return problem(http.StatusConflict, api.Conflict, "keys_full", "No more security keys fit",
			"POST /lab/v1/reset deletes the keys that exist."), true
	case errors.Is(err, ErrNoPIN):
		return problem(http.StatusConflict, api.Conflict, "no_pin", "The security key has no PIN",
			"Set one on the key first, or plug one in that has one."), true
	case errors.Is(err, ErrNoSensor):
		return problem(http.StatusConflict, api.Conflict, "no_sensor", "The security key has no fingerprint sensor",
			`Plug one in with {"kind":"fingerprint"}.`), true
	case errors.Is(err, ErrOldKey):
		return problem(http.StatusConflict, api.Conflict, "too_old", "The security key is too old for that",
			"A U2F key has no PIN and keeps no credentials."), true
	case errors.Is(err, rules.ErrFlight):
		return problem(http.StatusConflict, api.Conflict, "flight_mode", "The phone is in flight mode",
			"It sends nothing until flight mode is off."), true
	case errors.Is(err, rules.ErrOff):
		return problem(http.StatusConflict, api.Conflict, "off", "The phone is off",
			"It does nothing until it is on. Switch it on with {\"on\":true}."), true
	case errors.Is(err, rules.ErrLost):
		return problem(http.StatusConflict, api.Conflict, "lost", "The phone is lost",
			"Find it first, or replace it by another phone."), true
	case errors.Is(err, rules.ErrNotLost):
		return problem(http.StatusConflict, api.Conflict, "not_lost", "The phone is not lost",
			"Its owner has it."), true
	case errors.Is(err, rules.ErrBroken):
		return problem(http.StatusConflict, api.Conflict, "broken", "The phone is broken",
			"It stays so. Replace it by another phone."), true
	case errors.Is(err, errNoSIM):
		return problem(http.StatusConflict, api.Conflict, "no_sim", "The phone has no SIM",
			"Its number moved to another phone. Replace that one."), true
	case errors.Is(err, errDevicesFull):
		return problem(http.StatusConflict, api.Conflict, "devices_full", "No more phones fit",
			"POST /lab/v1/reset deletes those that exist."), true
	case errors.Is(err, errNoDevice):
		return problem(http.StatusNotFound, api.NotFound, "device", "No such phone", "GET /lab/v1/devices lists them."), true
	case errors.Is(err, errTooLarge):
		return problem(http.StatusRequestEntityTooLarge, api.TooLarge, "", "Too large",
			"A body may have up to 64 KiB."), true
	}
	return problem(http.StatusInternalServerError, api.Internal, "lab", "The lab could not do this", "The server's log says why."), false
}

// handle turns a handler that returns an error into one that writes it as a problem.
func (l *Lab) handle(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		err := h(w, r)
		if err == nil {
			return
		}
		p, known := problemOf(err)
		if !known {
			l.cfg.Log.Error("lab request failed", "method", r.Method, "pattern", r.Pattern, "error", err)
		}
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(p.Status)
		_ = json.NewEncoder(w).Encode(p) // fails if the client has left
	}
}

func respond(w http.ResponseWriter, status int, v any) error {
	if v == nil {
		w.WriteHeader(status)
		return nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // fails if the client has left
	return nil
}

// read decodes the body, one JSON object, into v. If it does not fit, the error is a
// problem that names the field.
func read(r *http.Request, v any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if err == nil && dec.More() {
		return malformedAs(api.ReasonSyntax, "body", "Send one JSON object and nothing after it.")
	}
	var tooLarge *http.MaxBytesError
	var wrongType *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return errTooLarge
	case errors.As(err, &wrongType):
		if wrongType.Field == "" {
			return malformedAs(api.ReasonType, "body", "Send a JSON object.")
		}
		return malformedAs(api.ReasonType, wrongType.Field, "This field has the wrong type.")
	case errors.Is(err, io.EOF):
		return malformedAs(api.ReasonType, "body", "Send a JSON object.")
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return malformedAs(api.ReasonUnknown, strings.Trim(name, `"`), "There is no such field.")
	}
	return malformedAs(api.ReasonSyntax, "body", "This is not JSON.")
}

// shown normalises a name or a text message (rawtext.Shown), and reports
// whether it is valid.
func shown(s *string, limit int) bool {
	clean, err := rawtext.Shown(*s, limit)
	if err == nil {
		*s = clean
	}
	return err == nil
}

// secret reports whether s can be a PIN (rawtext.Secret).
func secret(s string, limit int) bool {
	_, err := rawtext.Secret(s, limit)
	return err == nil
}
