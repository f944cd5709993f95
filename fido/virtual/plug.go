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

// A plug is a plugged-in key: its endpoint and the server behind it.
type plug struct {
	endpoint *pty.Endpoint
	card     *applet.Applet // nil for a key over USB
	cancel   context.CancelFunc
	served   chan error // the result of Serve; one value
}

// newPlug plugs a key in. A card is put on a simulated reader.
func newPlug(key *softkey.Key, card *applet.Applet) (*plug, error) {
	backend := key.Backend()
	if card != nil {
		card.PowerUp()
		onReader, err := nfc.Open(card)
		if err != nil {
			return nil, fmt.Errorf("virtual: putting the key on a reader: %w", err)
		}
		backend = onReader.Backend()
	}
	endpoint, err := pty.Open()
	if err != nil {
		return nil, fmt.Errorf("virtual: plugging in: %w", err)
	}
	server, err := ctaphid.NewServer(endpoint, ctaphid.Config{
		Backend: backend,
		NoCBOR:  key.Kind() == softkey.U2F,
		Queue:   endpoint,
		Wink:    func() {},
		Version: fido.LabVersion,
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("virtual: plugging in: %w", err), endpoint.Close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &plug{endpoint: endpoint, card: card, cancel: cancel, served: make(chan error, 1)}
	go func() { p.served <- server.Serve(ctx) }()
	return p, nil
}

// close unplugs the key and waits until its server has ended.
func (p *plug) close() error {
	p.cancel()
	err := p.endpoint.Close()
	if p.card != nil {
		p.card.PowerDown()
	}
	return errors.Join(err, <-p.served)
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
