package virtual

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/nfc"
	"nightlatch/fido/nfc/applet"
	"nightlatch/fido/pty"
	"nightlatch/fido/softkey"
)

// A plug is a plugged-in key. It can be used in this process, and with a pseudo-terminal
// by every program with libfido2.
type plug struct {
	path    string
	backend ctaphid.Backend
	u2f     bool // it has no CTAP2
	turn    turn
	gone    chan struct{}  // closed when it is unplugged
	card    *applet.Applet // nil for a key over USB

	endpoint *pty.Endpoint // nil without a pseudo-terminal
	cancel   context.CancelFunc
	served   chan error // the result of Serve; one value; nil without a pseudo-terminal
}

// newPlug plugs a key in. A card is put on a simulated reader. Without a pseudo-terminal
// the key has the given path.
func newPlug(key *softkey.Key, card *applet.Applet, path string, terminal bool) (*plug, error) {
	p := &plug{path: path, backend: key.Backend(), u2f: key.Kind() == softkey.U2F, turn: newTurn(), gone: make(chan struct{}), card: card}
	if card != nil {
		card.PowerUp()
		onReader, err := nfc.Open(card)
		if err != nil {
			return nil, fmt.Errorf("virtual: putting the key on a reader: %w", err)
		}
		p.backend = onReader.Backend()
	}
	if !terminal {
		return p, nil
	}
	var err error
	if p.endpoint, err = pty.Open(); err != nil {
		return nil, fmt.Errorf("virtual: plugging in: %w", err)
	}
	p.path = p.endpoint.Path()
	server, err := ctaphid.NewServer(p.endpoint, ctaphid.Config{
		Backend: p.turn.guard(p.backend),
		NoCBOR:  p.u2f,
		Queue:   p.endpoint,
		Wink:    func() {},
		Version: fido.LabVersion,
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("virtual: plugging in: %w", err), p.endpoint.Close())
	}
	var ctx context.Context
	ctx, p.cancel = context.WithCancel(context.Background())
	p.served = make(chan error, 1)
	go func() { p.served <- server.Serve(ctx) }()
	return p, nil
}

// close unplugs the key and waits until its server has ended.
func (p *plug) close() error {
	close(p.gone)
	var errs []error
	if p.endpoint != nil {
		p.cancel()
		errs = append(errs, p.endpoint.Close())
	}
	if p.card != nil {
		p.card.PowerDown()
	}
	if p.served != nil {
		errs = append(errs, <-p.served)
	}
	return errors.Join(errs...)
}

// A notifier notifies any number of listeners of a change.
type notifier struct {
	mu   sync.Mutex
	wire chan struct{} // closed at the next change
}

func newNotifier() *notifier { return &notifier{wire: make(chan struct{})} }

func (b *notifier) notify() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.wire)
	b.wire = make(chan struct{})
}

func (b *notifier) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.wire
}
