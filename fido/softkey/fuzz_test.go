package softkey

import (
	"bytes"
	"context"
	"encoding/hex"
	"testing"

	"nightlatch/fido/ctap2/wire"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/nfc/apdu"
)

// The example requests of CTAP, sections 6.1 and 6.2.
const (
	specMake = "01a5015820687134968222ec17202e42505f8ed2b16ae22f16bb05b88c25db9e602645f141" +
		"02a26269646b6578616d706c652e636f6d646e616d656441636d65" +
		"03a462696458203082019330820138a0030201023082019330820138a003020102308201933082" +
		"6469636f6e782b68747470733a2f2f706963732e6578616d706c652e636f6d2f30302f702f61426a6a6a707150622e706e67" +
		"646e616d65766a6f686e70736d697468406578616d706c652e636f6d6b646973706c61794e616d656d4a6f686e20502e20536d697468" +
		"0482a263616c672664747970656a7075626c69632d6b6579a263616c6739010064747970656a7075626c69632d6b6579" +
		"07a162726bf5"
	specAssert = "02a4016b6578616d706c652e636f6d" +
		"025820687134968222ec17202e42505f8ed2b16ae22f16bb05b88c25db9e602645f141" +
		"0382a26269645840f22006de4f905af68a43942f024f2a5ece603d9c6d4b3df8be08ed01fc442646d034858ac75bed3fd580bf9808d94fcbee82b9b2ef6677af0adcc35852ea6b9e" +
		"64747970656a7075626c69632d6b6579" +
		"a262696458320303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303030303" +
		"64747970656a7075626c69632d6b6579" +
		"05a1627576f5"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The examples parse: the first makes a credential, the second requests two that are not
// this key's, with the sensor.
func TestSpecExamples(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, request string
		kind          Kind
		want          code
	}{
		{"make", specMake, FIDO2, ok},
		{"make, unverified", specMake, Fingerprint, denied},
		{"assert, without a sensor", specAssert, FIDO2, invalidOption},
		{"assert, with a sensor", specAssert, Fingerprint, noCredentials},
	} {
		k := newKey(t, Config{Kind: tt.kind})
		answer, err := k.CBOR(t.Context(), unhex(t, tt.request), silent)
		if err != nil || code(answer[0]) != tt.want {
			t.Errorf("%s: %x, %v; want %#02x", tt.name, answer, err, tt.want)
		}
		if tt.want != ok {
			continue
		}
		kept := k.State().Credentials
		if len(kept) != 1 || kept[0].RPID != "example.com" || kept[0].RPName != "Acme" || kept[0].UserName != "johnpsmith@example.com" ||
			kept[0].DisplayName != "John P. Smith" || len(kept[0].UserID) != 32 {
			t.Errorf("kept %+v", kept)
		}
		var a attestation
		if decode(answer[1:], &a) != ok || a.Format != "packed" || !bytes.Equal(a.AuthData[:32], hashed("example.com")) {
			t.Errorf("answer %+v", a)
		}
	}
}

// FuzzCBOR checks that no request crashes a key of any kind, that each answer is a
// status, followed after "ok" by canonical CBOR, and that the key's state stays valid.
func FuzzCBOR(f *testing.F) {
	add := func(command byte, params any) {
		raw, err := wire.Encode(params)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(append([]byte{command}, raw...))
	}
	f.Add(unhex(f, specMake))
	f.Add(unhex(f, specAssert))
	f.Add([]byte{wire.GetInfo})
	f.Add([]byte{wire.Reset})
	f.Add([]byte{wire.Selection})
	f.Add([]byte{wire.GetNextAssertion})
	add(wire.MakeCredential, makeParams(nil))
	add(wire.MakeCredential, makeParams(m{6: m{"credProtect": 3, "hmac-secret": true}, 7: m{"rk": true, "uv": true}}))
	add(wire.GetAssertion, assertParams(nil))
	add(wire.GetAssertion, assertParams(m{4: m{"hmac-secret": m{1: m{1: 2}, 2: hash, 3: hash}}}))
	agreement := m{1: 2, 3: -25, -1: 1, -2: unhex(f, "65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d"), -3: unhex(f, "1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c")}
	for _, number := range []int{1, 2} {
		for _, subcommand := range []int{wire.PINRetries, wire.PINAgreement, wire.PINSet, wire.PINChange, wire.PINToken, wire.PINTokenUV, wire.PINUVRetries, wire.PINTokenPerm} {
			add(wire.ClientPIN, m{1: number, 2: subcommand, 3: agreement, 4: hash, 5: append(hash, hash...), 6: hash, 9: 7, 10: "localhost"})
		}
	}
	for subcommand := wire.ManageMetadata; subcommand <= wire.ManageUpdate; subcommand++ {
		add(wire.CredMgmt, m{1: subcommand, 2: m{1: hash, 2: m{"id": hash, "type": "public-key"}}, 3: 2, 4: hash})
	}
	states := stocks(f)
	f.Fuzz(func(t *testing.T, request []byte) {
		for kind, state := range states {
			k := newKey(t, Config{Kind: kind, State: &state})
			answer, err := k.CBOR(t.Context(), request, silent)
			if err != nil || len(answer) == 0 {
				t.Fatalf("%s: %x, %v", kind, answer, err)
			}
			checkAnswer(t, answer)
			after := k.State()
			if err := after.check(); err != nil || len(after.Credentials) > k.Capacity() {
				t.Errorf("%s: %v, %d credentials", kind, err, len(after.Credentials))
			}
			if after.Counter < state.Counter && len(after.PINHash) > 0 {
				t.Errorf("%s: the counter went back from %d to %d", kind, state.Counter, after.Counter)
			}
		}
	})
}

