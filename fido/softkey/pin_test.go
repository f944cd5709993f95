package softkey

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"nightlatch/fido/ctap2/wire"
)

// CTAP sections 6.5.5.5 and 6.5.5.6: which PINs are accepted, and how a PIN is changed.
func TestPINPolicy(t *testing.T) {
	t.Parallel()
	bothProtocols(t, func(t *testing.T, number int) {
		for _, tt := range []struct {
			name, pin string
			want      code
		}{
			{"three characters", "123", pinPolicy},
			{"four bytes, one character", "🔑", pinPolicy},
			{"four characters", "1234", ok},
			{"four keys", "🔑🔑🔑🔑", ok},
			{"63 bytes", strings.Repeat("1", 63), ok},
			{"64 bytes", strings.Repeat("1", 64), pinPolicy},
			{"not padded to 64 bytes", strings.Repeat("1", 80), invalidParameter},
		} {
			h := newHost(t, newKey(t, Config{}), number)
			h.setPIN(tt.pin, tt.want)
			if h.k.HasPIN() != (tt.want == ok) {
				t.Errorf("%s: PIN %v", tt.name, h.k.HasPIN())
			}
		}
		h := newHost(t, newKey(t, Config{}), number)
		h.changePIN("1234", "5678", pinNotSet)
		h.byPIN("1234", wire.MayManage, "", pinNotSet)
		h.setPIN("1234", ok)
		h.setPIN("5678", pinAuthInvalid)
		h.changePIN("4321", "5678", pinInvalid)
		h.changePIN("1234", "5678", pinAuthInvalid) // a wrong PIN voids the key agreement
		h.agree()
		h.changePIN("1234", "567", pinPolicy)
		token := h.byPIN("1234", wire.MayManage, "", ok)
		h.changePIN("1234", "5678", ok)
		if st, _ := h.manage(token, wire.ManageMetadata, nil); st != pinAuthInvalid {
			t.Errorf("a token of the old PIN: %#02x", st)
		}
		h.byPIN("1234", wire.MayManage, "", pinInvalid)
		h.agree()
		h.byPIN("5678", wire.MayManage, "", ok)
	})
}

// After three wrong PINs in a row the key must be plugged in again, after eight in all it
// must be reset (CTAP section 6.5.1). The right PIN resets both counts.
func TestWrongPINs(t *testing.T) {
	t.Parallel()
	bothProtocols(t, func(t *testing.T, number int) {
		k := newKey(t, Config{})
		h := newHost(t, k, number)
		h.setPIN("1234", ok)
		try := func(pin string, want code, left int, replug bool) {
			t.Helper()
			h.agree()
			h.byPIN(pin, wire.MayManage, "", want)
			if a := h.pinAnswer(m{2: wire.PINRetries}, ok); *a.Tries != left || *a.PowerCycle != replug {
				t.Errorf("%d tries left, replug %v; want %d, %v", *a.Tries, *a.PowerCycle, left, replug)
			}
		}
		try("0000", pinInvalid, 7, false)
		try("1234", ok, 8, false)
		try("0000", pinInvalid, 7, false)
		try("0000", pinInvalid, 6, false)
		try("0000", pinAuthBlocked, 5, true)
		try("1234", pinAuthBlocked, 5, true)
		k.PlugIn()
		try("0000", pinInvalid, 4, false)
		try("0000", pinInvalid, 3, false)
		try("0000", pinAuthBlocked, 2, true)
		k.PlugIn()
		try("0000", pinInvalid, 1, false)
		try("0000", pinBlocked, 0, false)
		k.PlugIn()
		try("1234", pinBlocked, 0, false)
		h.changePIN("1234", "5678", pinBlocked)
		if st, _ := run(t, k, wire.Reset, nil); st != ok || k.HasPIN() {
			t.Errorf("reset: %#02x", st)
		}
		h.agree()
		h.setPIN("1234", ok)
		try("1234", ok, 8, false)
	})
}

