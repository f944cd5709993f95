package bridge

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/nfc"
	"nightlatch/fido/pty"
)

// A session is a key on a reader, its pseudo-terminal, and the server behind it.
type session struct {
	bridge     *Bridge
	endpoint   *pty.Endpoint
	sharedCard *sharedCard
	left       chan struct{}
	serving    sync.WaitGroup
	cancel     context.CancelFunc
	unplug     sync.Once
}

// open connects to the card on a reader and, if it is a security key, makes its
// pseudo-terminal. A session that fails later is sent to w.broken.
func (w *worker) open(ctx context.Context, reader string) (*session, error) {
	l, err := w.reach(ctx, reader)
	if err != nil {
		return nil, err
	}
	endpoint, err := pty.Open()
	if err != nil {
		l.close()
		if errors.Is(err, pty.ErrUnsupported) {
			err = fido.ErrUnsupported
		}
		return nil, fmt.Errorf("bridge: %w", err)
	}
	s := &session{bridge: w.b, endpoint: endpoint, sharedCard: l, left: make(chan struct{})}
	l.gone = s.pull
	server, err := ctaphid.NewServer(endpoint, ctaphid.Config{
		Backend: l.backend(),
		NoCBOR:  !l.key.FIDO2(),
		Queue:   endpoint,
		Version: [3]byte{1, 0, 0},
	})
	if err != nil {
		s.pull()
		l.close()
		return nil, fmt.Errorf("bridge: %w", err)
	}
	serve, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.serving.Go(func() {
		_ = server.Serve(serve) // the result does not matter
		s.pull()
		select {
		case w.broken <- s:
		case <-s.left:
		}
	})
	return s, nil
}

// reach connects to the card on a reader and selects its FIDO application.
func (w *worker) reach(ctx context.Context, reader string) (*sharedCard, error) {
	card, err := w.b.cfg.Readers.Connect(reader)
	if err != nil {
		return nil, err
	}
	l := newSharedCard(card, w.b.recordUse)
	if err := l.open(ctx); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (s *session) path() string { return s.endpoint.Path() }

// pull removes the path. Programs that have it open see the key unplugged.
func (s *session) pull() {
	s.unplug.Do(func() {
		s.bridge.drop(s.path(), func() { _ = s.endpoint.Close() }) // no caller could handle the error
	})
}

// close ends the session and waits for its server.
func (s *session) close() {
	close(s.left)
	s.cancel()
	s.pull()
	s.serving.Wait()
	s.sharedCard.close()
}

// A sharedCard is the connection to a card that other programs may use too. A command
// reserves the card and keeps it for a while, because the next command may need the
// card's state, such as a PIN token.
type sharedCard struct {
	card nfc.Card
	key  *nfc.Key
	used func() // called at each use of the key
	gone func() // called when the card was removed

	mu    sync.Mutex // locked during a command
	hold  hold
	clean bool // the FIDO application should still be selected
}

func newSharedCard(card nfc.Card, used func()) *sharedCard {
	l := &sharedCard{card: card, used: used}
	l.hold.init(card)
	return l
}

// open selects the FIDO application for the first time.
func (l *sharedCard) open(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.hold.take(ctx); err != nil {
		return err
	}
	defer l.hold.keep()
	key, err := nfc.Open(l.card)
	l.key, l.clean = key, true
	return err
}

// backend returns the card as a ctaphid.Backend, with U2F if the key supports it.
func (l *sharedCard) backend() ctaphid.Backend {
	if _, ok := l.key.Backend().(ctaphid.U2FBackend); ok {
		return u2fSharedCard{l}
	}
	return l
}

// keepaliveCancel is the CTAP status of a command that was cancelled.
const keepaliveCancel = 0x2d

// CBOR runs a CTAP2 command on the card.
func (l *sharedCard) CBOR(ctx context.Context, request []byte, status func(ctaphid.Status)) ([]byte, error) {
	return l.run(ctx, []byte{keepaliveCancel}, func() ([]byte, error) { return l.key.CBOR(ctx, request, status) })
}

type u2fSharedCard struct{ *sharedCard }

// Msg runs a U2F command on the card.
func (l u2fSharedCard) Msg(ctx context.Context, command []byte) ([]byte, error) {
	return l.run(ctx, nil, func() ([]byte, error) { return l.key.Msg(ctx, command) })
}

// run reserves the card and runs a command. If ctx ends before the card is reserved, it
// returns cancelled.
func (l *sharedCard) run(ctx context.Context, cancelled []byte, command func() ([]byte, error)) ([]byte, error) {
	l.used()
	l.mu.Lock()
	defer l.mu.Unlock()
	anew, err := l.hold.take(ctx)
	if err != nil && ctx.Err() != nil {
		return cancelled, nil
	}
	if err == nil {
		defer l.hold.keep()
		if anew || !l.clean { // another program may have used the card
			err = l.key.Select()
			l.clean = err == nil
		}
	}
	var answer []byte
	if err == nil {
		answer, err = command()
	}
	var refused *nfc.StatusError
	switch {
	case err == nil:
	case errors.As(err, &refused) && !errors.Is(err, fido.ErrNotFIDOCard):
		l.clean = false // the card is present, but its state was lost
	default:
		// The card was removed or cannot be used. Remove the path, which also ends the
		// programs' wait for an answer.
		l.gone()
		<-ctx.Done()
	}
	return answer, err
}

// close disconnects from the card.
func (l *sharedCard) close() {
	l.hold.end()
	_ = l.card.Close() // the card may have been removed
}
