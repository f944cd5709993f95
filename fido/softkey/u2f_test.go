package softkey

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/binary"
	"slices"
	"testing"

	"nightlatch/fido/ctaphid"
)

// extended writes a U2F command as hosts send it over USB (U2F section 3).
func extended(instruction, p1 byte, data ...[]byte) []byte {
	all := slices.Concat(data...)
	out := []byte{0, instruction, p1, 0, 0}
	out = binary.BigEndian.AppendUint16(out, uint16(len(all)))
	return slices.Concat(out, all, []byte{0, 0})
}

// say runs a U2F command.
func say(t testing.TB, k *Key, apdu []byte) ([]byte, word) {
	t.Helper()
	backend, has := k.Backend().(ctaphid.U2FBackend)
	if !has {
		t.Fatal("the key has no U2F")
	}
	answer, err := backend.Msg(context.Background(), apdu)
	if err != nil || len(answer) < 2 {
		t.Fatalf("answer %x, %v", answer, err)
	}
	n := len(answer) - 2
	return answer[:n], word(binary.BigEndian.Uint16(answer[n:]))
}

var (
	challenge   = bytes.Repeat([]byte{0xc1}, 32)
	application = hashed("localhost")
)

// registered takes apart what U2F_REGISTER answered (U2F section 4.3) and checks
// its signature.
func registered(t *testing.T, answer []byte) (handle []byte, public *ecdsa.PublicKey) {
	t.Helper()
	if len(answer) < 67 || answer[0] != 5 {
		t.Fatalf("answer %x", answer)
	}
	point, n := answer[1:66], int(answer[66])
	handle = answer[67 : 67+n]
	var der asn1.RawValue
	signature, err := asn1.Unmarshal(answer[67+n:], &der)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der.FullBytes)
	if err != nil {
		t.Fatal(err)
	}
	message := slices.Concat([]byte{0}, application, challenge, handle, point)
	if err := cert.CheckSignature(x509.ECDSAWithSHA256, message, signature); err != nil {
		t.Errorf("attestation: %v", err)
	}
	if public, err = ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point); err != nil {
		t.Fatal(err)
	}
	return handle, public
}

func TestU2F(t *testing.T) {
	t.Parallel()
	g := &Gate{}
	k := newKey(t, Config{Kind: U2F, Touch: g})
	register := extended(u2fRegister, 0, challenge, application)
	if answer, w := say(t, k, extended(u2fVersion, 0)); w != wordOK || string(answer) != "U2F_V2" {
		t.Errorf("version %q, %#04x", answer, w)
	}
	if answer, w := say(t, k, register); w != wordNotTouched || len(answer) != 0 || !g.Waiting() {
		t.Errorf("untouched: %x, %#04x; waiting %v", answer, w, g.Waiting())
	}
	g.Touch()
	answer, w := say(t, k, register)
	if w != wordOK {
		t.Fatalf("touched: %#04x", w)
	}
	handle, public := registered(t, answer)
	if !bytes.HasPrefix(handle, Mark[:]) {
		t.Error("the key handle lacks the lab's mark")
	}

	about := func(control byte, app []byte) []byte {
		return extended(u2fAuthenticate, control, challenge, app, []byte{byte(len(handle))}, handle)
	}
	if _, w := say(t, k, about(u2fCheck, application)); w != wordNotTouched {
		t.Errorf("is it yours: %#04x", w)
	}
	if _, w := say(t, k, about(u2fCheck, hashed("example.org"))); w != wordUnknownKey {
		t.Errorf("is it yours, for another: %#04x", w)
	}
	if _, w := say(t, k, about(u2fSign, application)); w != wordNotTouched {
		t.Errorf("sign, untouched: %#04x", w)
	}
	g.SetAuto(true)
	last := uint32(0)
	for _, control := range []byte{u2fSign, u2fSignQuiet, u2fSign} {
		answer, w := say(t, k, about(control, application))
		if w != wordOK || len(answer) < 5 {
			t.Fatalf("sign: %x, %#04x", answer, w)
		}
		sum := sha256.Sum256(slices.Concat(application, answer[:5], challenge))
		if !ecdsa.VerifyASN1(public, sum[:], answer[5:]) {
			t.Error("the signature does not verify")
		}
		if present := answer[0] == 1; present != (control == u2fSign) {
			t.Errorf("control %#02x: user presence %#02x", control, answer[0])
		}
		if n := binary.BigEndian.Uint32(answer[1:]); n <= last {
			t.Errorf("it counted %d, then %d", last, n)
		} else {
			last = n
		}
	}
	k.Freeze(true)
	answer, _ = say(t, k, about(u2fSign, application))
	if n := binary.BigEndian.Uint32(answer[1:]); n != last {
		t.Errorf("frozen, it counts %d after %d", n, last)
	}
}

