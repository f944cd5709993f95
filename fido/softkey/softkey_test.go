package softkey

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"nightlatch/fido/ctap2/wire"
	"nightlatch/fido/ctaphid"
)

// touching returns a gate with automatic touches.
func touching() *Gate {
	g := &Gate{}
	g.SetAuto(true)
	return g
}

func newKey(t testing.TB, cfg Config) *Key {
	t.Helper()
	if cfg.Touch == nil {
		cfg.Touch = touching()
	}
	cfg.Transport = "usb"
	k, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func silent(ctaphid.Status) {}

// run runs a command and returns its status and the answer after it.
func run(t testing.TB, k *Key, command byte, params any) (code, []byte) {
	t.Helper()
	request := []byte{command}
	if params != nil {
		raw, err := wire.Encode(params)
		if err != nil {
			t.Fatal(err)
		}
		request = append(request, raw...)
	}
	answer, err := k.CBOR(context.Background(), request, silent)
	if err != nil {
		t.Fatal(err)
	}
	return code(answer[0]), answer[1:]
}

type m = map[any]any

var hash = bytes.Repeat([]byte{1}, sha256.Size)

// makeParams returns parameters of authenticatorMakeCredential with changes.
func makeParams(change m) m {
	p := m{
		1: hash,
		2: m{"id": "localhost"},
		3: m{"id": []byte("alice"), "name": "alice"},
		4: []m{{"alg": algES256, "type": "public-key"}},
	}
	return with(p, change)
}

func assertParams(change m) m {
	return with(m{1: "localhost", 2: hash}, change)
}

func with(p, change m) m {
	for k, v := range change {
		if v == nil {
			delete(p, k)
		} else {
			p[k] = v
		}
	}
	return p
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	tooMany := make([]m, maxList+1)
	for i := range tooMany {
		tooMany[i] = m{"id": []byte{byte(i)}, "type": "public-key"}
	}
	for _, tt := range []struct {
		name    string
		command byte
		params  any
		pin     bool
		want    code
	}{
		{name: "unknown command", command: 0x99, want: invalidCommand},
		{name: "make without parameters", command: wire.MakeCredential, want: invalidCBOR},
		{name: "make with a list", command: wire.MakeCredential, params: []int{1}, want: unexpectedType},
		{name: "make with a text for a hash", command: wire.MakeCredential, params: makeParams(m{1: "x"}), want: unexpectedType},
		{name: "make without hash", command: wire.MakeCredential, params: makeParams(m{1: nil}), want: missingParameter},
		{name: "make with a short hash", command: wire.MakeCredential, params: makeParams(m{1: []byte{1}}), want: invalidParameter},
		{name: "make without relying party", command: wire.MakeCredential, params: makeParams(m{2: nil}), want: missingParameter},
		{name: "make without user", command: wire.MakeCredential, params: makeParams(m{3: nil}), want: missingParameter},
		{name: "make for a user without ID", command: wire.MakeCredential, params: makeParams(m{3: m{"id": []byte{}}}), want: invalidParameter},
		{name: "make without algorithms", command: wire.MakeCredential, params: makeParams(m{4: nil}), want: missingParameter},
		{name: "make with RSA", command: wire.MakeCredential, params: makeParams(m{4: []m{{"alg": -257, "type": "public-key"}}}), want: unsupportedAlg},
		{name: "make with too long a list", command: wire.MakeCredential, params: makeParams(m{5: tooMany}), want: limitExceeded},
		{name: "make without touch", command: wire.MakeCredential, params: makeParams(m{7: m{"up": false}}), want: invalidOption},
		{name: "make with a sensor it lacks", command: wire.MakeCredential, params: makeParams(m{7: m{"uv": true}}), want: invalidOption},
		{name: "make for an enterprise", command: wire.MakeCredential, params: makeParams(m{10: 1}), want: invalidParameter},
		{name: "make with credProtect 4", command: wire.MakeCredential, params: makeParams(m{6: m{"credProtect": 4}}), want: invalidParameter},
		{name: "make with a token and no protocol", command: wire.MakeCredential, params: makeParams(m{8: hash}), want: missingParameter},
		{name: "make with an invalid token", command: wire.MakeCredential, params: makeParams(m{8: hash, 9: 2}), want: pinAuthInvalid},
		{name: "make with PIN protocol 3", command: wire.MakeCredential, params: makeParams(m{8: hash, 9: 3}), want: invalidParameter},
		{name: "make a discoverable credential without the PIN", command: wire.MakeCredential, params: makeParams(m{7: m{"rk": true}}), pin: true, want: pinRequired},
		{name: "make without the PIN", command: wire.MakeCredential, params: makeParams(nil), pin: true, want: ok},
		{name: "make: which key is touched", command: wire.MakeCredential, params: makeParams(m{8: []byte{}, 9: 2}), want: pinNotSet},
		{name: "make: which key is touched, with PIN", command: wire.MakeCredential, params: makeParams(m{8: []byte{}, 9: 2}), pin: true, want: pinInvalid},
		{name: "make", command: wire.MakeCredential, params: makeParams(nil), want: ok},
		{name: "assert without relying party", command: wire.GetAssertion, params: assertParams(m{1: nil}), want: missingParameter},
		{name: "assert without hash", command: wire.GetAssertion, params: assertParams(m{2: nil}), want: missingParameter},
		{name: "assert with an option of the other command", command: wire.GetAssertion, params: assertParams(m{5: m{"rk": true}}), want: unsupportedOption},
		{name: "assert with too long a list", command: wire.GetAssertion, params: assertParams(m{3: tooMany}), want: limitExceeded},
		{name: "assert with a sensor it lacks", command: wire.GetAssertion, params: assertParams(m{5: m{"uv": true}}), want: invalidOption},
		{name: "assert: hmac-secret without touch", command: wire.GetAssertion, params: assertParams(m{4: m{"hmac-secret": m{1: m{}}}, 5: m{"up": false}}), want: unsupportedOption},
		{name: "assert: which key is touched", command: wire.GetAssertion, params: assertParams(m{6: []byte{}, 7: 2}), want: pinNotSet},
		{name: "assert without credentials", command: wire.GetAssertion, params: assertParams(nil), want: noCredentials},
		{name: "assert with a foreign credential", command: wire.GetAssertion, params: assertParams(m{3: []m{{"id": make([]byte, idSize), "type": "public-key"}}}), want: noCredentials},
		{name: "the next assertion without a first", command: wire.GetNextAssertion, want: notAllowed},
		{name: "info", command: wire.GetInfo, want: ok},
		{name: "selection", command: wire.Selection, want: ok},
		{name: "PIN: unknown subcommand", command: wire.ClientPIN, params: m{1: 2, 2: 0x44, 3: m{}}, want: invalidSubcommand},
		{name: "PIN: unknown protocol", command: wire.ClientPIN, params: m{1: 3, 2: wire.PINAgreement}, want: invalidParameter},
		{name: "PIN: finger tries, without a sensor", command: wire.ClientPIN, params: m{2: wire.PINUVRetries}, want: invalidSubcommand},
		{name: "PIN: no protocol", command: wire.ClientPIN, params: m{2: wire.PINAgreement}, want: missingParameter},
		{name: "PIN: no key agreement", command: wire.ClientPIN, params: m{1: 2, 2: wire.PINToken}, want: missingParameter},
		{name: "PIN: key agreement with an invalid point", command: wire.ClientPIN, params: m{1: 2, 2: wire.PINToken, 3: m{1: 2, -1: 1, -2: make([]byte, 32), -3: make([]byte, 32)}}, want: invalidParameter},
		{name: "management without the PIN", command: wire.CredMgmt, params: m{1: wire.ManageMetadata}, want: pinRequired},
		{name: "management: unknown subcommand", command: wire.CredMgmt, params: m{1: 0x44, 3: 2, 4: hash}, want: invalidSubcommand},
		{name: "management with an invalid token", command: wire.CredMgmt, params: m{1: wire.ManageMetadata, 3: 2, 4: hash}, want: pinAuthInvalid},
		{name: "management: no protocol", command: wire.CredMgmt, params: m{1: wire.ManageMetadata, 4: hash}, want: missingParameter},
		{name: "management: next without begin", command: wire.CredMgmt, params: m{1: wire.ManageRPsNext}, want: notAllowed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := newKey(t, Config{})
			if tt.pin {
				if err := k.SetPIN("123456"); err != nil {
					t.Fatal(err)
				}
			}
			if got, _ := run(t, k, tt.command, tt.params); got != tt.want {
				t.Errorf("status %#02x, want %#02x", got, tt.want)
			}
		})
	}
}

