package fido

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestReaderStates(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		state   ReaderState
		err     error
		present bool
	}{
		{ReaderUnsupported, ErrUnsupported, false},
		{NoReaderService, ErrNoReaderService, false},
		{ReaderServiceSilent, ErrReaderServiceSilent, false},
		{ReaderDenied, ErrReadersDenied, false},
		{NoReader, ErrNoReader, false},
		{ReaderEmpty, ErrNoCard, true},
		{ReaderNotFIDO, ErrNotFIDOCard, true},
		{ReaderBusy, ErrBusy, true},
		{ReaderReady, nil, true},
	} {
		if got := tt.state.Err(); !errors.Is(got, tt.err) {
			t.Errorf("%v: %v, want %v", tt.state, got, tt.err)
		}
		if got := (Reader{State: tt.state}).Present(); got != tt.present {
			t.Errorf("%v: present %v", tt.state, got)
		}
		if tt.state.String() == "unknown" {
			t.Errorf("%d has no name", tt.state)
		}
	}
	c := clientOf(t, newFake(t))
	if got := c.Reader(t.Context()); got.State != ReaderUnsupported {
		t.Errorf("without readers: %v", got.State)
	}
}

// clientAtReader returns a client whose reader and devices a test changes.
func clientAtReader(t *testing.T, k *fakeKey, reader func() Reader, devices Lister) *Client {
	t.Helper()
	c, err := New(Config{
		Open: k, Origin: testOrigin, Devices: devices,
		Reader: func(context.Context) Reader { return reader() },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// If there is a reader, or one is plugged in meanwhile, the prompt is Tap.
func TestTap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		after := func(d time.Duration) bool { return time.Since(begun) >= d }
		reader := func() Reader {
			if after(3 * time.Second) {
				return Reader{State: ReaderEmpty, Name: "reader"}
			}
			return Reader{State: NoReader}
		}
		devices := func(context.Context) ([]Device, error) {
			if after(6 * time.Second) {
				return []Device{{Path: "card", Transport: NFC}}, nil
			}
			return nil, nil
		}
		who := &script{}
		if _, err := clientAtReader(t, newFake(t), reader, devices).Create(t.Context(), Device{}, creationJSON(t, nil), who); err != nil {
			t.Fatal(err)
		}
		if want := []PromptKind{Insert, Tap, Working, Tap, Working, Remove}; !slices.Equal(who.shown, want) {
			t.Errorf("shown %v, want %v", who.shown, want)
		}
	})
}

// The errors of a key on a reader are translated; those of a USB key are not.
func TestErrorsOfCards(t *testing.T) {
	t.Parallel()
	onReader := Device{Path: "card", Transport: NFC}
	for _, tt := range []struct {
		says, want, not error
		on              Device
	}{
		{says: ErrRemoved, on: onReader, want: ErrCardPulled},
		{says: ErrDenied, on: onReader, want: ErrTapAgain},
		{says: ErrTimeout, on: onReader, want: ErrTimeout},
		{says: ErrRemoved, on: fake, want: ErrRemoved, not: ErrCardPulled},
		{says: ErrDenied, on: fake, want: ErrDenied, not: ErrTapAgain},
	} {
		t.Run(fmt.Sprint(tt.says, " ", tt.on.Transport), func(t *testing.T) {
			t.Parallel()
			k := newFake(t)
			c := clientOf(t, k)
			k.make = func(CredentialRequest) error { return tt.says }
			_, err := c.Create(t.Context(), tt.on, creationJSON(t, nil), &script{})
			k.assert = func(r AssertionRequest) error {
				if r.Silent {
					return nil
				}
				return tt.says
			}
			_, getErr := c.Get(t.Context(), tt.on, requestJSON(t, nil), &script{})
			for call, err := range map[string]error{"Create": err, "Get": getErr} {
				if !errors.Is(err, tt.want) || tt.not != nil && errors.Is(err, tt.not) {
					t.Errorf("%s: %v, want %v", call, err, tt.want)
				}
			}
		})
	}
}

func TestWatchReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		states := []ReaderState{NoReader, NoReader, ReaderEmpty, ReaderNotFIDO, ReaderNotFIDO, ReaderReady}
		asked := 0
		c := clientAtReader(t, newFake(t), func() Reader {
			asked++
			return Reader{State: states[min(asked, len(states))-1]}
		}, func(context.Context) ([]Device, error) { return nil, nil })
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second+500*time.Millisecond)
		defer stop()
		var seen []ReaderState
		c.WatchReader(ctx, func(r Reader) { seen = append(seen, r.State) })
		if want := []ReaderState{NoReader, ReaderEmpty, ReaderNotFIDO, ReaderReady}; !slices.Equal(seen, want) {
			t.Errorf("seen %v, want %v", seen, want)
		}
		if asked > 11 {
			t.Errorf("asked %d times in 10 seconds", asked)
		}
	})
}

// Choose does not use keys on readers, since they would count as touched at once.
func TestChooseDoesNotUseCards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		onReader, plugged := newFake(t), newFake(t)
		c, err := New(Config{Open: drawer{"card": onReader, "usb": plugged}, Devices: Paths(), Origin: testOrigin})
		if err != nil {
			t.Fatal(err)
		}
		card := Device{Path: "card", Transport: NFC}
		d, err := c.Choose(t.Context(), []Device{card, {Path: "usb", Transport: USB}}, &script{})
		if err != nil || d.Path != "usb" || onReader.closed != 0 {
			t.Errorf("Choose = %+v, %v; the card was used %d times", d, err, onReader.closed)
		}
		if _, err := c.Choose(t.Context(), []Device{card}, &script{}); !errors.Is(err, ErrTimeout) {
			t.Errorf("only cards: %v", err)
		}
	})
}
