package fidotest

import (
	"context"
	"encoding/hex"
	"errors"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
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
func (s suite) NothingHangs(t *testing.T) {
	t.Parallel()
	id := Random()
	for name, ask := range map[string]func(ctx context.Context, c *fido.Client, d fido.Device) error{
		"Create": func(ctx context.Context, c *fido.Client, d fido.Device) error {
			_, err := c.Create(ctx, d, Creation(t, nil), &Person{})
			return err
		},
		"Get": func(ctx context.Context, c *fido.Client, d fido.Device) error {
			_, err := c.Get(ctx, d, Request(t, "discouraged", B64(id)), &Person{})
			return err
		},
		"Info": func(ctx context.Context, c *fido.Client, d fido.Device) error {
			_, err := c.Info(ctx, d)
			return err
		},
		"Choose": func(ctx context.Context, c *fido.Client, d fido.Device) error {
			_, err := c.Choose(ctx, []fido.Device{d}, &Person{})
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
			return c.Reset(ctx, d, &Person{})
		},
		"Identify": func(ctx context.Context, c *fido.Client, d fido.Device) error {
			_, err := c.Identify(ctx, d, "localhost", [][]byte{id}, &Person{})
			return err
		},
	} {
		cancelling := func(t *testing.T, path string, now <-chan struct{}) {
			c := s.NewClient(t, s.NewBench(t), 10*time.Second)
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
			if s.Dead == nil {
				return
			}
			dead, asked := s.Dead(t)
			cancelling(t, dead, asked)
		})
		t.Run(name+", a mute key", func(t *testing.T) {
			t.Parallel()
			mute := muteKey{Key: AutoTouchKey(t, softkey.Config{}), asked: make(chan struct{}, 1), until: make(chan struct{})}
			if err := mute.SetPIN("123456"); err != nil {
				t.Fatal(err)
			}
			path := s.Endpoint(t, mute)
			defer close(mute.until)
			cancelling(t, path, mute.asked)
		})
	}
}

// A key that hung is released when its call ends, and works again.
func (s suite) AfterHanging(t *testing.T) {
	t.Parallel()
	mute := muteKey{Key: AutoTouchKey(t, softkey.Config{}), asked: make(chan struct{}, 1), until: make(chan struct{})}
	path := s.Endpoint(t, mute)
	c := s.NewClient(t, s.NewBench(t), 10*time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-mute.asked
		cancel()
	}()
	if _, err := c.Create(ctx, fido.Device{Path: path}, Creation(t, nil), &Person{}); !errors.Is(err, fido.ErrCancelled) {
		t.Fatalf("Create = %v", err)
	}
	close(mute.until)
	if p, err := c.Info(t.Context(), fido.Device{Path: path}); err != nil || hex.EncodeToString(p.AAGUID) != hex.EncodeToString(softkey.AAGUID[:]) {
		t.Errorf("Info = %+v, %v", p, err)
	}
}

// All keys blink, with or without a PIN, and a dead key among them does not delay Choose.
func (s suite) ChooseAmongAll(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	bare := Manual(t, b)
	locked := Plug(t, b, "123456")
	if err := b.SetAutoTouch(locked.ID, false); err != nil {
		t.Fatal(err)
	}
	c := s.NewClient(t, b, 10*time.Second)
	from := []fido.Device{Device(bare), Device(locked)}
	if s.Dead != nil {
		dead, _ := s.Dead(t)
		from = append(from, fido.Device{Path: dead})
	}
	for _, k := range []string{bare.ID, locked.ID} {
		both := make(chan struct{})
		Blinking(t, b, bare.ID, func() { both <- struct{}{} })
		Blinking(t, b, locked.ID, func() { both <- struct{}{} })
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
		d, err := c.Choose(t.Context(), from, &Person{})
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
	if got, err := c.Credentials(t.Context(), Device(locked), "123456"); err != nil || got.Used != 0 {
		t.Errorf("choosing stored something on the key: %+v, %v", got, err)
	}
}
