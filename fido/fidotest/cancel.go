package fidotest

import (
	"context"
	"errors"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/softkey"
)

func (s suite) CancelInMidTouch(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Manual(t, b)
	c := s.NewClient(t, b, 10*time.Second)
	for range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		Blinking(t, b, k.ID, cancel)
		begun := time.Now()
		_, err := c.Create(ctx, Device(k), Creation(t, nil), &Person{})
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
func (s suite) CancelAtOnce(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Manual(t, b)
	c := s.NewClient(t, b, 10*time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	who := &Person{On: func(p fido.Prompt) {
		if p.Kind == fido.Touch {
			cancel()
		}
	}}
	if _, err := c.Create(ctx, Device(k), Creation(t, nil), who); !errors.Is(err, fido.ErrCancelled) {
		t.Errorf("Create = %v, want %v", err, fido.ErrCancelled)
	}
}

func (s suite) Timeout(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Manual(t, b)
	c := s.NewClient(t, b, 200*time.Millisecond)
	begun := time.Now()
	_, err := c.Create(t.Context(), Device(k), Creation(t, nil), &Person{})
	if !errors.Is(err, fido.ErrTimeout) {
		t.Errorf("Create = %v, want %v", err, fido.ErrTimeout)
	}
	if took := time.Since(begun); took < 200*time.Millisecond || took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
}

// Create fails after three seconds if the key never answers.
func (s suite) DeadKey(t *testing.T) {
	t.Parallel()
	if s.Dead == nil {
		return
	}
	dead, _ := s.Dead(t)
	b := s.NewBench(t)
	c := s.NewClient(t, b, 10*time.Second)
	begun := time.Now()
	_, err := c.Create(t.Context(), fido.Device{Path: dead}, Creation(t, nil), &Person{})
	if !errors.Is(err, fido.ErrSilent) || errors.Is(err, fido.ErrTimeout) {
		t.Errorf("Create = %v, want %v", err, fido.ErrSilent)
	}
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
}

// Cancelling returns within three seconds, even if the key is dead.
func (s suite) CancelOfADeadKey(t *testing.T) {
	t.Parallel()
	if s.Dead == nil {
		return
	}
	dead, _ := s.Dead(t)
	b := s.NewBench(t)
	c := s.NewClient(t, b, 10*time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	var begun time.Time
	who := &Person{On: func(fido.Prompt) {
		begun = time.Now()
		time.AfterFunc(300*time.Millisecond, cancel)
	}}
	_, err := c.Create(ctx, fido.Device{Path: dead}, Creation(t, nil), who)
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

func (s suite) CancelOfADeafKey(t *testing.T) {
	t.Parallel()
	deaf := deafKey{Key: AutoTouchKey(t, softkey.Config{}), until: make(chan struct{})}
	path := s.Endpoint(t, deaf)
	t.Cleanup(func() { close(deaf.until) })
	c := s.NewClient(t, s.NewBench(t), 10*time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	var begun time.Time
	who := &Person{On: func(p fido.Prompt) {
		if p.Kind == fido.Touch {
			begun = time.Now()
			time.AfterFunc(300*time.Millisecond, cancel)
		}
	}}
	_, err := c.Create(ctx, fido.Device{Path: path}, Creation(t, nil), who)
	if !errors.Is(err, fido.ErrCancelled) {
		t.Errorf("Create = %v, want %v", err, fido.ErrCancelled)
	}
	if took := time.Since(begun); took < 2*time.Second || took > 3300*time.Millisecond {
		t.Errorf("cancelling took %v; want a cancel for two seconds, then an interrupt", took)
	}
}
