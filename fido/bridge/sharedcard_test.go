package bridge

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/nfc"
	"nightlatch/fido/nfc/apdu"
	"nightlatch/fido/nfc/applet"
	"nightlatch/fido/softkey"
)

func silent(ctaphid.Status) {}

// A table is a reader that other programs use too. It records events.
type table struct {
	nfc.Card
	turn chan struct{} // full while a program has reserved the card
	err  error         // the error of all further commands

	mu     sync.Mutex
	events []string
}

func (b *table) note(event string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, event)
}

func newTable(t testing.TB) *table {
	t.Helper()
	a := applet.New(applet.Config{})
	k, err := softkey.New(softkey.Config{Touch: a, Transport: fido.NFC})
	if err != nil {
		t.Fatal(err)
	}
	a.Install(k)
	a.PowerUp()
	t.Cleanup(a.PowerDown)
	return &table{Card: a, turn: make(chan struct{}, 1)}
}

func (b *table) Begin() error {
	b.turn <- struct{}{}
	b.note("begin")
	return b.err
}

func (b *table) End() error {
	b.note("end")
	<-b.turn
	return b.err
}

func (b *table) Transmit(command []byte) ([]byte, error) {
	if b.err != nil {
		return nil, b.err
	}
	c, err := apdu.ParseCommand(command)
	if err != nil {
		return nil, err
	}
	b.note(map[byte]string{nfc.Select: "select", nfc.Message: "message"}[c.INS])
	return b.Card.Transmit(command)
}

func (b *table) Close() error {
	b.note("close")
	return nil
}

func (b *table) expect(t testing.TB, want ...string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(b.events, want) {
		t.Errorf("events %v, want %v", b.events, want)
	}
	b.events = nil
}

// other uses the card as another program, which selects another application.
func (b *table) other(t testing.TB) {
	t.Helper()
	b.turn <- struct{}{}
	defer func() { <-b.turn }()
	visa := []byte{0xa0, 0, 0, 0, 3, 0x10, 0x10}
	if _, err := b.Card.Transmit(apdu.Command{INS: nfc.Select, P1: nfc.ByName, Data: visa}.Bytes()); err != nil {
		t.Fatal(err)
	}
}

func getInfo(t testing.TB, l *sharedCard) {
	t.Helper()
	got, err := l.CBOR(t.Context(), []byte{4}, silent)
	if err != nil || len(got) < 2 || got[0] != 0 {
		t.Errorf("getInfo: %x, %v", got, err)
	}
}

// The card stays reserved between commands that follow each other quickly. Other programs
// can use it after that, and then the application is selected again.
func TestSharing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		card, used := newTable(t), 0
		l := newSharedCard(card, func() { used++ })
		if err := l.open(t.Context()); err != nil {
			t.Fatal(err)
		}
		getInfo(t, l)
		<-time.After(releaseAfter - time.Millisecond)
		getInfo(t, l)
		synctest.Wait()
		card.expect(t, "begin", "select", "message", "message")
		card.other(t) // waits until the card is free
		getInfo(t, l)
		synctest.Wait()
		card.expect(t, "end", "begin", "select", "message")
		l.close()
		card.expect(t, "end", "close")
		if used != 3 {
			t.Errorf("%d uses reported, want 3", used)
		}
	})
}

// A long command, which waits for a touch, keeps the card reserved, even if the timer of
// the last command fires meanwhile.
func TestReservedDuringATouch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		card := newTable(t)
		l := newSharedCard(card, func() {})
		if err := l.open(t.Context()); err != nil {
			t.Fatal(err)
		}
		const selection = 0x0b
		if got, err := l.CBOR(t.Context(), []byte{selection}, silent); err != nil || got[0] != 0 {
			t.Fatalf("the first touch, the tap: %x, %v", got, err)
		}
		time.AfterFunc(3*time.Second, l.hold.release)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if got, err := l.CBOR(ctx, []byte{selection}, silent); err != nil || got[0] != keepaliveCancel {
			t.Errorf("%x, %v", got, err)
		}
		card.mu.Lock()
		if slices.Contains(card.events, "end") {
			t.Errorf("released during a command: %v", card.events)
		}
		card.mu.Unlock()
		l.close()
	})
}

// A command that waits for another program to release the card can be cancelled, and does
// not disturb the next.
func TestCancelledInTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		card := newTable(t)
		l := newSharedCard(card, func() {})
		if err := l.open(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * releaseAfter)
		card.turn <- struct{}{}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		begun := time.Now()
		got, err := l.CBOR(ctx, []byte{4}, silent)
		if err != nil || len(got) != 1 || got[0] != keepaliveCancel || time.Since(begun) != 5*time.Second {
			t.Errorf("%x, %v after %v", got, err, time.Since(begun))
		}
		card.expect(t, "begin", "select", "end")
		<-card.turn // the other program releases the card
		getInfo(t, l)
		synctest.Wait()
		card.expect(t, "begin", "select", "message")
		l.close()
		card.expect(t, "end", "close")
	})
}

// A card that refuses a command keeps its path. One that is removed or fails loses it, and
// a waiting program gets an error.
func TestCardErrors(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		gone bool
	}{
		"pulled":     {fido.ErrCardPulled, true},
		"failed":     {fido.ErrInterrupted, true},
		"no service": {fido.ErrNoReaderService, true},
		"refused":    {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				card := newTable(t)
				l := newSharedCard(card, func() {})
				if err := l.open(t.Context()); err != nil {
					t.Fatal(err)
				}
				ctx, gone := context.WithCancel(t.Context())
				l.gone = gone // as closing the path would end the command
				card.err = tt.err
				if tt.err == nil {
					_, _ = card.Card.Transmit([]byte{0x80, nfc.Control, nfc.EndOfCTAP, 0})
				}
				_, err := l.CBOR(ctx, []byte{4}, silent)
				var refused *nfc.StatusError
				if tt.gone && !errors.Is(err, tt.err) || !tt.gone && !errors.As(err, &refused) {
					t.Errorf("CBOR: %v", err)
				}
				if (ctx.Err() != nil) != tt.gone {
					t.Errorf("gone: %v, want %v", ctx.Err() != nil, tt.gone)
				}
				if !tt.gone {
					getInfo(t, l) // selects again
				}
				gone()
				l.close()
			})
		})
	}
}

// Close does not wait forever for a card that another program uses.
func TestCloseWithCardInUse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		card := newTable(t)
		card.turn <- struct{}{}
		b, err := New(Config{Readers: one{card}})
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if ds, err := b.Devices(t.Context()); err != nil || len(ds) > 0 || time.Since(begun) != firstLook {
			t.Errorf("%v, %v after %v", ds, err, time.Since(begun))
		}
		begun = time.Now()
		b.Close()
		if waited := time.Since(begun); waited != patience {
			t.Errorf("closed after %v", waited)
		}
		<-card.turn // the other program releases the card, and the pending Begin ends
		b.working.Wait()
	})
}

// Watch shows one reader with a card.
type one struct{ card nfc.Card }

func (o one) Connect(string) (nfc.Card, error) { return o.card, nil }

func (o one) Watch(ctx context.Context, show func([]nfc.Slot, error)) {
	show([]nfc.Slot{{Reader: "reader", Card: true, Events: 1}}, nil)
	<-ctx.Done()
}
