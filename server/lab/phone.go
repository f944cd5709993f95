package lab

import (
	"crypto/rand"
	"encoding/binary"
	"slices"
	"time"

	"nightlatch/server/api"
)

// maxTexts is the number of texts that a phone keeps. The oldest are deleted first.
const maxTexts = 200

// A phone is the SIM of a simulated phone, with the behaviour of its carrier.
type phone struct {
	number        string
	in            *device       // where its SIM is
	delay         time.Duration // by the lab's clock, so a text arrives when the clock is moved
	loss          float64       // 0 to 1
	optInRequired bool
	optedIn       bool // texts from the short code are delivered

	received int       // texts that arrived, including those that no device keeps
	lastText time.Time // when the latest of them arrived
	underway []transit // in the order of sending
}

// A transit is a text on its way to a phone.
type transit struct {
	body string
	due  time.Time // on the lab's clock
}

func newPhone(number string) *phone {
	return &phone{number: number, in: newDevice(number), optedIn: true}
}

// send gives the carrier a text. As in reality, the sender does not learn whether the
// text is lost or the subscriber has not opted in.
func (p *phone) send(body string, now time.Time, chance func() float64) {
	if !p.optedIn || p.loss > 0 && chance() < p.loss {
		return
	}
	p.underway = append(p.underway, transit{body: body, due: now.Add(p.delay)})
}

// arrive moves texts that are due into the inbox, with the sender from. It returns their
// number and the time until the next one is due, which is negative if there is none. While
// the device is off or in flight mode, nothing arrives and nothing is lost.
func (p *phone) arrive(now time.Time, from string) (arrived int, next time.Duration) {
	next = -1
	if !p.in.receives() {
		return 0, next
	}
	p.underway = slices.DeleteFunc(p.underway, func(t transit) bool {
		wait := t.due.Sub(now)
		if wait > 0 {
			if next < 0 || wait < next {
				next = wait
			}
			return false
		}
		at := now
		p.in.inbox = append(p.in.inbox, api.LabText{From: from, Body: t.body, At: &at})
		arrived++
		p.received++
		p.lastText = now
		return true
	})
	if over := len(p.in.inbox) - maxTexts; over > 0 {
		p.in.inbox = slices.Delete(p.in.inbox, 0, over)
	}
	return arrived, next
}

// requireOptIn sets whether the carrier requires an opt-in. If it begins to, the
// subscriber has not opted in yet.
func (p *phone) requireOptIn(required bool) {
	if required != p.optInRequired {
		p.optInRequired, p.optedIn = required, !required
	}
}

// state returns the phone in the form that the lab's clients see.
func (p *phone) state() api.LabPhone {
	flight, notifications := p.in.State.FlightMode, !p.in.State.Silent
	delay, loss := p.delay.String(), p.loss
	required, opted, received := p.optInRequired, p.optedIn, p.received
	state := api.LabPhone{
		Number: p.number, FlightMode: &flight, Notifications: &notifications, Received: &received,
		Carrier: &api.LabCarrier{Delay: &delay, Loss: &loss, OptInRequired: &required, OptedIn: &opted},
	}
	if last := p.lastText; !last.IsZero() {
		state.LastText = &last
	}
	return state
}

// chance returns a random number in [0,1).
func chance() float64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return float64(binary.BigEndian.Uint64(b[:])>>11) / (1 << 53)
}
