package softkey

import (
	"testing"
	"testing/synctest"
	"time"

	"nightlatch/fido/ctap2/wire"
)

const both = flagUserPresent | flagUserVerified

// One touch of the sensor is both user verification and user presence, with the option
// "uv" and with a token (CTAP sections 6.1.2 and 6.5.5.7.3).
func TestFinger(t *testing.T) {
	t.Parallel()
	f := &finger{}
	k := newKey(t, Config{Kind: Fingerprint, Touch: f})
	if in := k.info(); !in.Options["uv"] || in.UVModality != fingerprint {
		t.Errorf("info %+v", in)
	}
	st, answer := run(t, k, wire.MakeCredential, makeParams(m{7: m{"uv": true}}))
	if st != ok || flags(t, answer) != both || f.n != 1 {
		t.Errorf("make: status %#02x, flags %#02x, %d touches", st, flags(t, answer), f.n)
	}
	id, _ := made(t, answer)
	allow := m{3: []m{{"id": id, "type": "public-key"}}}
	st, answer = run(t, k, wire.GetAssertion, assertParams(with(m{5: m{"uv": true}}, allow)))
	if st != ok || flags(t, answer) != both || f.n != 2 {
		t.Errorf("assert: status %#02x, flags %#02x, %d touches", st, flags(t, answer), f.n)
	}
	h := newHost(t, k, 2)
	token := h.byFinger(wire.MayAssert, "localhost", ok)
	st, answer = run(t, k, wire.GetAssertion, h.with(assertParams(allow), token))
	if st != ok || flags(t, answer) != both || f.n != 3 {
		t.Errorf("assert with a token: status %#02x, flags %#02x, %d touches", st, flags(t, answer), f.n)
	}
	if st, answer = run(t, k, wire.GetAssertion, assertParams(allow)); st != ok || flags(t, answer) != flagUserPresent || f.n != 4 {
		t.Errorf("unverified: status %#02x, flags %#02x, %d touches", st, flags(t, answer), f.n)
	}
}

// The touch that came with a token is valid for half a minute.
func TestTouchOfATokenExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &finger{}
		k := newKey(t, Config{Kind: Fingerprint, Touch: f})
		h := newHost(t, k, 2)
		token := h.byFinger(wire.MayMake|wire.MayAssert, "localhost", ok)
		quiet := h.with(assertParams(m{5: m{"up": false}}), token)
		if st, _ := run(t, k, wire.GetAssertion, quiet); st != noCredentials { // it is in use now
			t.Errorf("status %#02x", st)
		}
		<-time.After(tokenPresent + time.Second)
		if st, _ := run(t, k, wire.MakeCredential, h.with(makeParams(nil), token)); st != ok || f.n != 2 {
			t.Errorf("status %#02x, %d touches; want a second one", st, f.n)
		}
	})
}

// After three wrong fingers only the PIN works, and resets the count.
func TestWrongFinger(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{Kind: Fingerprint})
	h := newHost(t, k, 2)
	h.setPIN("1234", ok)
	left := func(want int) {
		t.Helper()
		if a := h.pinAnswer(m{2: wire.PINUVRetries}, ok); *a.UVTries != want {
			t.Errorf("%d finger tries left, want %d", *a.UVTries, want)
		}
	}
	if err := k.WrongFinger(true); err != nil {
		t.Fatal(err)
	}
	h.byFinger(wire.MayMake, "localhost", uvInvalid)
	left(2)
	_ = k.WrongFinger(false)
	h.byFinger(wire.MayMake, "localhost", ok)
	left(uvTries)
	_ = k.WrongFinger(true)
	h.byFinger(wire.MayMake, "localhost", uvInvalid)
	if st, _ := run(t, k, wire.MakeCredential, makeParams(m{7: m{"uv": true}})); st != pinRequired {
		t.Errorf("make with a wrong finger: %#02x", st)
	}
	left(1)
	if st, _ := run(t, k, wire.MakeCredential, makeParams(nil)); st != ok { // any finger is a touch
		t.Errorf("a touch with the wrong finger: %#02x", st)
	}
	h.byFinger(wire.MayMake, "localhost", uvBlocked)
	if err := k.WrongFinger(false); err != nil {
		t.Fatal(err)
	}
	h.byFinger(wire.MayMake, "localhost", uvBlocked)
	h.byPIN("1234", wire.MayMake, "localhost", ok)
	left(uvTries)
	h.byFinger(wire.MayMake, "localhost", ok)

	// Without a PIN there is no other verification.
	k = newKey(t, Config{Kind: Fingerprint})
	_ = k.WrongFinger(true)
	if st, _ := run(t, k, wire.MakeCredential, makeParams(m{7: m{"uv": true}})); st != denied {
		t.Errorf("make with a wrong finger, without a PIN: %#02x", st)
	}
}

// A key with user verification stores a discoverable credential only for a verified user.
func TestDiscoverableCredentialNeedsVerification(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{Kind: Fingerprint})
	for _, tt := range []struct {
		options m
		want    code
	}{
		{m{"rk": true}, denied},
		{m{"rk": true, "uv": true}, ok},
		{m{"rk": false}, ok},
	} {
		if st, _ := run(t, k, wire.MakeCredential, makeParams(m{7: tt.options})); st != tt.want {
			t.Errorf("%v: status %#02x, want %#02x", tt.options, st, tt.want)
		}
	}
}

