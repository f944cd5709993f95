package fidotest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/softkey"
)

// The CTAP commands that the tests use.
const (
	makeCredential = 0x01
	getAssertion   = 0x02
	getInfo        = 0x04
	clientPIN      = 0x06
)

// untouched returns a key that is never touched.
func untouched(t *testing.T, cfg softkey.Config) *softkey.Key {
	t.Helper()
	cfg.Touch, cfg.Transport = &softkey.Gate{}, fido.USB
	k, err := softkey.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// A missing touch is not reported as a refusal, with any of the codes that
// keys use for it.
func (s suite) NoTouchIsNoRefusal(t *testing.T) {
	t.Parallel()
	for status, want := range map[byte]error{0x27: fido.ErrUnconfirmed, 0x2f: fido.ErrTimeout, 0x3a: fido.ErrTimeout, 0x05: fido.ErrTimeout} {
		t.Run(fmt.Sprintf("%#02x", status), func(t *testing.T) {
			t.Parallel()
			path := s.Endpoint(t, untouched(t, softkey.Config{Traits: softkey.Traits{NoTouch: status, TouchFor: 200 * time.Millisecond}}))
			c := s.NewClient(t, s.NewBench(t), 10*time.Second)
			_, err := c.Create(t.Context(), fido.Device{Path: path}, Creation(t, nil), &Person{})
			if !errors.Is(err, want) || !errors.Is(err, fido.ErrTimeout) {
				t.Errorf("Create = %v, want %v", err, want)
			}
		})
	}
}

// Every status of CTAP maps to an error with a meaning or to AnswerError. None
// is reported as a lost connection.
func (s suite) EveryStatusIsAnAnswer(t *testing.T) {
	t.Parallel()
	for status := 1; status <= 0xff; status++ {
		for _, command := range []byte{makeCredential, getAssertion} {
			k := AutoTouchKey(t, softkey.Config{Traits: softkey.Traits{Answers: map[byte]byte{command: byte(status)}}})
			path := s.Endpoint(t, k)
			c := s.NewClient(t, s.NewBench(t), 10*time.Second)
			_, err := c.Create(t.Context(), fido.Device{Path: path}, Creation(t, excludingAll([]string{B64(Random())}, nil)), &Person{})
			if command == makeCredential && err == nil || errors.Is(err, fido.ErrInterrupted) || errors.Is(err, fido.ErrRemoved) {
				t.Errorf("command %#02x with status %#02x: %v", command, status, err)
			}
		}
	}
}

// A wrong PIN is reported as wrong for 0x31 and for 0x33. It is sent once, and
// the remaining tries are those of the key.
func (s suite) WrongPINByEitherCode(t *testing.T) {
	t.Parallel()
	for _, status := range []byte{0x31, 0x33} {
		k := AutoTouchKey(t, softkey.Config{Traits: softkey.Traits{WrongPIN: status}})
		if err := k.SetPIN("123456"); err != nil {
			t.Fatal(err)
		}
		d := fido.Device{Path: s.Endpoint(t, k)}
		c := s.NewClient(t, s.NewBench(t), 10*time.Second)
		var wrong *fido.WrongPINError
		_, err := c.Create(t.Context(), d, Creation(t, Verifying), &Person{PINs: []string{"000000"}})
		if !errors.As(err, &wrong) || wrong.TriesLeft != 7 {
			t.Errorf("%#02x: Create = %v", status, err)
		}
		if err := c.SetPIN(t.Context(), d, "000000", "654321"); !errors.As(err, &wrong) || wrong.TriesLeft != 6 {
			t.Errorf("%#02x: SetPIN = %v", status, err)
		}
	}
}

// 0x33 without a wrong PIN, such as after a token has expired, is not reported
// as a wrong PIN.
func (s suite) ExpiredTokenIsNoWrongPIN(t *testing.T) {
	t.Parallel()
	k := AutoTouchKey(t, softkey.Config{Traits: softkey.Traits{Answers: map[byte]byte{makeCredential: 0x33}}})
	if err := k.SetPIN("123456"); err != nil {
		t.Fatal(err)
	}
	who := &Person{PINs: []string{"123456", "123456"}}
	c := s.NewClient(t, s.NewBench(t), 10*time.Second)
	_, err := c.Create(t.Context(), fido.Device{Path: s.Endpoint(t, k)}, Creation(t, Verifying), who)
	if !errors.Is(err, fido.ErrVerification) || len(who.Asked) != 1 || k.Report().PINTries != fido.MaxPINTries {
		t.Errorf("Create = %v; asked %d times, %d tries left", err, len(who.Asked), k.Report().PINTries)
	}
}

// A key that stops answering is reported with the phase, not as untouched or
// as a U2F key.
func (s suite) SilenceHasAPhase(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		silent []byte
		want   fido.Phase
	}{
		{"capabilities", []byte{getInfo}, fido.PhaseInfo},
		{"everything but INIT", []byte{getInfo, clientPIN, makeCredential, getAssertion}, fido.PhaseInfo},
		{"PIN", []byte{clientPIN}, fido.PhasePIN},
		{"probe", []byte{getAssertion}, fido.PhaseAsk},
		{"credential", []byte{makeCredential}, fido.PhaseTouched},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := AutoTouchKey(t, softkey.Config{})
			if err := k.SetPIN("123456"); err != nil {
				t.Fatal(err)
			}
			deaf := deafTo{k, tt.silent, make(chan struct{})}
			defer close(deaf.until)
			path := s.Endpoint(t, deaf)
			c := s.NewClient(t, s.NewBench(t), 2*time.Second)
			who := &Person{PINs: []string{"123456"}}
			_, err := c.Create(t.Context(), fido.Device{Path: path}, Creation(t, excludingAll([]string{B64(Random())}, Verifying)), who)
			var silent *fido.SilentError
			if !errors.As(err, &silent) || silent.Phase != tt.want {
				t.Errorf("Create = %v, want silence in the phase %s", err, tt.want)
			}
			if k.Report().PINTries != fido.MaxPINTries {
				t.Errorf("%d tries left", k.Report().PINTries)
			}
		})
	}
	t.Run("INIT", func(t *testing.T) {
		t.Parallel()
		if s.Dead == nil {
			return
		}
		dead, _ := s.Dead(t)
		_, err := s.NewClient(t, s.NewBench(t), time.Second).Info(t.Context(), fido.Device{Path: dead})
		var silent *fido.SilentError
		if !errors.As(err, &silent) || silent.Phase != fido.PhaseInit {
			t.Errorf("Info = %v", err)
		}
	})
}