// made parses the answer of authenticatorMakeCredential.
func made(t *testing.T, answer []byte) (id, public []byte) {
	t.Helper()
	var a attestation
	if st := decode(answer, &a); st != ok {
		t.Fatalf("status %#02x", st)
	}
	rest := a.AuthData[37+16:]
	n := int(rest[0])<<8 | int(rest[1])
	return rest[2 : 2+n], rest[2+n:]
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	for _, alg := range []int64{algES256, algEdDSA} {
		k := newKey(t, Config{})
		st, answer := run(t, k, wire.MakeCredential, makeParams(m{4: []m{{"alg": -257, "type": "public-key"}, {"alg": alg, "type": "public-key"}}}))
		if st != ok {
			t.Fatalf("make: %#02x", st)
		}
		id, public := made(t, answer)
		st, answer = run(t, k, wire.GetAssertion, assertParams(m{3: []m{{"id": id, "type": "public-key"}}}))
		if st != ok {
			t.Fatalf("assert: %#02x", st)
		}
		var a assertion
		if st := decode(answer, &a); st != ok {
			t.Fatalf("status %#02x", st)
		}
		var key wire.EC2Key
		if st := decode(public, &key); st != ok || key.Alg != alg {
			t.Fatalf("public key: %#02x, algorithm %d", st, key.Alg)
		}
		message := append(a.AuthData, hash...)
		var valid bool
		if alg == algEdDSA {
			valid = ed25519.Verify(key.X, message, a.Signature)
		} else {
			pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, key.X...), key.Y...))
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(message)
			valid = ecdsa.VerifyASN1(pub, sum[:], a.Signature)
		}
		if !valid {
			t.Errorf("algorithm %d: the signature does not verify", alg)
		}
	}
}

