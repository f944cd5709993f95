package lab

import (
	"net/http"
	"slices"
	"time"

	"nightlatch/server/api"
)

// pathNumber is the phone number in a request's path.
func pathNumber(r *http.Request) (string, error) {
	number, err := normalize(r.PathValue("e164"))
	if err != nil {
		return "", malformed("e164", "Give the number with its country code, such as +12025550143.")
	}
	return number, nil
}

// view calls fn with the phone of a number. If the phone does not exist, fn gets a new
// one that is not stored.
func (l *Lab) view(number string, fn func(*phone)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.phones[number]
	if p == nil {
		p = newPhone(number)
	}
	fn(p)
}

func (l *Lab) getPhone(w http.ResponseWriter, r *http.Request) error {
	number, err := pathNumber(r)
	if err != nil {
		return err
	}
	var state api.LabPhone
	l.view(number, func(p *phone) { state = p.state() })
	return respond(w, http.StatusOK, state)
}

// putPhone changes the fields that are given.
func (l *Lab) putPhone(w http.ResponseWriter, r *http.Request) error {
	number, err := pathNumber(r)
	if err != nil {
		return err
	}
	var in api.LabPhone
	if err := read(r, &in); err != nil {
		return err
	}
	if in.Number != "" && in.Number != number {
		return malformed("number", "The number must be the one in the path.")
	}
	carrier := api.LabCarrier{}
	if in.Carrier != nil {
		carrier = *in.Carrier
	}
	var delay time.Duration
	if carrier.Delay != nil {
		delay, err = time.ParseDuration(*carrier.Delay)
		if err != nil || delay < 0 || delay > 30*24*time.Hour {
			return malformed("carrier.delay", "Give a duration from 0s to 720h, such as 90s.")
		}
	}
	if carrier.Loss != nil && !(*carrier.Loss >= 0 && *carrier.Loss <= 1) {
		return malformed("carrier.loss", "Give a number from 0 (none) to 1 (every text).")
	}

	l.mu.Lock()
	p := l.phone(number)
	if in.FlightMode != nil {
		p.in.State.FlightMode = *in.FlightMode
	}
	if in.Notifications != nil {
		p.in.State.Silent = !*in.Notifications
	}
	if carrier.Delay != nil {
		p.delay = delay
	}
	if carrier.Loss != nil {
		p.loss = *carrier.Loss
	}
	if carrier.OptInRequired != nil {
		p.requireOptIn(*carrier.OptInRequired)
	}
	if carrier.OptedIn != nil {
		p.optedIn = *carrier.OptedIn
	}
	state := p.state()
	l.mu.Unlock()

	l.feed.publish(api.TopicLabPhones)
	l.feed.publish(api.TopicLabDevices)
	l.deliver() // flight mode may have ended
	l.wakeRun()
	return respond(w, http.StatusOK, state)
}

func (l *Lab) getTexts(w http.ResponseWriter, r *http.Request) error {
	number, err := pathNumber(r)
	if err != nil {
		return err
	}
	l.deliver()
	texts := []api.LabText{}
	l.view(number, func(p *phone) { texts = append(texts, slices.Clone(p.in.inbox)...) })
	return respond(w, http.StatusOK, texts)
}

func (l *Lab) postText(w http.ResponseWriter, r *http.Request) error {
	number, err := pathNumber(r)
	if err != nil {
		return err
	}
	var in struct {
		To   string `json:"to"`
		Body string `json:"body"`
	}
	if err := read(r, &in); err != nil {
		return err
	}
	if in.To != l.cfg.ShortCode {
		return malformed("to", "The lab's carrier connects phones with "+l.cfg.ShortCode+" only.")
	}
	if !shown(&in.Body, 160) {
		return malformed("body", "A text has 1 to 160 characters, none of them a control character.")
	}
	if err := l.fromPhone(r.Context(), number, in.Body); err != nil {
		return err
	}
	at := l.cfg.Clock.Now()
	return respond(w, http.StatusCreated, api.LabText{To: in.To, Body: in.Body, At: &at})
}
