package fidotest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/virtual"
)

// Manual plugs in a key that waits for a touch.
func Manual(t *testing.T, b *virtual.Bench) virtual.Key {
	t.Helper()
	k, err := b.Plug("green key", fido.USB, "")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Blinking calls do when the key waits for a touch.
func Blinking(t *testing.T, b *virtual.Bench, id string, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			changed := b.Changed()
			if k, err := b.Key(id); err != nil || k.WaitingForTouch {
				do()
				return
			}
			select {
			case <-changed:
			case <-t.Context().Done():
				return
			}
		}
	}()
	t.Cleanup(func() { <-done })
}

func (s suite) TouchByHand(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Manual(t, b)
	c := s.NewClient(t, b, 10*time.Second)
	Blinking(t, b, k.ID, func() { _ = b.Touch(k.ID) })
	if _, err := c.Create(t.Context(), Device(k), Creation(t, nil), &Person{}); err != nil {
		t.Fatalf("Create: %v", err)
	}
}

func (s suite) UnplugInMidTouch(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Manual(t, b)
	c := s.NewClient(t, b, 10*time.Second)
	Blinking(t, b, k.ID, func() { _ = b.Unplug(k.ID) })
	begun := time.Now()
	_, err := c.Create(t.Context(), Device(k), Creation(t, nil), &Person{})
	if !errors.Is(err, fido.ErrRemoved) {
		t.Errorf("Create = %v, want %v", err, fido.ErrRemoved)
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("it took %v to notice", took)
	}
	if _, err := c.Create(t.Context(), Device(k), Creation(t, nil), &Person{}); !errors.Is(err, fido.ErrRemoved) {
		t.Errorf("Create on a removed path = %v, want %v", err, fido.ErrRemoved)
	}
	k, err = b.Replug(k.ID)
	if err != nil {
		t.Fatal(err)
	}
	Blinking(t, b, k.ID, func() { _ = b.Touch(k.ID) })
	if _, err := c.Create(t.Context(), Device(k), Creation(t, nil), &Person{}); err != nil {
		t.Errorf("Create after plugging in again: %v", err)
	}
}

// R33: a key cannot be enrolled twice, and the error names its credential.
func (s suite) AlreadyEnrolled(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	first, second := Plug(t, b, ""), Plug(t, b, "")
	c := s.NewClient(t, b, 10*time.Second)
	made, err := c.Create(t.Context(), Device(first), Creation(t, nil), &Person{})
	if err != nil {
		t.Fatal(err)
	}
	excluding := Creation(t, func(o Object) {
		var list []Object
		for range 19 { // R31: up to 20 keys
			list = append(list, Object{"type": "public-key", "id": B64(Random())})
		}
		o["excludeCredentials"] = append(list, Object{"type": "public-key", "id": IDOf(t, made)})
	})
	if err := b.SetAutoTouch(first.ID, false); err != nil { // no touch is needed
		t.Fatal(err)
	}
	_, err = c.Create(t.Context(), Device(first), excluding, &Person{})
	var already *fido.AlreadyEnrolledError
	if !errors.As(err, &already) || !errors.Is(err, fido.ErrAlreadyEnrolled) {
		t.Fatalf("Create on the same key = %v, want %v", err, fido.ErrAlreadyEnrolled)
	}
	want, _ := base64.RawURLEncoding.DecodeString(IDOf(t, made))
	if !bytes.Equal(already.CredentialID, want) {
		t.Errorf("the error names credential %x, want %x", already.CredentialID, want)
	}
	if _, err := c.Create(t.Context(), Device(second), excluding, &Person{}); err != nil {
		t.Errorf("Create on another key: %v", err)
	}
}

// A key of another account is recognised without a touch.
func (s suite) NotEnrolled(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	c := s.NewClient(t, b, 10*time.Second)
	made, err := c.Create(t.Context(), Device(Plug(t, b, "")), Creation(t, nil), &Person{})
	if err != nil {
		t.Fatal(err)
	}
	other := Manual(t, b)
	who := &Person{}
	_, err = c.Get(t.Context(), Device(other), Request(t, "discouraged", IDOf(t, made)), who)
	if !errors.Is(err, fido.ErrNotEnrolled) {
		t.Errorf("Get = %v, want %v", err, fido.ErrNotEnrolled)
	}
	for _, p := range who.Shown {
		if p == fido.Touch {
			t.Error("the user was asked for a touch")
		}
	}
}

func (s suite) TwoKeys(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	first, second := Plug(t, b, ""), Plug(t, b, "")
	c := s.NewClient(t, b, 10*time.Second)
	_, err := c.Create(t.Context(), fido.Device{}, Creation(t, nil), &Person{})
	var several *fido.SeveralError
	if !errors.As(err, &several) || len(several.Devices) != 2 {
		t.Fatalf("Create with two keys plugged in = %v, want a choice of two", err)
	}
	made, err := c.Create(t.Context(), several.Devices[1], Creation(t, nil), &Person{})
	if err != nil {
		t.Fatalf("Create on the chosen one: %v", err)
	}
	if err := b.Unplug(first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Get(t.Context(), fido.Device{}, Request(t, "discouraged", IDOf(t, made)), &Person{}); err != nil {
		t.Errorf("Get with %s alone: %v", second.ID, err)
	}
}

func (s suite) InsertWhenAsked(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	c := s.NewClient(t, b, 10*time.Second)
	who := &Person{On: func(p fido.Prompt) {
		if p.Kind == fido.Insert {
			Plug(t, b, "")
		}
	}}
	if _, err := c.Create(t.Context(), fido.Device{}, Creation(t, nil), who); err != nil {
		t.Fatalf("Create: %v", err)
	}
	if len(who.Shown) == 0 || who.Shown[0] != fido.Insert {
		t.Errorf("shown %v, want insert first", who.Shown)
	}
}

// When a child process ends, the program gets a signal. When one starts, it inherits
// descriptors without close-on-exec. Neither disturbs this ceremony or the next.
// occupy starts another program with the key and returns when it waits for a touch.
// If another program has the key, Create fails within three seconds.
// After a program was killed during a touch, the key is usable.
