package softkey

import (
	"context"
	"errors"
	"testing"

	"nightlatch/fido"
	"nightlatch/fido/ctap2/wire"
)

// A full key stores no more credentials, and the invented ones can sign.
func TestFill(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{Capacity: 3})
	if err := k.Fill(); err != nil {
		t.Fatal(err)
	}
	if r := k.Report(); r.Used != 3 || r.Remaining != 0 {
		t.Errorf("report %+v", r)
	}
	if st, _ := run(t, k, wire.MakeCredential, makeParams(m{7: m{"rk": true}})); st != storeFull {
		t.Errorf("one more: %#02x", st)
	}
	if st, _ := run(t, k, wire.MakeCredential, makeParams(nil)); st != ok {
		t.Errorf("one that is not discoverable: %#02x", st)
	}
	rp := k.State().Credentials[1].RPID
	if st, _ := run(t, k, wire.GetAssertion, assertParams(m{1: rp})); st != ok {
		t.Errorf("signing for %s: %#02x", rp, st)
	}
	// A credential of the same account is replaced, which needs no space.
	st, _ := run(t, k, wire.MakeCredential, makeParams(m{
		2: m{"id": rp}, 3: m{"id": k.State().Credentials[1].UserID}, 7: m{"rk": true},
	}))
	if st != ok || k.Report().Used != 3 {
		t.Errorf("the same account again: %#02x, %+v", st, k.Report())
	}
}

func TestLockPIN(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{})
	if err := k.LockPIN(); !errors.Is(err, ErrNoPIN) {
		t.Errorf("without a PIN: %v", err)
	}
	h := newHost(t, k, 2)
	h.setPIN("1234", ok)
	token := h.byPIN("1234", wire.MayManage, "", ok)
	if err := k.LockPIN(); err != nil {
		t.Fatal(err)
	}
	h.byPIN("1234", wire.MayManage, "", pinBlocked)
	if st, _ := h.manage(token, wire.ManageMetadata, nil); st != pinAuthInvalid {
		t.Errorf("an older token: %#02x", st)
	}
}

// R34: a copy signs like the original key, and continues its counter separately.
func TestCopy(t *testing.T) {
	t.Parallel()
	for _, kind := range []Kind{FIDO2, Fingerprint} {
		k := newKey(t, Config{Kind: kind})
		_, answer := run(t, k, wire.MakeCredential, makeParams(m{7: m{"rk": true, "uv": kind == Fingerprint}}))
		id, _ := made(t, answer)
		if err := k.SetPIN("1234"); err != nil {
			t.Fatal(err)
		}
		state := k.State()
		twin := newKey(t, Config{Kind: kind, State: &state})
		count := func(k *Key) byte {
			t.Helper()
			st, answer := run(t, k, wire.GetAssertion, assertParams(m{3: []m{{"id": id, "type": "public-key"}}}))
			var a assertion
			if st != ok || decode(answer, &a) != ok {
				t.Fatalf("status %#02x", st)
			}
			return a.AuthData[36]
		}
		if a, b := count(k), count(twin); a != b {
			t.Errorf("%s: counter %d of the key, %d of its copy", kind, a, b)
		}
		if a, b := count(k), count(k); b != a+1 {
			t.Errorf("%s: the copy changes the key's counter", kind)
		}
		newHost(t, twin, 2).byPIN("1234", wire.MayManage, "", ok)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	state := newKey(t, Config{}).State()
	short, many, half := state.clone(), state.clone(), state.clone()
	short.Secret = short.Secret[1:]
	many.PINTries = fido.MaxPINTries + 1
	half.PINHash = []byte{1}
	for name, cfg := range map[string]Config{
		"no touch":              {Transport: "usb"},
		"no transport":          {Touch: touching()},
		"an old key's touch":    {Touch: waitOnly{}, Transport: "usb", Kind: U2F},
		"unknown kind":          {Touch: touching(), Transport: "usb", Kind: "ble"},
		"unknown PIN protocol":  {Touch: touching(), Transport: "usb", Protocols: []int{3}},
		"half a secret":         {Touch: touching(), Transport: "usb", State: &short},
		"more tries than exist": {Touch: touching(), Transport: "usb", State: &many},
		"half a PIN":            {Touch: touching(), Transport: "usb", State: &half},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// waitOnly is a Touch that is not a Poller.
type waitOnly struct{}

func (waitOnly) Wait(context.Context) error { return nil }

// Actions fail on kinds of keys that do not support them.
func TestActionsByKind(t *testing.T) {
	t.Parallel()
	for _, kind := range []Kind{FIDO2, Fingerprint, U2F} {
		k := newKey(t, Config{Kind: kind})
		for name, action := range map[string]func() error{"enroll a finger": k.EnrollFinger, "the wrong finger": func() error { return k.WrongFinger(true) }} {
			if err := action(); errors.Is(err, ErrNoSensor) != (kind != Fingerprint) {
				t.Errorf("%s: %s: %v", kind, name, err)
			}
		}
		for name, action := range map[string]func() error{
			"fill it": k.Fill, "set a PIN": func() error { return k.SetPIN("1234") }, "lock the PIN": k.LockPIN, "force a change": k.ForcePINChange,
		} {
			if err := action(); errors.Is(err, ErrU2F) != (kind == U2F) {
				t.Errorf("%s: %s: %v", kind, name, err)
			}
		}
	}
}