func TestU2FRefusals(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{Kind: U2F})
	for _, tt := range []struct {
		name string
		apdu []byte
		want word
	}{
		{"nothing", nil, wordLength},
		{"half a head", []byte{0, 1, 0}, wordLength},
		{"another class", slices.Concat([]byte{0x80}, extended(u2fVersion, 0)[1:]), wordClass},
		{"another instruction", extended(0x44, 0), wordInstruction},
		{"register with half a challenge", extended(u2fRegister, 0, challenge), wordLength},
		{"less data than said", extended(u2fRegister, 0, challenge, application)[:40], wordLength},
		{"sign with half a handle", extended(u2fAuthenticate, u2fSign, challenge, application, []byte{64}), wordLength},
		{"sign with no handle", extended(u2fAuthenticate, u2fSign, challenge, application, []byte{0}), wordUnknownKey},
		{"sign with a foreign handle", extended(u2fAuthenticate, u2fSign, challenge, application, []byte{32}, hash), wordUnknownKey},
		{"version with data", extended(u2fVersion, 0, hash), wordLength},
	} {
		if answer, w := say(t, k, tt.apdu); w != tt.want || len(answer) != 0 {
			t.Errorf("%s: %x, %#04x; want %#04x", tt.name, answer, w, tt.want)
		}
	}
	if st, _ := run(t, k, cmdGetInfo, nil); st != invalidCommand {
		t.Errorf("CTAP2: %#02x", st)
	}
	for _, kind := range []Kind{FIDO2, Fingerprint} {
		if _, has := newKey(t, Config{Kind: kind}).Backend().(ctaphid.U2FBackend); has {
			t.Errorf("%s has U2F", kind)
		}
	}
}

// Commands come in short form over NFC, and with or without an answer's length.
func TestU2FForms(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{Kind: U2F})
	body := slices.Concat(challenge, application)
	long := slices.Concat([]byte{0, u2fRegister, 0, 0, 0, 0, 64}, body)
	short := slices.Concat([]byte{0, u2fRegister, 0, 0, 64}, body)
	for name, apdu := range map[string][]byte{
		"extended":                   long,
		"extended, with a length":    append(slices.Clone(long), 0, 0),
		"short":                      short,
		"short, with a length":       append(slices.Clone(short), 0),
		"version, no lengths":        {0, u2fVersion, 0, 0},
		"version, short":             {0, u2fVersion, 0, 0, 0},
		"version, extended":          {0, u2fVersion, 0, 0, 0, 0, 0},
		"version, data said to be 0": {0, u2fVersion, 0, 0, 0, 0, 0, 0, 0},
	} {
		if _, w := say(t, k, apdu); w != wordOK {
			t.Errorf("%s: %#04x", name, w)
		}
	}
}

// What was registered with U2F can be used with CTAP2 and the other way round, as
// long as it is one key (CTAP section 10).
func TestU2FCredentialOverCTAP2(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{Kind: U2F})
	answer, _ := say(t, k, extended(u2fRegister, 0, challenge, application))
	handle, _ := registered(t, answer)
	state := k.State()
	newer := newKey(t, Config{State: &state})
	st, _ := run(t, newer, cmdGetAssertion, assertParams(m{3: []m{{"id": handle, "type": "public-key"}}}))
	if st != ok {
		t.Errorf("status %#02x", st)
	}
}
