package fidotest

import (
	"errors"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
	"nightlatch/fido/virtual"
)

// spec plugs in a key with automatic touches.
func (s suite) spec(t *testing.T, b *virtual.Bench, spec virtual.Spec, auto bool) virtual.Key {
	t.Helper()
	spec.Name = "yellow key"
	k, err := b.PlugNew(spec)
	if err == nil {
		err = b.SetAutoTouch(k.ID, auto)
	}
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Card lays a card on the reader, which is a touch for one credential. For the next one it
// must be touched. It is pulled off while it waits.
func (s suite) Card(t *testing.T) {
	t.Parallel()
	for _, kind := range []softkey.Kind{softkey.FIDO2, softkey.U2F} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			b := s.NewBench(t)
			k := s.spec(t, b, virtual.Spec{Transport: fido.NFC, Kind: kind}, false)
			c := s.NewClient(t, b, 10*time.Second)
			made, err := c.Create(t.Context(), Device(k), Creation(t, nil), &Person{})
			if err != nil {
				t.Fatalf("laid on the reader: %v", err)
			}
			Blinking(t, b, k.ID, func() { _ = b.Touch(k.ID) })
			if _, err := c.Get(t.Context(), Device(k), Request(t, "discouraged", IDOf(t, made)), &Person{}); err != nil {
				t.Fatalf("touched: %v", err)
			}
			if err := b.PullOnTouch(k.ID, true); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Create(t.Context(), Device(k), Creation(t, nil), &Person{}); !errors.Is(err, fido.ErrCardPulled) {
				t.Errorf("pulled off: %v", err)
			}
			for changed := b.Changed(); ; changed = b.Changed() {
				if seen, err := b.Key(k.ID); err != nil || !seen.PullOnTouch {
					break
				}
				<-changed
			}
			k, err = b.Replug(k.ID)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Get(t.Context(), Device(k), Request(t, "discouraged", IDOf(t, made)), &Person{}); err != nil {
				t.Errorf("laid on the reader again: %v", err)
			}
		})
	}
}

// PulledWhileItBlinks unplugs a key as the lab does on request, of each kind.
func (s suite) PulledWhileItBlinks(t *testing.T) {
	t.Parallel()
	for _, kind := range []softkey.Kind{softkey.FIDO2, softkey.Fingerprint, softkey.U2F} {
		b := s.NewBench(t)
		k := s.spec(t, b, virtual.Spec{Transport: fido.USB, Kind: kind}, true)
		if err := b.PullOnTouch(k.ID, true); err != nil {
			t.Fatal(err)
		}
		c := s.NewClient(t, b, 10*time.Second)
		if _, err := c.Create(t.Context(), Device(k), Creation(t, nil), &Person{}); !errors.Is(err, fido.ErrRemoved) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// Actions shows what the lab can do to a key: fill it, lock its PIN, and copy it.
func (s suite) Actions(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := s.spec(t, b, virtual.Spec{Transport: fido.USB, PIN: "123456", Capacity: 3}, true)
	c := s.NewClient(t, b, 10*time.Second)
	storing := Creation(t, func(o Object) {
		o["authenticatorSelection"] = Object{"residentKey": "required", "userVerification": "required"}
	})
	made, err := c.Create(t.Context(), Device(k), storing, &Person{PINs: []string{"123456"}})
	if err != nil {
		t.Fatal(err)
	}
	twin, err := b.Copy(k.ID, "its twin")
	if err == nil {
		err = b.SetAutoTouch(twin.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, of := range map[string]virtual.Key{"the key": k, "its copy": twin} {
		if _, err := c.Get(t.Context(), Device(of), Request(t, "required", IDOf(t, made)), &Person{PINs: []string{"123456"}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := b.Fill(k.ID); err != nil {
		t.Fatal(err)
	}
	other := Creation(t, func(o Object) {
		o["user"] = Object{"id": B64([]byte("account 2")), "name": "bob", "displayName": "Bob"}
		o["authenticatorSelection"] = Object{"residentKey": "required", "userVerification": "required"}
	})
	if _, err := c.Create(t.Context(), Device(k), other, &Person{PINs: []string{"123456"}}); !errors.Is(err, fido.ErrNoSpace) {
		t.Errorf("on a full key: %v", err)
	}
	if got, err := c.Credentials(t.Context(), Device(k), "123456"); err != nil || got.Used != 3 || len(got.Credentials) != 3 || got.Remaining != 0 {
		t.Errorf("a full key has %+v, %v", got, err)
	}
	if err := b.LockPIN(k.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Get(t.Context(), Device(k), Request(t, "required", IDOf(t, made)), &Person{PINs: []string{"123456"}}); !errors.Is(err, fido.ErrPINBlocked) {
		t.Errorf("with a locked PIN: %v", err)
	}
}