// A credential works only for its relying party and only on its key.
func TestCredentialIsBound(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{})
	_, answer := run(t, k, wire.MakeCredential, makeParams(nil))
	id, _ := made(t, answer)
	allow := m{3: []m{{"id": id, "type": "public-key"}}}
	if st, _ := run(t, k, wire.GetAssertion, assertParams(with(m{1: "evil.example"}, allow))); st != noCredentials {
		t.Errorf("for another relying party: %#02x", st)
	}
	if st, _ := run(t, newKey(t, Config{}), wire.GetAssertion, assertParams(allow)); st != noCredentials {
		t.Errorf("on another key: %#02x", st)
	}
	if st, _ := run(t, k, wire.MakeCredential, makeParams(m{5: allow[3]})); st != excluded {
		t.Errorf("excluded: %#02x, want %#02x", st, excluded)
	}
}

// A series of assertions returns each discoverable credential once, newest first.
func TestSeries(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{})
	for _, name := range []string{"alice", "bob", "carol"} {
		st, _ := run(t, k, wire.MakeCredential, makeParams(m{3: m{"id": []byte(name), "name": name}, 7: m{"rk": true}}))
		if st != ok {
			t.Fatalf("make: %#02x", st)
		}
	}
	command, params := byte(wire.GetAssertion), any(assertParams(nil))
	for i, name := range []string{"carol", "bob", "alice"} {
		st, answer := run(t, k, command, params)
		var a assertion
		if st != ok || decode(answer, &a) != ok || string(a.User.ID) != name || a.User.Name != "" || (a.Count == 3) != (i == 0) {
			t.Errorf("%d: status %#02x, %+v; want %s", i, st, a.User, name)
		}
		command, params = wire.GetNextAssertion, nil
	}
	if st, _ := run(t, k, wire.GetNextAssertion, nil); st != notAllowed {
		t.Errorf("a fourth: %#02x", st)
	}
}