// deafTo is a key that neither answers some commands nor obeys a cancel of them.
type deafTo struct {
	*softkey.Key
	commands []byte
	until    chan struct{}
}

func (k deafTo) CBOR(ctx context.Context, request []byte, status func(ctaphid.Status)) ([]byte, error) {
	for _, c := range k.commands {
		if request[0] == c {
			<-k.until
			return []byte{0x7f}, nil
		}
	}
	return k.Key.CBOR(ctx, request, status)
}

// A key that answers INIT with "busy" is busy, not silent or lost.
// A refusal of a new PIN states a reason only if it is known: its length, or
// that it is the current PIN. A refusal by the key has no reason.
func (s suite) WhyANewPINIsRefused(t *testing.T) {
	t.Parallel()
	k := AutoTouchKey(t, softkey.Config{Traits: softkey.Traits{MinPIN: 8}})
	if err := k.SetPIN("12345678"); err != nil {
		t.Fatal(err)
	}
	if err := k.ForcePINChange(); err != nil {
		t.Fatal(err)
	}
	d, c := fido.Device{Path: s.Endpoint(t, k)}, s.NewClient(t, s.NewBench(t), time.Second)
	for next, want := range map[string]error{"1234567": fido.ErrPINLength, "12345678": fido.ErrPINSame} {
		if err := c.SetPIN(t.Context(), d, "12345678", next); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", next, err, want)
		}
	}
	if err := c.SetPIN(t.Context(), d, "12345678", "87654321"); err != nil {
		t.Errorf("another PIN: %v", err)
	}
	picky := AutoTouchKey(t, softkey.Config{Traits: softkey.Traits{MinPIN: 8, Unreported: true}})
	err := s.NewClient(t, s.NewBench(t), time.Second).SetPIN(t.Context(), fido.Device{Path: s.Endpoint(t, picky)}, "", "123456")
	if !errors.Is(err, fido.ErrPINPolicy) || errors.Is(err, fido.ErrPINLength) || errors.Is(err, fido.ErrPINSame) {
		t.Errorf("refused by the key: %v", err)
	}
}

// A key that was reset has no PIN and none of the account's credentials. A PIN
// would not help, so the user is not asked for one.
func (s suite) ResetKeyIsNotEnrolled(t *testing.T) {
	t.Parallel()
	k := AutoTouchKey(t, softkey.Config{})
	c, d := s.NewClient(t, s.NewBench(t), time.Second), fido.Device{Path: s.Endpoint(t, k)}
	if _, err := c.Get(t.Context(), d, Request(t, "required", B64(Random())), &Person{}); !errors.Is(err, fido.ErrNotEnrolled) {
		t.Errorf("Get = %v", err)
	}
}
