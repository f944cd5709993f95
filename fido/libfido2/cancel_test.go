//go:build cgo && !nofido && linux

package libfido2_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/pty"
	"nightlatch/fido/softkey"
)

func TestCancelInMidTouch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := manual(t, b)
	c := newClient(t, b, 10*time.Second)
	for range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		blinking(t, b, k.ID, cancel)
		begun := time.Now()
		_, err := c.Create(ctx, device(k), creation(t, nil), &person{})
		if !errors.Is(err, fido.ErrCancelled) {
			t.Fatalf("Create = %v, want %v", err, fido.ErrCancelled)
		}
		if took := time.Since(begun); took > time.Second {
			t.Errorf("cancelling took %v", took)
		}
	}
	if seen, err := b.Key(k.ID); err != nil || seen.WaitingForTouch {
		t.Errorf("the key still waits: %+v, %v", seen, err)
	}
}

// A cancel before the key is open is not lost.
func TestCancelAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := manual(t, b)
	c := newClient(t, b, 10*time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	who := &person{on: func(p fido.Prompt) {
		if p.Kind == fido.Touch {
			cancel()
		}
	}}
	if _, err := c.Create(ctx, device(k), creation(t, nil), who); !errors.Is(err, fido.ErrCancelled) {
		t.Errorf("Create = %v, want %v", err, fido.ErrCancelled)
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := manual(t, b)
	c := newClient(t, b, 200*time.Millisecond)
	begun := time.Now()
	_, err := c.Create(t.Context(), device(k), creation(t, nil), &person{})
	if !errors.Is(err, fido.ErrTimeout) {
		t.Errorf("Create = %v, want %v", err, fido.ErrTimeout)
	}
	if took := time.Since(begun); took < 200*time.Millisecond || took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
}

// Create fails after three seconds if the key never answers.
func TestDeadKey(t *testing.T) {
	t.Parallel()
	dead, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = dead.Close() }()
	b := newBench(t)
	c := newClient(t, b, 10*time.Second)
	begun := time.Now()
	_, err = c.Create(t.Context(), fido.Device{Path: dead.Path()}, creation(t, nil), &person{})
	if !errors.Is(err, fido.ErrSilent) || errors.Is(err, fido.ErrTimeout) {
		t.Errorf("Create = %v, want %v", err, fido.ErrSilent)
	}
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
}

// Cancelling returns within three seconds, even if the key is dead.
func TestCancelOfADeadKey(t *testing.T) {
	t.Parallel()
	dead, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = dead.Close() }()
	b := newBench(t)
	c := newClient(t, b, 10*time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	var begun time.Time
	who := &person{on: func(fido.Prompt) {
		begun = time.Now()
		time.AfterFunc(300*time.Millisecond, cancel)
	}}
	_, err = c.Create(ctx, fido.Device{Path: dead.Path()}, creation(t, nil), who)
	if !errors.Is(err, fido.ErrCancelled) {
		t.Errorf("Create = %v, want %v", err, fido.ErrCancelled)
	}
	if took := time.Since(begun); took < 300*time.Millisecond || took > 3300*time.Millisecond {
		t.Errorf("cancelling took %v", took)
	}
}

// A deafKey waits for a touch and ignores a cancel.
type deafKey struct {
	*softkey.Key
	until chan struct{}
}

func (k deafKey) CBOR(ctx context.Context, request []byte, status func(ctaphid.Status)) ([]byte, error) {
	if request[0] == 0x01 { // authenticatorMakeCredential
		status(ctaphid.UserPresence)
		<-k.until
	}
	return k.Key.CBOR(ctx, request, status)
}

func TestCancelOfADeafKey(t *testing.T) {
	t.Parallel()
	deaf := deafKey{Key: autoTouchKey(t, softkey.Config{}), until: make(chan struct{})}
	path := endpoint(t, deaf)
	t.Cleanup(func() { close(deaf.until) })
	c := newClient(t, newBench(t), 10*time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	var begun time.Time
	who := &person{on: func(p fido.Prompt) {
		if p.Kind == fido.Touch {
			begun = time.Now()
			time.AfterFunc(300*time.Millisecond, cancel)
		}
	}}
	_, err := c.Create(ctx, fido.Device{Path: path}, creation(t, nil), who)
	if !errors.Is(err, fido.ErrCancelled) {
		t.Errorf("Create = %v, want %v", err, fido.ErrCancelled)
	}
	if took := time.Since(begun); took < 2*time.Second || took > 3300*time.Millisecond {
		t.Errorf("cancelling took %v; want a cancel for two seconds, then an interrupt", took)
	}
}