// A key made from an encoded and decoded state has its credentials, PIN and counter.
func TestStateSurvives(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{})
	_, answer := run(t, k, wire.MakeCredential, makeParams(m{7: m{"rk": true}}))
	id, _ := made(t, answer)
	if err := k.SetPIN("123456"); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(k.State())
	if err != nil {
		t.Fatal(err)
	}
	var state State
	if err := json.Unmarshal(raw, &state); err != nil {
		t.Fatal(err)
	}
	again := newKey(t, Config{State: &state})
	if !again.HasPIN() || again.State().Counter != k.State().Counter {
		t.Errorf("state %+v, want %+v", again.State(), k.State())
	}
	st, answer := run(t, again, wire.GetAssertion, assertParams(nil))
	var a assertion
	if st != ok || decode(answer, &a) != ok || !bytes.Equal(a.Credential.ID, id) {
		t.Errorf("status %#02x, credential %x", st, a.Credential.ID)
	}
}

// R34: the counter of a frozen key does not count.
func TestFrozenCounter(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{})
	_, answer := run(t, k, wire.MakeCredential, makeParams(nil))
	id, _ := made(t, answer)
	count := func() byte {
		_, answer := run(t, k, wire.GetAssertion, assertParams(m{3: []m{{"id": id, "type": "public-key"}}}))
		var a assertion
		if st := decode(answer, &a); st != ok {
			t.Fatalf("status %#02x", st)
		}
		return a.AuthData[36]
	}
	if one, two := count(), count(); two != one+1 {
		t.Errorf("counter %d, then %d", one, two)
	}
	k.Freeze(true)
	if one, two := count(), count(); two != one {
		t.Errorf("frozen: counter %d, then %d", one, two)
	}
}

func TestTouchTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newKey(t, Config{Touch: &Gate{}})
		begun := time.Now()
		st, _ := run(t, k, wire.MakeCredential, makeParams(nil))
		if st != noAction || time.Since(begun) != touchTimeout {
			t.Errorf("status %#02x after %v", st, time.Since(begun))
		}
	})
}

func TestCancelledTouch(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{Touch: &Gate{}})
	ctx, cancel := context.WithCancel(t.Context())
	var statuses []ctaphid.Status
	answer, err := k.CBOR(ctx, []byte{wire.Selection}, func(s ctaphid.Status) {
		statuses = append(statuses, s)
		cancel()
	})
	if err != nil || code(answer[0]) != cancelled || statuses[0] != ctaphid.UserPresence {
		t.Errorf("answer %x, %v; statuses %v", answer, err, statuses)
	}
}

// A key can be reset only in the first ten seconds after plugging in (CTAP section 6.6).
func TestResetWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newKey(t, Config{})
		if err := k.SetPIN("123456"); err != nil {
			t.Fatal(err)
		}
		<-time.After(resetWindow + time.Second)
		if st, _ := run(t, k, wire.Reset, nil); st != notAllowed {
			t.Errorf("late: %#02x", st)
		}
		k.PlugIn()
		if st, _ := run(t, k, wire.Reset, nil); st != ok || k.HasPIN() {
			t.Errorf("in time: %#02x, PIN %v", st, k.HasPIN())
		}
	})
}
