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
	"encoding/hex"
	"slices"
	"testing"

	"nightlatch/fido/ctap2/wire"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/nfc/apdu"
)

// extended encodes a U2F command as hosts send it over USB (U2F section 3).
func extended(instruction, p1 byte, data ...[]byte) []byte {
	return apdu.Command{INS: instruction, P1: p1, Data: slices.Concat(data...), Expect: apdu.ExtendedAnswer}.Bytes()
}

// say runs a U2F command.
func say(t testing.TB, k *Key, command []byte) ([]byte, apdu.Status) {
	t.Helper()
	backend, has := k.Backend().(ctaphid.U2FBackend)
	if !has {
		t.Fatal("the key has no U2F")
	}
	raw, err := backend.Msg(context.Background(), command)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := apdu.ParseResponse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Data, answer.Status
}

var (
	challenge   = bytes.Repeat([]byte{0xc1}, 32)
	application = hashed("localhost")
)

// registered parses the answer of U2F_REGISTER (U2F section 4.3) and checks its
// signature.
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
	if answer, w := say(t, k, extended(u2fVersion, 0)); w != apdu.OK || string(answer) != "U2F_V2" {
		t.Errorf("version %q, %v", answer, w)
	}
	if answer, w := say(t, k, register); w != apdu.NotAllowed || len(answer) != 0 || !g.Waiting() {
		t.Errorf("untouched: %x, %v; waiting %v", answer, w, g.Waiting())
	}
	g.Touch()
	answer, w := say(t, k, register)
	if w != apdu.OK {
		t.Fatalf("touched: %v", w)
	}
	handle, public := registered(t, answer)
	if !bytes.HasPrefix(handle, Mark[:]) {
		t.Error("the key handle lacks the lab's mark")
	}

	about := func(control byte, app []byte) []byte {
		return extended(u2fAuthenticate, control, challenge, app, []byte{byte(len(handle))}, handle)
	}
	if _, w := say(t, k, about(u2fCheck, application)); w != apdu.NotAllowed {
		t.Errorf("check: %v", w)
	}
	if _, w := say(t, k, about(u2fCheck, hashed("example.org"))); w != apdu.WrongData {
		t.Errorf("check for another application: %v", w)
	}
	if _, w := say(t, k, about(u2fSign, application)); w != apdu.NotAllowed {
		t.Errorf("sign, untouched: %v", w)
	}
	g.SetAuto(true)
	last := uint32(0)
	for _, control := range []byte{u2fSign, u2fSignQuiet, u2fSign} {
		answer, w := say(t, k, about(control, application))
		if w != apdu.OK || len(answer) < 5 {
			t.Fatalf("sign: %x, %v", answer, w)
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
		t.Errorf("frozen: %d after %d", n, last)
	}
}

func TestU2FRefusals(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{Kind: U2F})
	for _, tt := range []struct {
		name    string
		command []byte
		want    apdu.Status
	}{
		{"nothing", nil, apdu.WrongLength},
		{"half a head", []byte{0, 1, 0}, apdu.WrongLength},
		{"another class", slices.Concat([]byte{0x80}, extended(u2fVersion, 0)[1:]), apdu.UnknownClass},
		{"another instruction", extended(0x44, 0), apdu.UnknownCommand},
		{"register with half a challenge", extended(u2fRegister, 0, challenge), apdu.WrongLength},
		{"truncated data", extended(u2fRegister, 0, challenge, application)[:40], apdu.WrongLength},
		{"sign with half a handle", extended(u2fAuthenticate, u2fSign, challenge, application, []byte{64}), apdu.WrongLength},
		{"sign with no handle", extended(u2fAuthenticate, u2fSign, challenge, application, []byte{0}), apdu.WrongData},
		{"sign with a foreign handle", extended(u2fAuthenticate, u2fSign, challenge, application, []byte{32}, hash), apdu.WrongData},
		{"version with data", extended(u2fVersion, 0, hash), apdu.WrongLength},
	} {
		if answer, w := say(t, k, tt.command); w != tt.want || len(answer) != 0 {
			t.Errorf("%s: %x, %v; want %v", tt.name, answer, w, tt.want)
		}
	}
	if st, _ := run(t, k, wire.GetInfo, nil); st != invalidCommand {
		t.Errorf("CTAP2: %#02x", st)
	}
	for _, kind := range []Kind{FIDO2, Fingerprint} {
		if _, has := newKey(t, Config{Kind: kind}).Backend().(ctaphid.U2FBackend); has {
			t.Errorf("%s has U2F", kind)
		}
	}
}

