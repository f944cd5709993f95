package fidotest

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
)

func (s suite) Info(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	c := s.NewClient(t, b, time.Second)
	k := Manual(t, b)
	p, err := c.Info(t.Context(), Device(k))
	if err != nil {
		t.Fatal(err)
	}
	if p.Model != "Nightlatch lab key" || !slices.Equal(p.AAGUID, softkey.AAGUID[:]) || !p.FIDO2 ||
		p.PIN != fido.PINNotSet || p.MinPIN != 4 || !p.CanManage || p.Verifies || p.ForcePINChange ||
		!slices.Contains(p.Versions, "FIDO_2_1") || !slices.Contains(p.Extensions, "hmac-secret") {
		t.Errorf("%+v", p)
	}
	if err := c.SetPIN(t.Context(), Device(k), "", "123456"); err != nil {
		t.Fatalf("setting the first PIN: %v", err)
	}
	var wrong *fido.WrongPINError
	if err := c.SetPIN(t.Context(), Device(k), "000000", "654321"); !errors.As(err, &wrong) || wrong.TriesLeft != 7 {
		t.Errorf("changing it with a wrong PIN: %v, want 7 tries left", err)
	}
	if p, err := c.Info(t.Context(), Device(k)); err != nil || p.PIN != fido.PINSet || p.PINTries != 7 {
		t.Errorf("%+v, %v; want 7 tries", p, err)
	}
	if err := c.SetPIN(t.Context(), Device(k), "123456", "déjà vu 🔑"); err != nil {
		t.Errorf("changing it: %v", err)
	}
	if p, err := c.Info(t.Context(), Device(k)); err != nil || p.PINTries != 8 {
		t.Errorf("%+v, %v; want 8 tries", p, err)
	}
}

func (s suite) Credentials(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Plug(t, b, "123456")
	c := s.NewClient(t, b, 5*time.Second)
	if got, err := c.Credentials(t.Context(), Device(k), "123456"); err != nil || got.Used != 0 || got.Remaining != softkey.DefaultCapacity {
		t.Errorf("an empty key: %+v, %v", got, err)
	}
	for i, rp := range []string{"localhost", "app.localhost"} {
		c, err := fido.New(fido.Config{Open: s.Open(b), Devices: b.Devices, Origin: "http://" + rp})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Create(t.Context(), Device(k), Creation(t, func(o Object) {
			o["rp"] = Object{"id": rp, "name": "Nightlatch"}
			o["user"] = Object{"id": B64([]byte(fmt.Sprint("account ", i))), "name": "alice", "displayName": "Alice"}
			o["authenticatorSelection"] = Object{"residentKey": "required"}
		}), &Person{PINs: []string{"123456"}})
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := c.Credentials(t.Context(), Device(k), "123456")
	if err != nil || got.Used != 2 || got.Remaining != softkey.DefaultCapacity-2 || len(got.Credentials) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	first := got.Credentials[0]
	if first.RPID != "localhost" || string(first.UserID) != "account 0" || first.UserName != "alice" || first.UserDisplayName != "Alice" {
		t.Errorf("%+v", first)
	}
	if err := c.DeleteCredential(t.Context(), Device(k), first.ID, "123456"); err != nil {
		t.Errorf("deleting: %v", err)
	}
	if err := c.DeleteCredential(t.Context(), Device(k), first.ID, "123456"); !errors.Is(err, fido.ErrNotEnrolled) {
		t.Errorf("deleting it again: %v, want %v", err, fido.ErrNotEnrolled)
	}
	if got, err := c.Credentials(t.Context(), Device(k), "123456"); err != nil || got.Used != 1 || got.Credentials[0].RPID != "app.localhost" {
		t.Errorf("%+v, %v", got, err)
	}
}

func (s suite) ResetByClient(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Plug(t, b, "123456")
	c := s.NewClient(t, b, 5*time.Second)
	who := &Person{}
	if err := c.Reset(t.Context(), Device(k), who); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(who.Shown, fido.Touch) {
		t.Errorf("shown %v, no touch", who.Shown)
	}
	if p, err := c.Info(t.Context(), Device(k)); err != nil || p.PIN != fido.PINNotSet {
		t.Errorf("%+v, %v; want no PIN", p, err)
	}
}

func (s suite) Identify(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Plug(t, b, "")
	c := s.NewClient(t, b, 5*time.Second)
	made, err := c.Create(t.Context(), Device(k), Creation(t, nil), &Person{})
	if err != nil {
		t.Fatal(err)
	}
	want := Unb64(t, IDOf(t, made))
	for _, several := range []bool{false, true} {
		if several {
			Manual(t, b)
		}
		who := &Person{}
		id, err := c.Identify(t.Context(), fido.Device{}, "localhost", [][]byte{Random(), want, Random()}, who)
		if err != nil || !slices.Equal(id, want) {
			t.Errorf("Identify = %x, %v; want %x", id, err, want)
		}
	}
	if _, err := c.Identify(t.Context(), Device(k), "localhost", [][]byte{Random()}, &Person{}); !errors.Is(err, fido.ErrNotEnrolled) {
		t.Errorf("Identify with another account's credentials: %v", err)
	}
}

func (s suite) Choose(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	first, second, third := Manual(t, b), Manual(t, b), Manual(t, b)
	c := s.NewClient(t, b, 10*time.Second)
	Blinking(t, b, first.ID, func() { _ = b.Unplug(first.ID) })
	Blinking(t, b, third.ID, func() { _ = b.Touch(third.ID) })
	who := &Person{}
	d, err := c.Choose(t.Context(), []fido.Device{Device(first), Device(second), Device(third)}, who)
	if err != nil || d != Device(third) || !slices.Equal(who.Shown, []fido.PromptKind{fido.Choose}) {
		t.Errorf("Choose = %+v, %v, shown %v", d, err, who.Shown)
	}
	if seen, err := b.Key(second.ID); err != nil || seen.WaitingForTouch {
		t.Errorf("the other still blinks: %+v, %v", seen, err)
	}
}

// A key refuses a reset ten seconds after it was plugged in, until it is plugged in again.
func (s suite) ResetTooLate(t *testing.T) {
	t.Parallel()
	var late atomic.Int64
	b := s.benchAt(t, func() time.Time { return time.Unix(late.Load(), 0) })
	c := s.NewClient(t, b, 5*time.Second)
	k := Plug(t, b, "123456")
	late.Add(11)
	if err := c.Reset(t.Context(), Device(k), &Person{}); !errors.Is(err, fido.ErrNotAllowed) {
		t.Errorf("Reset after 11 seconds = %v, want %v", err, fido.ErrNotAllowed)
	}
	k = Again(t, b, k)
	late.Add(9)
	if err := c.Reset(t.Context(), Device(k), &Person{}); err != nil {
		t.Errorf("Reset after 9 seconds = %v", err)
	}
}
