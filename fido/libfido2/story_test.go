//go:build cgo && !nofido && linux

package libfido2_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/virtual"
)

// manual plugs in a key that waits for a touch.
func manual(t *testing.T, b *virtual.Bench) virtual.Key {
	t.Helper()
	k, err := b.Plug("green key", fido.USB, "")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// blinking calls do when the key waits for a touch.
func blinking(t *testing.T, b *virtual.Bench, id string, do func()) {
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

func TestTouchByHand(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := manual(t, b)
	c := newClient(t, b, 10*time.Second)
	blinking(t, b, k.ID, func() { _ = b.Touch(k.ID) })
	if _, err := c.Create(t.Context(), device(k), creation(t, nil), &person{}); err != nil {
		t.Fatalf("Create: %v", err)
	}
}

func TestUnplugInMidTouch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := manual(t, b)
	c := newClient(t, b, 10*time.Second)
	blinking(t, b, k.ID, func() { _ = b.Unplug(k.ID) })
	begun := time.Now()
	_, err := c.Create(t.Context(), device(k), creation(t, nil), &person{})
	if !errors.Is(err, fido.ErrRemoved) {
		t.Errorf("Create = %v, want %v", err, fido.ErrRemoved)
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("it took %v to notice", took)
	}
	if _, err := c.Create(t.Context(), device(k), creation(t, nil), &person{}); !errors.Is(err, fido.ErrRemoved) {
		t.Errorf("Create on a removed path = %v, want %v", err, fido.ErrRemoved)
	}
	k, err = b.Replug(k.ID)
	if err != nil {
		t.Fatal(err)
	}
	blinking(t, b, k.ID, func() { _ = b.Touch(k.ID) })
	if _, err := c.Create(t.Context(), device(k), creation(t, nil), &person{}); err != nil {
		t.Errorf("Create after plugging in again: %v", err)
	}
}

// R33: a key cannot be enrolled twice, and the error names its credential.
func TestAlreadyEnrolled(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first, second := plug(t, b, ""), plug(t, b, "")
	c := newClient(t, b, 10*time.Second)
	made, err := c.Create(t.Context(), device(first), creation(t, nil), &person{})
	if err != nil {
		t.Fatal(err)
	}
	excluding := creation(t, func(o object) {
		var list []object
		for range 19 { // R31: up to 20 keys
			list = append(list, object{"type": "public-key", "id": b64(random())})
		}
		o["excludeCredentials"] = append(list, object{"type": "public-key", "id": idOf(t, made)})
	})
	if err := b.SetAutoTouch(first.ID, false); err != nil { // no touch is needed
		t.Fatal(err)
	}
	_, err = c.Create(t.Context(), device(first), excluding, &person{})
	var already *fido.AlreadyEnrolledError
	if !errors.As(err, &already) || !errors.Is(err, fido.ErrAlreadyEnrolled) {
		t.Fatalf("Create on the same key = %v, want %v", err, fido.ErrAlreadyEnrolled)
	}
	want, _ := base64.RawURLEncoding.DecodeString(idOf(t, made))
	if !bytes.Equal(already.CredentialID, want) {
		t.Errorf("the error names credential %x, want %x", already.CredentialID, want)
	}
	if _, err := c.Create(t.Context(), device(second), excluding, &person{}); err != nil {
		t.Errorf("Create on another key: %v", err)
	}
}

// A key of another account is recognised without a touch.
func TestNotEnrolled(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c := newClient(t, b, 10*time.Second)
	made, err := c.Create(t.Context(), device(plug(t, b, "")), creation(t, nil), &person{})
	if err != nil {
		t.Fatal(err)
	}
	other := manual(t, b)
	who := &person{}
	_, err = c.Get(t.Context(), device(other), request(t, "discouraged", idOf(t, made)), who)
	if !errors.Is(err, fido.ErrNotEnrolled) {
		t.Errorf("Get = %v, want %v", err, fido.ErrNotEnrolled)
	}
	for _, p := range who.shown {
		if p == fido.Touch {
			t.Error("the user was asked for a touch")
		}
	}
}

func TestTwoKeys(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first, second := plug(t, b, ""), plug(t, b, "")
	c := newClient(t, b, 10*time.Second)
	_, err := c.Create(t.Context(), fido.Device{}, creation(t, nil), &person{})
	var several *fido.SeveralError
	if !errors.As(err, &several) || len(several.Devices) != 2 {
		t.Fatalf("Create with two keys plugged in = %v, want a choice of two", err)
	}
	made, err := c.Create(t.Context(), several.Devices[1], creation(t, nil), &person{})
	if err != nil {
		t.Fatalf("Create on the chosen one: %v", err)
	}
	if err := b.Unplug(first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Get(t.Context(), fido.Device{}, request(t, "discouraged", idOf(t, made)), &person{}); err != nil {
		t.Errorf("Get with %s alone: %v", second.ID, err)
	}
}

func TestInsertWhenAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c := newClient(t, b, 10*time.Second)
	who := &person{on: func(p fido.Prompt) {
		if p.Kind == fido.Insert {
			plug(t, b, "")
		}
	}}
	if _, err := c.Create(t.Context(), fido.Device{}, creation(t, nil), who); err != nil {
		t.Fatalf("Create: %v", err)
	}
	if len(who.shown) == 0 || who.shown[0] != fido.Insert {
		t.Errorf("shown %v, want insert first", who.shown)
	}
}

// When a child process ends, the program gets a signal. When one starts, it inherits
// descriptors without close-on-exec. Neither disturbs this ceremony or the next.
func TestChildProcessesDuringTouch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := manual(t, b)
	c := newClient(t, b, 10*time.Second)
	sleeper := exec.CommandContext(t.Context(), "sleep", "60")
	blinking(t, b, k.ID, func() {
		if err := sleeper.Start(); err != nil {
			t.Error(err)
		}
		for range 20 {
			if err := exec.Command("true").Run(); err != nil {
				t.Error(err)
			}
		}
		_ = b.Touch(k.ID)
	})
	made, err := c.Create(t.Context(), device(k), creation(t, nil), &person{})
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	defer func() {
		_ = sleeper.Process.Kill()
		_ = sleeper.Wait()
	}()
	begun := time.Now()
	blinking(t, b, k.ID, func() { _ = b.Touch(k.ID) })
	if _, err := c.Get(t.Context(), device(k), request(t, "discouraged", idOf(t, made)), &person{}); err != nil {
		t.Fatalf("Get while the child runs: %v", err)
	}
	if took := time.Since(begun); took > time.Second {
		t.Errorf("Get took %v: the child has the key's descriptor", took)
	}
}

