// Package applet is the card's side of fido/nfc: the FIDO application of a security key
// on an NFC reader (CTAP section 11.3). It works with any CTAP2 authenticator. The lab's
// NFC keys use it, and tests present it as a card to a real pcscd.
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

// TapLifetime is how long a tap counts as user presence: "NFC user presence maximum time
// limit", CTAP section 5, evidence of user interaction.
const TapLifetime = 2 * time.Minute

// maxRequest is the maximum size of a CTAPHID message in bytes. Authenticators accept no
// longer requests.
const maxRequest = ctaphid.MaxPayload

// A Key is the authenticator behind the applet.
type Key interface {
	// Backend runs the commands. If it is a ctaphid.U2FBackend, it also runs U2F's.
	Backend() ctaphid.Backend
	// PlugIn is called when the card enters a reader's field.
	PlugIn()
}

// A Touch is a key's button. Wait returns nil when it is pressed, or an error if ctx
// ends first. Poll reports whether it was pressed since polling began.
type Touch interface {
	Wait(ctx context.Context) error
	Poll() bool
}

// Config configures a card.
type Config struct {
	// Touch is used after the tap is used up. Nil means that the key has no button that
	// works in the field, and must be held to the reader again.
	Touch      Touch
	NoTap      bool             // a tap does not count, only Touch does
	NoChains   bool             // refuses chains of short commands
	NoExtended bool             // refuses commands in extended form
	Now        func() time.Time // the card's clock; nil means time.Now
}

// An Applet is a card with a security key. Only one reader may call its Transmit at a
// time; the other methods are safe for concurrent use.
type Applet struct {
	cfg  Config
	turn sync.Mutex // locked during Transmit and PowerUp

	// Guarded by turn.
	key      Key
	selected bool
	chain    *apdu.Command // the parts received so far
	answer   []byte        // the rest of the answer, for GET RESPONSE
	status   apdu.Status   // at the end of answer

	mu      sync.Mutex
	off     bool
	tapped  time.Time // until when the tap counts
	running *run
}

// A run is a command that the key is running.
type run struct {
	cancel context.CancelFunc
	done   chan struct{} // closed when answer and err are set
	answer []byte
	err    error

	waits chan struct{} // closed when the key waits for its button
	once  sync.Once
}

// New returns a card outside a reader's field, without a key.
func New(cfg Config) *Applet {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Applet{cfg: cfg, off: true}
}

// Install sets the key. It is separate from New because the key needs the applet as its
// Touch.
func (a *Applet) Install(k Key) {
	a.turn.Lock()
	defer a.turn.Unlock()
	a.key = k
}

// PowerUp puts the card into a reader's field. A card cannot tell whether it was held to
// the reader or the reader turned its field on.
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
		a.tapped = a.cfg.Now().Add(TapLifetime)
	}
}

// PowerDown takes the card out of the field and ends its command.
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

// Close calls PowerDown. It makes the applet an nfc.Card with Close.
func (a *Applet) Close() error {
	a.PowerDown()
	return nil
}

// Wait waits for user presence. A tap counts for one command, within two minutes: CTAP's
// rule for keys whose button does not work in the field (section 5). After that Wait
// waits for the button. The lab's keys have one, so that users need not lift the key for
// every use.
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

// Poll reports whether the user is present, by tap or button, without waiting.
func (a *Applet) Poll() bool {
	return a.takeTap() || a.cfg.Touch != nil && a.cfg.Touch.Poll()
}

// takeTap uses up the tap and reports whether it was still valid.
func (a *Applet) takeTap() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	fresh := a.cfg.Now().Before(a.tapped)
	a.tapped = time.Time{}
	return fresh
}

// Transmit answers one command APDU. Outside a reader's field it returns
// fido.ErrCardPulled. It implements nfc.Card.
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
	if class := c.CLA &^ apdu.Chained; err != nil && class != nfc.ClassISO && class != nfc.ClassCTAP {
		return refuse(apdu.UnknownClass)
	}
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

// collect joins the parts of a chain. Until the last part it returns nil and the
// response to the part.
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

// deliver returns as much of the answer as the command expects, and keeps the rest.
func (a *Applet) deliver(c apdu.Command, data []byte, s apdu.Status) apdu.Response {
	a.answer, a.status = data, s
	return a.portion(c.Expect)
}

// portion returns the next bytes of the answer, at most limit. limit 0 means the maximum,
// for clients that omit the expected length.
func (a *Applet) portion(limit int) apdu.Response {
	if limit == 0 {
		limit = apdu.ShortAnswer
	}
	n := min(limit, len(a.answer))
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
