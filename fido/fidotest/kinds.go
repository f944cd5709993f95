package fidotest

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/softkey"
	"nightlatch/fido/virtual"
)

func plugKind(t *testing.T, b *virtual.Bench, spec virtual.Spec, auto bool) virtual.Key {
	t.Helper()
	spec.Name, spec.Transport = "another kind", fido.USB
	k, err := b.PlugNew(spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SetAutoTouch(k.ID, auto); err != nil {
		t.Fatal(err)
	}
	return k
}

// A U2F key enrols and is identified, and refuses everything else with ErrIncapable.
func (s suite) U2F(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := plugKind(t, b, virtual.Spec{Kind: softkey.U2F}, true)
	c := s.NewClient(t, b, 10*time.Second)
	if p, err := c.Info(t.Context(), Device(k)); err != nil || p.FIDO2 || p.PIN != fido.NoPINSupport || p.CanManage || p.Verifies {
		t.Errorf("Info = %+v, %v", p, err)
	}
	made, err := c.Create(t.Context(), Device(k), Creation(t, nil), &Person{})
	if err != nil {
		t.Fatal(err)
	}
	id := Unb64(t, IDOf(t, made))
	if _, err := c.Get(t.Context(), Device(k), Request(t, "preferred", B64(Random()), B64(id)), &Person{}); err != nil {
		t.Errorf("Get: %v", err)
	}
	var already *fido.AlreadyEnrolledError
	_, err = c.Create(t.Context(), Device(k), Creation(t, excluding(id)), &Person{})
	if !errors.As(err, &already) || !slices.Equal(already.CredentialID, id) {
		t.Errorf("enrolling it again: %v", err)
	}
	got, err := c.Identify(t.Context(), fido.Device{}, "localhost", [][]byte{Random(), id}, &Person{})
	if err != nil || !slices.Equal(got, id) {
		t.Errorf("Identify = %x, %v", got, err)
	}
	if d, err := c.Choose(t.Context(), []fido.Device{Device(k)}, &Person{}); err != nil || d != Device(k) {
		t.Errorf("Choose = %+v, %v", d, err)
	}
	if err := createRequired(t, c, k, &Person{}); !errors.Is(err, fido.ErrNoVerification) {
		t.Errorf("a PIN is required: %v, want %v", err, fido.ErrNoVerification)
	}
	_, err = c.Credentials(t.Context(), Device(k), "123456")
	for name, got := range map[string]error{
		"SetPIN": c.SetPIN(t.Context(), Device(k), "", "123456"), "Credentials": err, "Reset": c.Reset(t.Context(), Device(k), &Person{}),
	} {
		if !errors.Is(got, fido.ErrIncapable) {
			t.Errorf("%s: %v, want %v", name, got, fido.ErrIncapable)
		}
	}
}

func createRequired(t *testing.T, c *fido.Client, k virtual.Key, who fido.Interaction) error {
	t.Helper()
	_, err := c.Create(t.Context(), Device(k), Creation(t, Verifying), who)
	return err
}

// A counted key is a U2F key that counts its commands and reports each one.
type counted struct {
	ctaphid.U2FBackend
	asked chan struct{}
	count *atomic.Int64
}

func (k counted) Msg(ctx context.Context, apdu []byte) ([]byte, error) {
	k.count.Add(1)
	select {
	case k.asked <- struct{}{}:
	default:
	}
	return k.U2FBackend.Msg(ctx, apdu)
}

// U2F has no cancel: the host polls the key until it is touched. Cancelling ends the
// polling at once.
func (s suite) CancelOfAU2FKey(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]func(context.Context, *fido.Client, fido.Device) error{
		"Create": func(ctx context.Context, c *fido.Client, d fido.Device) error {
			_, err := c.Create(ctx, d, Creation(t, nil), &Person{})
			return err
		},
		"Choose": func(ctx context.Context, c *fido.Client, d fido.Device) error {
			_, err := c.Choose(ctx, []fido.Device{d}, &Person{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old, err := softkey.New(softkey.Config{Kind: softkey.U2F, Touch: &softkey.Gate{}, Transport: fido.USB})
			if err != nil {
				t.Fatal(err)
			}
			k := counted{U2FBackend: old.Backend().(ctaphid.U2FBackend), asked: make(chan struct{}), count: new(atomic.Int64)}
			d := fido.Device{Path: s.Endpoint(t, k)}
			c := s.NewClient(t, s.NewBench(t), 10*time.Second)
			ctx, cancel := context.WithCancel(t.Context())
			began := make(chan time.Time, 1)
			go func() {
				<-k.asked
				<-k.asked
				began <- time.Now()
				cancel()
			}()
			if err := wait(ctx, c, d); !errors.Is(err, fido.ErrCancelled) {
				t.Errorf("it ended with %v", err)
			}
			if took := time.Since(<-began); took > time.Second {
				t.Errorf("cancelling took %v", took)
			}
			before := k.count.Load()
			select {
			case <-k.asked:
			case <-time.After(400 * time.Millisecond): // four times libfido2's polling interval
			}
			if n := k.count.Load() - before; n > 1 { // one command may have been running
				t.Errorf("the key got %d commands afterwards", n)
			}
			if _, err := c.Info(t.Context(), d); err != nil {
				t.Errorf("Info afterwards: %v", err)
			}
		})
	}
}

// A key with a sensor verifies the user without a PIN, and asks for the PIN after an
// unknown finger.
func (s suite) Fingerprint(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := plugKind(t, b, virtual.Spec{Kind: softkey.Fingerprint, PIN: "123456"}, true)
	c := s.NewClient(t, b, 10*time.Second)
	if p, err := c.Info(t.Context(), Device(k)); err != nil || !p.Verifies {
		t.Errorf("Info = %+v, %v", p, err)
	}
	who := &Person{}
	if err := createRequired(t, c, k, who); err != nil || len(who.Asked) != 0 {
		t.Errorf("Create = %v, asked for %d PINs", err, len(who.Asked))
	}
	if err := b.WrongFinger(k.ID, true); err != nil {
		t.Fatal(err)
	}
	who = &Person{PINs: []string{"123456"}}
	if err := createRequired(t, c, k, who); err != nil || len(who.Asked) != 1 {
		t.Errorf("with another finger: %v, asked for %d PINs", err, len(who.Asked))
	}
}

// A key whose PIN must be changed first reports it before the user is asked for the PIN.
func (s suite) PINToBeChanged(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Plug(t, b, "123456")
	if err := b.ForcePINChange(k.ID); err != nil {
		t.Fatal(err)
	}
	c := s.NewClient(t, b, 10*time.Second)
	if p, err := c.Info(t.Context(), Device(k)); err != nil || !p.ForcePINChange {
		t.Errorf("Info = %+v, %v", p, err)
	}
	who := &Person{}
	if err := createRequired(t, c, k, who); !errors.Is(err, fido.ErrPINChange) || len(who.Asked) != 0 {
		t.Errorf("Create = %v, asked for %d PINs", err, len(who.Asked))
	}
	if _, err := c.Credentials(t.Context(), Device(k), "123456"); !errors.Is(err, fido.ErrPINChange) {
		t.Errorf("Credentials = %v", err)
	}
	if err := c.SetPIN(t.Context(), Device(k), "123456", "654321"); err != nil {
		t.Fatal(err)
	}
	if err := createRequired(t, c, k, &Person{PINs: []string{"654321"}}); err != nil {
		t.Errorf("after the change: %v", err)
	}
}

// A virtual key is recognised as one at any path, also a U2F key.
func (s suite) VirtualAtAnyPath(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	c := s.NewClient(t, b, time.Second)
	for _, kind := range []softkey.Kind{softkey.FIDO2, softkey.Fingerprint, softkey.U2F} {
		k := plugKind(t, b, virtual.Spec{Kind: kind}, false)
		p, err := c.Info(t.Context(), fido.Device{Path: k.Path, Transport: fido.USB})
		if err != nil || !p.Device.Virtual {
			t.Errorf("%s: %+v, %v", kind, p.Device, err)
		}
	}
}