// occupy starts another program with the key and returns when it waits for a touch.
func occupy(t *testing.T, b *virtual.Bench, k virtual.Key) *exec.Cmd {
	t.Helper()
	line := func(b []byte) string { return base64.StdEncoding.EncodeToString(b) + "\n" }
	other := exec.CommandContext(t.Context(), "fido2-cred", "-M", k.Path)
	other.Stdin = strings.NewReader(line(random()) + "localhost\nbob\n" + line(random()))
	waiting := make(chan struct{})
	blinking(t, b, k.ID, func() { close(waiting) })
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	<-waiting
	return other
}

// If another program has the key, Create fails within three seconds.
func TestBusy(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := manual(t, b)
	c := newClient(t, b, 10*time.Second)
	other := occupy(t, b, k)
	begun := time.Now()
	_, err := c.Create(t.Context(), device(k), creation(t, nil), &person{})
	if !errors.Is(err, fido.ErrBusy) {
		t.Errorf("Create = %v, want %v", err, fido.ErrBusy)
	}
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
	_ = b.Touch(k.ID)
	if err := other.Wait(); err != nil {
		t.Errorf("the other program was disturbed: %v", err)
	}
}

// After a program was killed during a touch, the key is usable.
func TestAfterAKilledProgram(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := manual(t, b)
	c := newClient(t, b, 10*time.Second)
	other := occupy(t, b, k)
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait()
	who := &person{on: func(p fido.Prompt) {
		if p.Kind == fido.Touch {
			_ = b.SetAutoTouch(k.ID, true)
		}
	}}
	if _, err := c.Create(t.Context(), device(k), creation(t, nil), who); err != nil {
		t.Fatalf("Create: %v", err)
	}
}

func TestNotAKey(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c := newClient(t, b, time.Second)
	for path, want := range map[string]error{
		"/nowhere/at/all": fido.ErrRemoved,
		"/etc/passwd":     fido.ErrNotKey,
	} {
		_, err := c.Create(t.Context(), fido.Device{Path: path}, creation(t, nil), &person{})
		if !errors.Is(err, want) {
			t.Errorf("Create on %s = %v, want %v", path, err, want)
		}
	}
}
