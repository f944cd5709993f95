//go:build cgo && !nofido && linux

package libfido2_test

import (
	"context"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/pty"
	"nightlatch/fido/softkey"
)

// A muteKey answers authenticatorGetInfo, then nothing else, and ignores a cancel.
type muteKey struct {
	*softkey.Key
	asked chan struct{} // receives a value at every other command
	until chan struct{}
}

func (k muteKey) CBOR(ctx context.Context, request []byte, status func(ctaphid.Status)) ([]byte, error) {
	const getInfo = 0x04
	if request[0] == getInfo {
		return k.Key.CBOR(ctx, request, status)
	}
	select {
	case k.asked <- struct{}{}:
	default:
	}
	<-k.until
	return []byte{0x7f}, nil
}

// Cancelling any call returns within three seconds, even if the key hangs.
func TestNothingHangs(t *testing.T) {
	t.Parallel()
	id := random()
	for name, ask := range map[string]func(ctx context.Context, c *fido.Client, d fido.Device) error{
		"Create": func(ctx context.Context, c *fido.Client, d fido.Device) error {
			_, err := c.Create(ctx, d, creation(t, nil), &person{})
			return err
		},
		"Get": func(ctx context.Context, c *fido.Client, d fido.Device) error {
			_, err := c.Get(ctx, d, request(t, "discouraged", b64(id)), &person{})
			return err
		},
		"Info": func(ctx context.Context, c *fido.Client, d fido.Device) error {
			_, err := c.Info(ctx, d)
			return err
		},
		"Choose": func(ctx context.Context, c *fido.Client, d fido.Device) error {
			_, err := c.Choose(ctx, []fido.Device{d}, &person{})
			return err
		},
		"SetPIN": func(ctx context.Context, c *fido.Client, d fido.Device) error {
			return c.SetPIN(ctx, d, "123456", "654321")
		},
		"Credentials": func(ctx context.Context, c *fido.Client, d fido.Device) error {
			_, err := c.Credentials(ctx, d, "123456")
			return err
		},
		"DeleteCredential": func(ctx context.Context, c *fido.Client, d fido.Device) error {
			return c.DeleteCredential(ctx, d, id, "123456")
		},
		"Reset": func(ctx context.Context, c *fido.Client, d fido.Device) error {
			return c.Reset(ctx, d, &person{})
		},
		"Identify": func(ctx context.Context, c *fido.Client, d fido.Device) error {
			_, err := c.Identify(ctx, d, "localhost", [][]byte{id}, &person{})
			return err
		},
	} {
		cancelling := func(t *testing.T, path string, now <-chan struct{}) {
			c := newClient(t, newBench(t), 10*time.Second)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			cancelled := make(chan time.Time, 1)
			go func() {
				<-now
				cancelled <- time.Now()
				cancel()
			}()
			err := ask(ctx, c, fido.Device{Path: path})
			if took := time.Since(<-cancelled); took > 3300*time.Millisecond {
				t.Errorf("cancelling took %v", took)
			}
			if !errors.Is(err, fido.ErrCancelled) {
				t.Errorf("it ended with %v", err)
			}
		}
		t.Run(name+", a dead key", func(t *testing.T) {
			t.Parallel()
			dead, err := pty.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = dead.Close() }()
			now := make(chan struct{})
			go func() {
				_, _ = dead.Read(make([]byte, 65)) // INIT, which gets no answer
				close(now)
			}()
			cancelling(t, dead.Path(), now)
		})
		t.Run(name+", a mute key", func(t *testing.T) {
			t.Parallel()
			mute := muteKey{Key: autoTouchKey(t, softkey.Config{}), asked: make(chan struct{}), until: make(chan struct{})}
			if err := mute.SetPIN("123456"); err != nil {
				t.Fatal(err)
			}
			path := endpoint(t, mute)
			defer close(mute.until)
			cancelling(t, path, mute.asked)
		})
	}
}

// A key that hung is released when its call ends, and works again.
func TestAfterHanging(t *testing.T) {
	t.Parallel()
	mute := muteKey{Key: autoTouchKey(t, softkey.Config{}), asked: make(chan struct{}), until: make(chan struct{})}
	path := endpoint(t, mute)
	c := newClient(t, newBench(t), 10*time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-mute.asked
		cancel()
	}()
	if _, err := c.Create(ctx, fido.Device{Path: path}, creation(t, nil), &person{}); !errors.Is(err, fido.ErrCancelled) {
		t.Fatalf("Create = %v", err)
	}
	close(mute.until)
	if p, err := c.Info(t.Context(), fido.Device{Path: path}); err != nil || hex.EncodeToString(p.AAGUID) != hex.EncodeToString(softkey.AAGUID[:]) {
		t.Errorf("Info = %+v, %v", p, err)
	}
}

// All keys blink, with or without a PIN, and a dead key among them does not delay Choose.
func TestChooseAmongAll(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	bare := manual(t, b)
	locked := plug(t, b, "123456")
	if err := b.SetAutoTouch(locked.ID, false); err != nil {
		t.Fatal(err)
	}
	dead, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = dead.Close() }()
	c := newClient(t, b, 10*time.Second)
	from := []fido.Device{{Path: dead.Path()}, device(bare), device(locked)}
	for _, k := range []string{bare.ID, locked.ID} {
		both := make(chan struct{})
		blinking(t, b, bare.ID, func() { both <- struct{}{} })
		blinking(t, b, locked.ID, func() { both <- struct{}{} })
		go func() {
			<-both
			<-both
			_ = b.Touch(k)
		}()
		want, err := b.Key(k)
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		d, err := c.Choose(t.Context(), from, &person{})
		if err != nil || d.Path != want.Path {
			t.Errorf("Choose = %+v, %v; want %s", d, err, want.Path)
		}
		if took := time.Since(begun); took > 3*time.Second {
			t.Errorf("it took %v", took)
		}
		for _, k := range b.List() {
			if k.WaitingForTouch {
				t.Errorf("%s still blinks", k.ID)
			}
		}
	}
	if got, err := c.Credentials(t.Context(), device(locked), "123456"); err != nil || got.Used != 0 {
		t.Errorf("choosing stored something on the key: %+v, %v", got, err)
	}
}