// Commands are accepted in short form, as over NFC, and with or without the length of
// the answer.
func TestU2FForms(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{Kind: U2F})
	body := slices.Concat(challenge, application)
	long := slices.Concat([]byte{0, u2fRegister, 0, 0, 0, 0, 64}, body)
	short := slices.Concat([]byte{0, u2fRegister, 0, 0, 64}, body)
	for name, command := range map[string][]byte{
		"extended":                long,
		"extended, with a length": append(slices.Clone(long), 0, 0),
		"short":                   short,
		"short, with a length":    append(slices.Clone(short), 0),
		"version, no lengths":     {0, u2fVersion, 0, 0},
		"version, short":          {0, u2fVersion, 0, 0, 0},
		"version, extended":       {0, u2fVersion, 0, 0, 0, 0, 0},
	} {
		if _, w := say(t, k, command); w != apdu.OK {
			t.Errorf("%s: %v", name, w)
		}
	}
}

// A CTAP2 key can use a credential that was registered with U2F (CTAP section 10).
func TestU2FCredentialOverCTAP2(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{Kind: U2F})
	answer, _ := say(t, k, extended(u2fRegister, 0, challenge, application))
	handle, _ := registered(t, answer)
	state := k.State()
	newer := newKey(t, Config{State: &state})
	st, _ := run(t, newer, wire.GetAssertion, assertParams(m{3: []m{{"id": handle, "type": "public-key"}}}))
	if st != ok {
		t.Errorf("status %#02x", st)
	}
}

// A U2F key answers like real ones: it checks class and instruction before the
// lengths, and accepts a length of zero without data.
func TestU2FIsNotStricterThanRealKeys(t *testing.T) {
	t.Parallel()
	k := newKey(t, Config{Kind: U2F, Touch: &Gate{}})
	for raw, want := range map[string]apdu.Status{
		"00030000":           apdu.OK,
		"0003000000":         apdu.OK,
		"000300000000":       apdu.OK,
		"00030000000000":     apdu.OK,
		"000300000000000000": apdu.OK,
		"0003000000000100":   apdu.WrongLength, // data in a command that has none (U2F section 6)
		"00990000":           apdu.UnknownCommand,
		"00990000000000":     apdu.UnknownCommand,
		"009900000000020a":   apdu.UnknownCommand, // although the lengths are wrong too
		"00000000":           apdu.UnknownCommand,
		"00040000000000":     apdu.UnknownCommand,
		"00c00000000000":     apdu.UnknownCommand,
		"80030000":           apdu.UnknownClass,
		"ff030000000000":     apdu.UnknownClass,
		"ffff0000000001":     apdu.UnknownClass,
		"000100000000020a":   apdu.WrongLength,
		"00010000":           apdu.WrongLength,
		"000203000000":       apdu.WrongLength,
		"0003":               apdu.WrongLength,
		"":                   apdu.WrongLength,
	} {
		command, err := hex.DecodeString(raw)
		if err != nil {
			t.Fatal(err)
		}
		if answer, got := say(t, k, command); got != want || want == apdu.OK && string(answer) != "U2F_V2" {
			t.Errorf("%s: %v %q, want %v", raw, got, answer, want)
		}
	}
}