// stocks returns states of keys with a PIN and credentials.
func stocks(t testing.TB) map[Kind]State {
	t.Helper()
	states := make(map[Kind]State)
	for _, kind := range []Kind{FIDO2, Fingerprint, U2F} {
		k := newKey(t, Config{Kind: kind})
		if kind != U2F {
			_, _ = run(t, k, wire.MakeCredential, makeParams(m{7: m{"rk": true, "uv": kind == Fingerprint}}))
			if err := k.SetPIN("1234"); err != nil {
				t.Fatal(err)
			}
		}
		states[kind] = k.State()
	}
	return states
}

// checkAnswer checks that one item in canonical form follows the status ok, and nothing
// follows another status.
func checkAnswer(t *testing.T, answer []byte) {
	t.Helper()
	rest := answer[1:]
	if code(answer[0]) != ok {
		if len(rest) > 0 {
			t.Errorf("status %#02x with %x", answer[0], rest)
		}
		return
	}
	if len(rest) == 0 {
		return
	}
	var item any
	if err := wire.Decode(rest, &item); err != nil {
		t.Fatalf("answer %x: %v", rest, err)
	}
	again, err := wire.Encode(item)
	if err != nil || !bytes.Equal(again, rest) {
		t.Errorf("answer %x is %x in canonical form, %v", rest, again, err)
	}
	if len(answer) > ctaphid.MaxPayload {
		t.Errorf("an answer of %d bytes", len(answer))
	}
}

// FuzzU2F checks that no command crashes a U2F key, that each answer has a status of U2F,
// with data only for "ok", and that nothing is signed without a touch unless the command
// does not require one.
func FuzzU2F(f *testing.F) {
	handle := append(Mark[:], make([]byte, idSize-len(Mark))...)
	f.Add(extended(u2fRegister, 0, challenge, application))
	f.Add(extended(u2fVersion, 0))
	for _, control := range []byte{u2fCheck, u2fSign, u2fSignQuiet, 0} {
		f.Add(extended(u2fAuthenticate, control, challenge, application, []byte{byte(len(handle))}, handle))
	}
	f.Add([]byte{0, u2fRegister, 0, 0, 64})
	state := stocks(f)[U2F]
	answer, _ := say(f, newKey(f, Config{Kind: U2F, State: &state}), extended(u2fRegister, 0, challenge, application))
	handle = answer[67 : 67+idSize]
	for _, control := range []byte{u2fCheck, u2fSign, u2fSignQuiet} {
		f.Add(extended(u2fAuthenticate, control, challenge, application, []byte{byte(len(handle))}, handle))
	}
	f.Fuzz(func(t *testing.T, command []byte) {
		untouched := &Gate{}
		k := newKey(t, Config{Kind: U2F, State: &state, Touch: untouched})
		raw, err := k.Backend().(ctaphid.U2FBackend).Msg(context.Background(), command)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := apdu.ParseResponse(raw)
		if err != nil {
			t.Fatal(err)
		}
		switch answer.Status {
		case apdu.OK:
			if c, err := apdu.ParseCommand(command); err != nil || c.INS == u2fRegister || c.INS == u2fAuthenticate && c.P1 == u2fSign {
				t.Errorf("%x is answered with %x, untouched: %v", command, answer.Data, err)
			}
		case apdu.NotAllowed, apdu.WrongData, apdu.WrongLength, apdu.UnknownClass, apdu.UnknownCommand:
			if len(answer.Data) > 0 {
				t.Errorf("status %v with %x", answer.Status, answer.Data)
			}
		default:
			t.Errorf("status %v", answer.Status)
		}
	})
}

// FuzzOpen checks that only an unchanged credential ID of the key opens, and only for its
// relying party.
func FuzzOpen(f *testing.F) {
	k := newKey(f, Config{})
	_, answer := run(f, k, wire.MakeCredential, makeParams(nil))
	var a attestation
	if decode(answer, &a) != ok {
		f.Fatalf("answer %x", answer)
	}
	id := a.AuthData[55 : 55+idSize]
	f.Add("localhost", id)
	f.Add("localhost", id[len(Mark):])
	f.Add("example.org", id)
	f.Add("localhost", append(Mark[:], make([]byte, idSize-len(Mark))...))
	f.Fuzz(func(t *testing.T, rpID string, other []byte) {
		c, is := k.open(hashed(rpID), other)
		if is != (rpID == "localhost" && bytes.Equal(other, id)) {
			t.Errorf("%x opens for %q: %v", other, rpID, is)
		}
		if is && !bytes.Equal(c.id, id) {
			t.Errorf("%x opens as %x", other, c.id)
		}
	})
}