// CTAP section 6.5.5.7: the permissions of a token.
func TestTokenPermissions(t *testing.T) {
	t.Parallel()
	bothProtocols(t, func(t *testing.T, number int) {
		k := newKey(t, Config{})
		h := newHost(t, k, number)
		h.setPIN("1234", ok)
		h.byPIN("1234", 0, "localhost", invalidParameter)
		h.byPIN("1234", 0x20, "", unauthorized) // authenticatorConfig
		h.byPIN("1234", wire.MayMake, "", missingParameter)
		h.pinAnswer(m{1: number, 2: wire.PINTokenPerm, 3: h.public, 6: h.pinHash("1234")}, missingParameter)
		h.pinAnswer(m{1: number, 2: wire.PINToken, 3: h.public, 6: h.pinHash("1234"), 9: wire.MayMake}, invalidParameter)

		for _, tt := range []struct {
			name        string
			permissions byte
			rpID        string
			command     byte
			params      m
			want        code
		}{
			{"make", wire.MayMake, "localhost", wire.MakeCredential, makeParams(nil), ok},
			{"make, may only assert", wire.MayAssert, "localhost", wire.MakeCredential, makeParams(nil), pinAuthInvalid},
			{"make, may only manage", wire.MayManage, "", wire.MakeCredential, makeParams(nil), pinAuthInvalid},
			{"make for another", wire.MayMake, "example.org", wire.MakeCredential, makeParams(nil), pinAuthInvalid},
			{"assert, may only make", wire.MayMake, "localhost", wire.GetAssertion, assertParams(nil), pinAuthInvalid},
			{"assert without credentials", wire.MayAssert, "localhost", wire.GetAssertion, assertParams(nil), noCredentials},
		} {
			token := h.byPIN("1234", tt.permissions, tt.rpID, ok)
			if st, _ := run(t, k, tt.command, h.with(tt.params, token)); st != tt.want {
				t.Errorf("%s: status %#02x, want %#02x", tt.name, st, tt.want)
			}
		}
		token := h.byPIN("1234", wire.MayMake, "localhost", ok)
		forged := h.with(makeParams(nil), token)
		forged[8].([]byte)[0] ^= 1
		if st, _ := run(t, k, wire.MakeCredential, forged); st != pinAuthInvalid {
			t.Errorf("a forged parameter: %#02x", st)
		}
		st, answer := run(t, k, wire.MakeCredential, h.with(makeParams(nil), token))
		if st != ok || flags(t, answer) != flagUserPresent|flagUserVerified {
			t.Errorf("status %#02x, flags %#02x", st, flags(t, answer))
		}
		if st, _ := run(t, k, wire.MakeCredential, h.with(makeParams(nil), token)); st != pinAuthInvalid {
			t.Errorf("the token is still valid after a touch: %#02x", st)
		}

		// A token of CTAP 2.0 is bound to the first relying party it is used for.
		a := h.pinAnswer(m{1: number, 2: wire.PINToken, 3: h.public, 6: h.pinHash("1234")}, ok)
		token, err := h.shared.Decrypt(a.Token)
		if err != nil {
			t.Fatal(err)
		}
		quiet := h.with(assertParams(m{5: m{"up": false}}), token)
		if st, _ := run(t, k, wire.GetAssertion, quiet); st != noCredentials {
			t.Errorf("first use: %#02x", st)
		}
		if st, _ := run(t, k, wire.GetAssertion, with(quiet, m{1: "example.org"})); st != pinAuthInvalid {
			t.Errorf("used for another: %#02x", st)
		}
	})
}

// CTAP section 6.5.2.1: a token expires if it is unused, and after its maximum life.
func TestTokenExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newKey(t, Config{})
		h := newHost(t, k, 2)
		h.setPIN("1234", ok)
		use := func(token []byte) code { st, _ := h.manage(token, wire.ManageMetadata, nil); return st }
		token := h.byPIN("1234", wire.MayManage, "", ok)
		<-time.After(tokenIdle + time.Second)
		if st := use(token); st != pinAuthInvalid {
			t.Errorf("unused for half a minute: %#02x", st)
		}
		token = h.byPIN("1234", wire.MayManage, "", ok)
		if st := use(token); st != ok {
			t.Errorf("at once: %#02x", st)
		}
		<-time.After(tokenLife - time.Second)
		if st := use(token); st != ok {
			t.Errorf("nearly ten minutes later: %#02x", st)
		}
		<-time.After(2 * time.Second)
		if st := use(token); st != pinAuthInvalid {
			t.Errorf("ten minutes later: %#02x", st)
		}
	})
}

// CTAP section 6.4, forcePINChange: the PIN can only be used to change it.
func TestForcedChange(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{})
	h := newHost(t, k, 2)
	h.setPIN("1234", ok)
	if err := k.ForcePINChange(); err != nil {
		t.Fatal(err)
	}
	if in := k.info(); !in.ForcePINChange {
		t.Error("getInfo does not report forcePINChange")
	}
	h.byPIN("1234", wire.MayManage, "", pinInvalid)
	h.changePIN("1234", "5678", ok)
	h.byPIN("5678", wire.MayManage, "", ok)
}
