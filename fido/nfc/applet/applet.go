// Package applet is the card's side of fido/nfc: the FIDO application of a
// security key that lies on an NFC reader (CTAP section 11.3). It stands in front
// of any CTAP2 authenticator. The lab's NFC keys have one, and tests play it to a
// real pcscd as a card.
package applet

import (
	"context"
	"sync"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/nfc"
	"nightlatch/fido/nfc/apdu"
)

// TapLasts is how long holding a key to a reader counts as its user's presence:
// "NFC user presence maximum time limit", CTAP section 5, evidence of user
// interaction.
const TapLasts = 2 * time.Minute

// maxRequest is the longest message of CTAP2 over CTAPHID, in bytes; no
// authenticator takes more.
const maxRequest = ctaphid.MaxPayload

// A Key is the authenticator behind the applet.
type Key interface {
	// Backend runs the commands; if it is a ctaphid.U2FBackend, those of U2F too.
	Backend() ctaphid.Backend
	// PlugIn does what coming into a reader's field does.
	PlugIn()
}

// A Touch is a key's own button. Wait returns nil once it is pressed, or an error
// when ctx ends first; Poll tells whether it was pressed since it began to be polled.
type Touch interface {
	Wait(ctx context.Context) error
	Poll() bool
}

// Config says what kind of card to be.
type Config struct {
	// Touch is asked once the tap is used up. Nil: the key has no button that works
	// in the field, and has to be held to the reader again.
	Touch      Touch
	NoTap      bool             // being held to a reader does not count, only Touch does
	NoChains   bool             // does not take chains of short commands
	NoExtended bool             // does not take commands in extended form
	Now        func() time.Time // the card's clock; nil means time.Now
}

// An Applet is a card with a security key in it. As a card it is used by one
// reader at a time; the other methods may be called from anywhere.
type Applet struct {
	cfg  Config
	turn sync.Mutex // held by Transmit and PowerUp

	// Guarded by turn.
	key      Key
	selected bool
	chain    *apdu.Command // the parts that came so far
	answer   []byte        // what GET RESPONSE has still to fetch
	status   apdu.Status   // at the end of it

	mu      sync.Mutex
	off     bool
	tapped  time.Time // until when the tap counts
	running *run
}

// A run is a command that the key is working on.
type run struct {
	cancel context.CancelFunc
	done   chan struct{} // closed when answer and err are there
	answer []byte
	err    error

	waits chan struct{} // closed when the key waits for its button
	once  sync.Once
}

// New returns a card that lies on no reader yet, and has no key in it.
func New(cfg Config) *Applet {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Applet{cfg: cfg, off: true}
}

// Install puts the key in. The applet is the key's Touch, so it comes first.
func (a *Applet) Install(k Key) {
	a.turn.Lock()
	defer a.turn.Unlock()
	a.key = k
}

// PowerUp is coming into a reader's field, by being held to it or by the reader's
// turning its field off and on, which a card cannot tell apart.
func (a *Applet) PowerUp() {
	a.PowerDown()
	a.turn.Lock()
	defer a.turn.Unlock()
	a.selected, a.chain, a.answer = false, nil, nil
	a.key.PlugIn()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.off = false
	if !a.cfg.NoTap {
		a.tapped = a.cfg.Now().Add(TapLasts)
	}
}

// PowerDown is leaving the field. What the card was doing comes to nothing.
func (a *Applet) PowerDown() {
	a.mu.Lock()
	a.off = true
	a.tapped = time.Time{}
	r := a.running
	a.running = nil
	a.mu.Unlock()
	if r != nil {
		r.cancel()
		<-r.done
	}
}

// Close is PowerDown, for who uses the applet as a nfc.Card.
func (a *Applet) Close() error {
	a.PowerDown()
	return nil
}