// A reset removes the finger.
func TestResetRemovesTheFinger(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{Kind: Fingerprint})
	if st, _ := run(t, k, wire.Reset, nil); st != ok {
		t.Fatalf("reset: %#02x", st)
	}
	if uv, has := k.info().Options["uv"]; !has || uv {
		t.Errorf("uv: %v, %v; want a sensor without a finger", uv, has)
	}
	if st, _ := run(t, k, wire.MakeCredential, makeParams(m{7: m{"uv": true}})); st != invalidOption {
		t.Errorf("make by finger: %#02x", st)
	}
	newHost(t, k, 2).byFinger(wire.MayMake, "localhost", notAllowed)
	if err := k.EnrollFinger(); err != nil {
		t.Fatal(err)
	}
	if st, _ := run(t, k, wire.MakeCredential, makeParams(m{7: m{"uv": true}})); st != ok {
		t.Errorf("enrolled again: %#02x", st)
	}
}

// credProtect (CTAP section 12.1): when a credential of each level is visible.
func TestProtection(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{Kind: Fingerprint})
	for level := range 4 { // level 0, not set, is the same as level 1
		params := makeParams(m{7: m{"rk": true, "uv": true}})
		if level > 0 {
			params[6] = m{"credProtect": level}
		}
		st, answer := run(t, k, wire.MakeCredential, params)
		if st != ok {
			t.Fatalf("level %d: %#02x", level, st)
		}
		id, _ := made(t, answer)
		for _, tt := range []struct {
			named, verified bool
			want            bool
		}{
			{named: true, verified: true, want: true},
			{named: false, verified: true, want: true},
			{named: true, verified: false, want: level < 3},
			{named: false, verified: false, want: level < 2},
		} {
			params := assertParams(m{5: m{"uv": tt.verified}})
			if tt.named {
				params[3] = []m{{"id": id, "type": "public-key"}}
			}
			st, _ := run(t, k, wire.GetAssertion, params)
			if (st == ok) != tt.want || st != ok && st != noCredentials {
				t.Errorf("level %d, named %v, verified %v: status %#02x", level, tt.named, tt.verified, st)
			}
		}
		// A credential on an exclude list counts as named.
		exclude := m{5: []m{{"id": id, "type": "public-key"}}}
		if st, _ := run(t, k, wire.MakeCredential, makeParams(exclude)); (st == excluded) != (level < 3) {
			t.Errorf("level %d, excluded: %#02x", level, st)
		}
		k.mu.Lock()
		k.state.Credentials = nil
		k.mu.Unlock()
	}
}

// A key with an excluded credential reports it after a touch, and also after the
// timeout (CTAP section 6.1.2, step 12).
func TestExcludedUntouched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := touching()
		k := newKey(t, Config{Touch: g})
		_, answer := run(t, k, wire.MakeCredential, makeParams(nil))
		id, _ := made(t, answer)
		g.SetAuto(false)
		begun := time.Now()
		st, _ := run(t, k, wire.MakeCredential, makeParams(m{5: []m{{"id": id, "type": "public-key"}}}))
		if st != excluded || time.Since(begun) != touchTimeout {
			t.Errorf("status %#02x after %v", st, time.Since(begun))
		}
		if st, _ := run(t, k, wire.MakeCredential, makeParams(m{5: []m{{"id": id, "type": "unknown"}}})); st != noAction {
			t.Errorf("a descriptor of an unknown type: %#02x", st)
		}
	})
}

// hmac-secret (CTAP section 12.5): one secret or two; with user verification the secrets
// differ.
func TestHMACSecrets(t *testing.T) {
	t.Parallel()
	bothProtocols(t, func(t *testing.T, number int) {
		k := newKey(t, Config{Kind: Fingerprint})
		st, answer := run(t, k, wire.MakeCredential, makeParams(m{6: m{"hmac-secret": true}}))
		if st != ok {
			t.Fatalf("make: %#02x", st)
		}
		id, _ := made(t, answer)
		h := newHost(t, k, number)
		ask := func(salts []byte, uv bool, want code) []byte {
			t.Helper()
			sealed := h.encrypt(salts)
			input := m{1: h.public, 2: sealed, 3: h.authenticate(sealed), 4: number}
			st, answer := run(t, k, wire.GetAssertion, assertParams(m{
				3: []m{{"id": id, "type": "public-key"}}, 4: m{"hmac-secret": input}, 5: m{"uv": uv},
			}))
			if st != want {
				t.Fatalf("status %#02x, want %#02x", st, want)
			}
			if st != ok {
				return nil
			}
			var a assertion
			var ext struct {
				Secret []byte `cbor:"hmac-secret"`
			}
			if decode(answer, &a) != ok || decode(a.AuthData[37:], &ext) != ok {
				t.Fatalf("answer %x", answer)
			}
			out, err := h.shared.Decrypt(ext.Secret)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		one, two := make([]byte, 32), hash
		a := ask(one, false, ok)
		ab := ask(append(one[:32:32], two...), false, ok)
		if len(a) != 32 || len(ab) != 64 || string(a) != string(ab[:32]) || string(ab[:32]) == string(ab[32:]) {
			t.Errorf("secrets %x and %x", a, ab)
		}
		if verified := ask(one, true, ok); string(verified) == string(a) {
			t.Error("the secret is the same with user verification")
		}
		ask(make([]byte, 16), false, invalidParameter)
		ask(make([]byte, 96), false, invalidParameter)
	})
}
