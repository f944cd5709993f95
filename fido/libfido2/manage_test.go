//go:build cgo && !nofido && linux

package libfido2_test

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
	"nightlatch/fido/virtual"
)

func TestInfo(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c := newClient(t, b, time.Second)
	k := manual(t, b)
	p, err := c.Info(t.Context(), device(k))
	if err != nil {
		t.Fatal(err)
	}
	if p.Model != "Nightlatch lab key" || !slices.Equal(p.AAGUID, softkey.AAGUID[:]) || !p.FIDO2 ||
		p.PIN != fido.PINNotSet || p.MinPIN != 4 || !p.CanManage || p.Verifies || p.ForcePINChange ||
		!slices.Contains(p.Versions, "FIDO_2_1") || !slices.Contains(p.Extensions, "hmac-secret") {
		t.Errorf("%+v", p)
	}
	if err := c.SetPIN(t.Context(), device(k), "", "123456"); err != nil {
		t.Fatalf("setting the first PIN: %v", err)
	}
	var wrong *fido.WrongPINError
	if err := c.SetPIN(t.Context(), device(k), "000000", "654321"); !errors.As(err, &wrong) || wrong.TriesLeft != 7 {
		t.Errorf("changing it with a wrong PIN: %v, want 7 tries left", err)
	}
	if p, err := c.Info(t.Context(), device(k)); err != nil || p.PIN != fido.PINSet || p.PINTries != 7 {
		t.Errorf("%+v, %v; want 7 tries", p, err)
	}
	if err := c.SetPIN(t.Context(), device(k), "123456", "déjà vu 🔑"); err != nil {
		t.Errorf("changing it: %v", err)
	}
	if p, err := c.Info(t.Context(), device(k)); err != nil || p.PINTries != 8 {
		t.Errorf("%+v, %v; want 8 tries", p, err)
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := plug(t, b, "123456")
	c := newClient(t, b, 5*time.Second)
	if got, err := c.Credentials(t.Context(), device(k), "123456"); err != nil || got.Used != 0 || got.Remaining != softkey.DefaultCapacity {
		t.Errorf("an empty key: %+v, %v", got, err)
	}
	for i, rp := range []string{"localhost", "app.localhost"} {
		c, err := fido.New(fido.Config{Open: opener, Devices: b.Devices, Origin: "http://" + rp})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Create(t.Context(), device(k), creation(t, func(o object) {
			o["rp"] = object{"id": rp, "name": "Nightlatch"}
			o["user"] = object{"id": b64([]byte(fmt.Sprint("account ", i))), "name": "alice", "displayName": "Alice"}
			o["authenticatorSelection"] = object{"residentKey": "required"}
		}), &person{pins: []string{"123456"}})
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := c.Credentials(t.Context(), device(k), "123456")
	if err != nil || got.Used != 2 || got.Remaining != softkey.DefaultCapacity-2 || len(got.Credentials) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	first := got.Credentials[0]
	if first.RPID != "localhost" || string(first.UserID) != "account 0" || first.UserName != "alice" || first.UserDisplayName != "Alice" {
		t.Errorf("%+v", first)
	}
	if err := c.DeleteCredential(t.Context(), device(k), first.ID, "123456"); err != nil {
		t.Errorf("deleting: %v", err)
	}
	if err := c.DeleteCredential(t.Context(), device(k), first.ID, "123456"); !errors.Is(err, fido.ErrNotEnrolled) {
		t.Errorf("deleting it again: %v, want %v", err, fido.ErrNotEnrolled)
	}
	if got, err := c.Credentials(t.Context(), device(k), "123456"); err != nil || got.Used != 1 || got.Credentials[0].RPID != "app.localhost" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestResetByClient(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := plug(t, b, "123456")
	c := newClient(t, b, 5*time.Second)
	who := &person{}
	if err := c.Reset(t.Context(), device(k), who); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(who.shown, fido.Touch) {
		t.Errorf("shown %v, no touch", who.shown)
	}
	if p, err := c.Info(t.Context(), device(k)); err != nil || p.PIN != fido.PINNotSet {
		t.Errorf("%+v, %v; want no PIN", p, err)
	}
}

func TestIdentify(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := plug(t, b, "")
	c := newClient(t, b, 5*time.Second)
	made, err := c.Create(t.Context(), device(k), creation(t, nil), &person{})
	if err != nil {
		t.Fatal(err)
	}
	want := unb64(t, idOf(t, made))
	for _, several := range []bool{false, true} {
		if several {
			manual(t, b)
		}
		who := &person{}
		id, err := c.Identify(t.Context(), fido.Device{}, "localhost", [][]byte{random(), want, random()}, who)
		if err != nil || !slices.Equal(id, want) {
			t.Errorf("Identify = %x, %v; want %x", id, err, want)
		}
	}
	if _, err := c.Identify(t.Context(), device(k), "localhost", [][]byte{random()}, &person{}); !errors.Is(err, fido.ErrNotEnrolled) {
		t.Errorf("Identify with another account's credentials: %v", err)
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first, second, third := manual(t, b), manual(t, b), manual(t, b)
	c := newClient(t, b, 10*time.Second)
	blinking(t, b, first.ID, func() { _ = b.Unplug(first.ID) })
	blinking(t, b, third.ID, func() { _ = b.Touch(third.ID) })
	who := &person{}
	d, err := c.Choose(t.Context(), []fido.Device{device(first), device(second), device(third)}, who)
	if err != nil || d != device(third) || !slices.Equal(who.shown, []fido.PromptKind{fido.Choose}) {
		t.Errorf("Choose = %+v, %v, shown %v", d, err, who.shown)
	}
	if seen, err := b.Key(second.ID); err != nil || seen.WaitingForTouch {
		t.Errorf("the other still blinks: %+v, %v", seen, err)
	}
}

// A key refuses a reset ten seconds after it was plugged in, until it is plugged in again.
func TestResetTooLate(t *testing.T) {
	t.Parallel()
	var late atomic.Int64
	b, err := virtual.New(virtual.Config{Linger: -1, Now: func() time.Time { return time.Unix(late.Load(), 0) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	c := newClient(t, b, 5*time.Second)
	k := plug(t, b, "123456")
	late.Add(11)
	if err := c.Reset(t.Context(), device(k), &person{}); !errors.Is(err, fido.ErrNotAllowed) {
		t.Errorf("Reset after 11 seconds = %v, want %v", err, fido.ErrNotAllowed)
	}
	k = again(t, b, k)
	late.Add(9)
	if err := c.Reset(t.Context(), device(k), &person{}); err != nil {
		t.Errorf("Reset after 9 seconds = %v", err)
	}
}