// Wait is how the key asks whether its user is there. Being held to a reader
// counts, for two minutes and for one command; that is CTAP's rule for keys without a
// button that works in the field (section 5). After that the button does, which the
// lab's keys have, so that a person there need not lift a key for every use.
func (a *Applet) Wait(ctx context.Context) error {
	if a.takeTap() {
		return ctx.Err()
	}
	a.mu.Lock()
	r := a.running
	a.mu.Unlock()
	if r != nil {
		r.once.Do(func() { close(r.waits) })
	}
	if a.cfg.Touch == nil {
		<-ctx.Done()
		return ctx.Err()
	}
	return a.cfg.Touch.Wait(ctx)
}

// Poll is Wait for a key that does not wait.
func (a *Applet) Poll() bool {
	return a.takeTap() || a.cfg.Touch != nil && a.cfg.Touch.Poll()
}

// takeTap uses the tap up. It tells whether it counted.
func (a *Applet) takeTap() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	fresh := a.cfg.Now().Before(a.tapped)
	a.tapped = time.Time{}
	return fresh
}

// Transmit answers one command APDU. It is how the applet is an nfc.Card; off the
// reader it returns fido.ErrCardPulled.
func (a *Applet) Transmit(raw []byte) ([]byte, error) {
	a.turn.Lock()
	defer a.turn.Unlock()
	if a.isOff() {
		return nil, fido.ErrCardPulled
	}
	r := a.respond(raw)
	if a.isOff() {
		return nil, fido.ErrCardPulled
	}
	return r.Bytes(), nil
}

func (a *Applet) isOff() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.off
}

func (a *Applet) respond(raw []byte) apdu.Response {
	c, err := apdu.ParseCommand(raw)
	if err != nil || c.Extended && a.cfg.NoExtended {
		return refuse(apdu.WrongLength)
	}
	if c.INS == nfc.GetResponse && (c.CLA == nfc.ClassISO || c.CLA == nfc.ClassCTAP) {
		return a.next(c)
	}
	a.answer = nil
	whole, refusal := a.collect(c)
	if whole == nil {
		return refusal
	}
	data, status := a.dispatch(*whole)
	return a.deliver(*whole, data, status)
}

func refuse(s apdu.Status) apdu.Response { return apdu.Response{Status: s} }

// collect puts a chain together. It returns nil, and what to answer, for a part of
// one.
func (a *Applet) collect(c apdu.Command) (*apdu.Command, apdu.Response) {
	more := c.CLA&apdu.Chained != 0
	c.CLA &^= apdu.Chained
	before := a.chain
	a.chain = nil
	switch {
	case more && a.cfg.NoChains:
		return nil, refuse(apdu.NoChaining)
	case more && c.Extended:
		return nil, refuse(apdu.WrongLength)
	case before != nil && (before.CLA != c.CLA || before.INS != c.INS || before.P1 != c.P1 || before.P2 != c.P2):
		return nil, refuse(apdu.LastExpected)
	case before != nil:
		c.Data = append(before.Data, c.Data...)
	default:
		c.Data = append([]byte(nil), c.Data...)
	}
	if len(c.Data) > maxRequest {
		return nil, refuse(apdu.WrongLength)
	}
	if more {
		a.chain = &c
		return nil, refuse(apdu.OK)
	}
	return &c, apdu.Response{}
}

// deliver answers with as much as the command expects, and keeps the rest.
func (a *Applet) deliver(c apdu.Command, data []byte, s apdu.Status) apdu.Response {
	a.answer, a.status = data, s
	return a.portion(c.Expect)
}

// portion answers with the next bytes, room at most. Clients that expect none have
// forgotten to say so.
func (a *Applet) portion(room int) apdu.Response {
	if room == 0 {
		room = apdu.ShortAnswer
	}
	n := min(room, len(a.answer))
	r := apdu.Response{Data: a.answer[:n], Status: a.status}
	a.answer = a.answer[n:]
	if left := len(a.answer); left > 0 {
		r.Status = apdu.More
		if left < apdu.ShortAnswer {
			r.Status |= apdu.Status(left)
		}
	} else {
		a.answer = nil
	}
	return r
}

// next answers GET RESPONSE.
func (a *Applet) next(c apdu.Command) apdu.Response {
	if a.answer == nil {
		return refuse(apdu.NotAllowed)
	}
	return a.portion(c.Expect)
}
