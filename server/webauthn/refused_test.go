package webauthn_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"nightlatch/server/webauthn"
)

// TestCreateRefused: each invalid part of a response is refused.
func TestCreateRefused(t *testing.T) {
	t.Parallel()
	same := func(r json.RawMessage) json.RawMessage { return r }
	for _, tt := range []struct {
		name    string
		rp      func(testing.TB) *webauthn.RP
		device  func(d *device)
		forge   func(r json.RawMessage) json.RawMessage
		want    webauthn.Reason
		another bool // answers another session's options
	}{
		{"wrong origin", classic, func(d *device) { d.origin = "http://localhost:8441" }, same, webauthn.OtherOrigin, false},
		{"origin in capitals", classic, func(d *device) { d.origin = "http://LOCALHOST:8440" }, same, webauthn.OtherOrigin, false},
		{"origin with default port", classic, func(d *device) { d.origin = "http://localhost:80" }, same, webauthn.OtherOrigin, false},
		{"origin with a path", classic, func(d *device) { d.origin = "http://localhost:8440/" }, same, webauthn.OtherOrigin, false},
		{"origin of a longer name", classic, func(d *device) { d.origin = "http://localhost:8440.evil.example" }, same, webauthn.OtherOrigin, false},
		{"no origin", classic, func(d *device) { d.origin = "" }, same, webauthn.OtherOrigin, false},
		{"wrong RP ID hash", classic, func(d *device) { d.rpID = "evil.example" }, same, webauthn.OtherRP, false},
		{"replayed challenge", classic, func(*device) {}, same, webauthn.OtherChallenge, true},
		{"user not present", classic, func(d *device) { d.flags = 0 }, same, webauthn.NoTouch, false},
		{"user not verified under hardened", hardened, func(d *device) { d.flags = up }, same, webauthn.NotVerified, false},
		{"backed up but not eligible", classic, func(d *device) { d.flags = up | bs }, same, webauthn.BadAttestation, false},
		{"algorithm not offered", classic, func(d *device) { d.alg = -47 }, same, webauthn.BadAttestation, false},
		{"statement signed by another key", classic, func(d *device) { d.format = "packed" }, flipAttestation, webauthn.BadAttestation, false},
		{"certificate for another statement", classic, func(d *device) { d.format = "packed-x5c" }, flipAttestation, webauthn.BadAttestation, false},
		{"certificate of another model", classic, func(d *device) {
			d.format, d.maker = "packed-x5c", bytes.Repeat([]byte{8}, 16)
		}, same, webauthn.BadAttestation, false},
		{"U2F statement for another key", classic, func(d *device) {
			d.format, d.aaguid = "fido-u2f", make([]byte, 16)
		}, flipAttestation, webauthn.BadAttestation, false},
		{"TPM's statement", classic, func(d *device) { d.format = "tpm" }, same, webauthn.OtherFormat, false},
		{"Android's statement", classic, func(d *device) { d.format = "android-key" }, same, webauthn.OtherFormat, false},
		{"Apple's statement", classic, func(d *device) { d.format = "apple" }, same, webauthn.OtherFormat, false},
		{"several statements", classic, func(d *device) { d.format = "compound" }, same, webauthn.Malformed, false},
		{"statement of no format", classic, func(d *device) { d.format = "" }, same, webauthn.OtherFormat, false},
		{"another ID outside", classic, func(*device) {}, rename([]byte("another")), webauthn.Malformed, false},
		{"no ID", classic, func(d *device) { d.id = nil }, same, webauthn.Malformed, false},
		{"ID of 1024 bytes", classic, func(d *device) { d.id = make([]byte, 1024) }, same, webauthn.Malformed, false},
		{"RSA key of 9000 bits", classic, func(d *device) { d.signer = hugeRSA(9000) }, same, webauthn.BadAttestation, false},
		{"RSA key of 128000 bits", classic, func(d *device) { d.signer = hugeRSA(128_000) }, same, webauthn.BadAttestation, false},
		{"maker's certificate of 20 kB", classic, func(d *device) { d.format, d.padding = "packed-x5c", 20_000 }, same, webauthn.BadAttestation, false},
		{"assertion instead", classic, func(*device) {}, nil, webauthn.Malformed, false},
		{"no JSON", classic, func(*device) {}, func(json.RawMessage) json.RawMessage { return json.RawMessage(`{"id":`) }, webauthn.Malformed, false},
		{"null", classic, func(*device) {}, func(json.RawMessage) json.RawMessage { return json.RawMessage(`null`) }, webauthn.Malformed, false},
		{"empty", classic, func(*device) {}, func(json.RawMessage) json.RawMessage { return nil }, webauthn.Malformed, false},
		{"10 MB", classic, func(*device) {}, func(json.RawMessage) json.RawMessage { return make(json.RawMessage, 10<<20) }, webauthn.Malformed, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rp, d := tt.rp(t), newDevice(t, es256(t))
			raw, session, err := rp.BeginCreate(ann, nil)
			if err != nil {
				t.Fatal(err)
			}
			tt.device(d)
			d.t = t
			var response json.RawMessage
			if tt.forge == nil {
				response = d.get(raw)
			} else {
				response = tt.forge(d.create(raw))
			}
			if tt.another {
				if _, session, err = rp.BeginCreate(ann, nil); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := rp.FinishCreate(session, ann, response); refusal(err) != tt.want {
				t.Errorf("%v; want %s", err, tt.want)
			}
		})
	}
}

// replace changes the first occurrence of a text in a response.
func replace(was, now string) func(json.RawMessage) json.RawMessage {
	return func(r json.RawMessage) json.RawMessage {
		return json.RawMessage(strings.Replace(string(r), was, now, 1))
	}
}

// rename changes the ID of a response, which the key does not sign.
func rename(id []byte) func(json.RawMessage) json.RawMessage {
	return func(r json.RawMessage) json.RawMessage {
		var m map[string]any
		if err := json.Unmarshal(r, &m); err != nil {
			panic(err)
		}
		m["id"], m["rawId"] = b64(id), b64(id)
		out, err := json.Marshal(m)
		if err != nil {
			panic(err)
		}
		return out
	}
}

// flipAttestation changes the last byte of the attestation's signature.
func flipAttestation(r json.RawMessage) json.RawMessage {
	return edit(r, "attestationObject", func(b []byte) {
		i := bytes.Index(b, cborText("sig"))
		b[i+4+2+40] ^= 1 // inside the DER signature behind key and head
	})
}

// edit changes one field of a response.
func edit(r json.RawMessage, field string, change func(b []byte)) json.RawMessage {
	var m map[string]any
	if err := json.Unmarshal(r, &m); err != nil {
		panic(err)
	}
	response := m["response"].(map[string]any)
	b, err := base64.RawURLEncoding.DecodeString(response[field].(string))
	if err != nil {
		panic(err)
	}
	change(b)
	response[field] = b64(b)
	out, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return out
}

// TestGetRefused: each invalid part of a response is refused.
func TestGetRefused(t *testing.T) {
	t.Parallel()
	same := func(r json.RawMessage) json.RawMessage { return r }
	for _, tt := range []struct {
		name   string
		rp     func(testing.TB) *webauthn.RP
		device func(d *device)
		forge  func(r json.RawMessage) json.RawMessage
		want   webauthn.Reason
	}{
		{"wrong origin", classic, func(d *device) { d.origin = "http://evil.example" }, same, webauthn.OtherOrigin},
		{"https instead", classic, func(d *device) { d.origin = "https://localhost:8440" }, same, webauthn.OtherOrigin},
		{"wrong RP ID hash", classic, func(d *device) { d.rpID = "evil.example" }, same, webauthn.OtherRP},
		{"user not present", classic, func(d *device) { d.flags = 0 }, same, webauthn.NoTouch},
		{"user not verified under hardened", hardened, func(d *device) { d.flags = up }, same, webauthn.NotVerified},
		{"signed by another key", classic, func(d *device) { d.signer = es256(t) }, same, webauthn.BadSignature},
		{"eligible for backup all at once", classic, func(d *device) { d.flags = up | be }, same, webauthn.BadSignature},
		{"user handle of another", classic, func(d *device) { d.handle = []byte("bob") }, same, webauthn.BadSignature},
		{"tampered signature", classic, func(*device) {}, func(r json.RawMessage) json.RawMessage {
			return edit(r, "signature", func(b []byte) { b[len(b)-1] ^= 1 })
		}, webauthn.BadSignature},
		{"tampered counter", classic, func(*device) {}, func(r json.RawMessage) json.RawMessage {
			return edit(r, "authenticatorData", func(b []byte) { b[36] ^= 0x40 })
		}, webauthn.BadSignature},
		{"tampered client data", classic, func(*device) {}, func(r json.RawMessage) json.RawMessage {
			return edit(r, "clientDataJSON", func(b []byte) { copy(b[bytes.Index(b, []byte("false")):], " true") })
		}, webauthn.OtherOrigin}, // crossOrigin became true
		{"short authenticator data", classic, func(*device) {}, func(r json.RawMessage) json.RawMessage {
			return json.RawMessage(strings.Replace(string(r), `"authenticatorData":"`, `"authenticatorData":"AAAA","x":"`, 1))
		}, webauthn.Malformed},
		{"two IDs", classic, func(*device) {}, replace(`"rawId":"`, `"rawId":"AAAA`), webauthn.Malformed},
		{"ID with padding", classic, func(*device) {}, replace(`"id":"`, `"id":"=`), webauthn.Malformed},
		{"ID in the other alphabet", classic, func(*device) {}, replace(`"id":"`, `"id":"+/+/`), webauthn.Malformed},
		{"ID is a number", classic, func(*device) {}, replace(`"rawId":"`, `"rawId":1,"x":"`), webauthn.Malformed},
		{"type of another kind", classic, func(*device) {}, replace(`"public-key"`, `"password"`), webauthn.Malformed},
		{"trailing data", classic, func(*device) {}, func(r json.RawMessage) json.RawMessage { return append(r, "{}"...) }, webauthn.Malformed},
		{"creation instead", classic, func(*device) {}, nil, webauthn.Malformed},
		{"empty object", classic, func(*device) {}, func(json.RawMessage) json.RawMessage { return json.RawMessage(`{}`) }, webauthn.Malformed},
		{"10 MB", classic, func(*device) {}, func(json.RawMessage) json.RawMessage { return make(json.RawMessage, 10<<20) }, webauthn.Malformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rp, d := tt.rp(t), newDevice(t, es256(t))
			d.flags = up | uv
			c := enroll(t, rp, d)
			d.counter = 2
			tt.device(d)
			raw, session := begin(t, rp, c)
			var response json.RawMessage
			if tt.forge == nil {
				response = d.create(raw)
			} else {
				response = tt.forge(d.get(raw))
			}
			if _, err := rp.FinishGet(session, []webauthn.Credential{c}, response); refusal(err) != tt.want {
				t.Errorf("%v; want %s", err, tt.want)
			}
		})
	}
}

// TestEveryBitCounts flips each bit of a valid assertion. All results must be refused. This
// includes the signature, because DER is checked strictly.
func TestEveryBitCounts(t *testing.T) {
	t.Parallel()
	rp, d := classic(t), newDevice(t, es256(t))
	c := enroll(t, rp, d)
	d.counter = 2
	raw, session := begin(t, rp, c)
	good := d.get(raw)
	tried := 0
	for _, field := range []string{"authenticatorData", "clientDataJSON", "signature"} {
		size := 0
		edit(good, field, func(b []byte) { size = len(b) })
		for i := range size * 8 {
			bad := edit(good, field, func(b []byte) { b[i/8] ^= 1 << (i % 8) })
			if _, err := rp.FinishGet(session, []webauthn.Credential{c}, bad); err == nil {
				t.Errorf("bit %d of %s does not matter", i, field)
			}
			tried++
		}
	}
	if _, err := rp.FinishGet(session, []webauthn.Credential{c}, good); err != nil || tried < 1000 {
		t.Errorf("after %d bad ones the good one: %v", tried, err)
	}
}

// TestReplay: a response is valid for one challenge only. The ceremony ensures that a
// challenge is answered once.
func TestReplay(t *testing.T) {
	t.Parallel()
	rp, d := classic(t), newDevice(t, es256(t))
	c := enroll(t, rp, d)
	d.counter = 2
	raw, session := begin(t, rp, c)
	response := d.get(raw)
	if _, err := rp.FinishGet(session, []webauthn.Credential{c}, response); err != nil {
		t.Fatal(err)
	}
	_, next := begin(t, rp, c)
	if _, err := rp.FinishGet(next, []webauthn.Credential{c}, response); refusal(err) != webauthn.OtherChallenge {
		t.Errorf("replayed: %v", err)
	}
	creation, session, err := rp.BeginCreate(ann, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rp.FinishGet(session, []webauthn.Credential{c}, d.get(creation)); refusal(err) != webauthn.OtherChallenge {
		t.Errorf("a creation's challenge answered by an assertion: %v", err)
	}
}

// TestHardenedMeanwhile: a session that was begun under the classic policy is finished under
// the hardened one.
func TestHardenedMeanwhile(t *testing.T) {
	t.Parallel()
	d := newDevice(t, es256(t))
	raw, session, err := classic(t).BeginCreate(ann, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hardened(t).FinishCreate(session, ann, d.create(raw)); refusal(err) != webauthn.NotVerified {
		t.Errorf("created: %v", err)
	}
	c := enroll(t, classic(t), d)
	d.counter = 2
	raw, session = begin(t, classic(t), c)
	if _, err := hardened(t).FinishGet(session, []webauthn.Credential{c}, d.get(raw)); refusal(err) != webauthn.NotVerified {
		t.Errorf("signed in: %v", err)
	}
}

// FuzzResponses: no response of a client causes a panic, and no response is accepted without
// a valid signature.
func FuzzResponses(f *testing.F) {
	rp, d := classic(f), newDevice(f, es256(f))
	d.format = "packed"
	c := enroll(f, rp, d)
	d.counter = 2
	creation, createSession, err := rp.BeginCreate(ann, nil)
	if err != nil {
		f.Fatal(err)
	}
	request, getSession := begin(f, rp, c)
	good := [2]json.RawMessage{d.create(creation), d.get(request)}
	f.Add([]byte(good[0]))
	f.Add([]byte(good[1]))
	for _, v := range vectors(f) {
		f.Add([]byte(v.creation(f)))
		f.Add([]byte(v.assertion(f)))
	}
	f.Add([]byte(`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"","signature":""}}`))
	f.Fuzz(func(t *testing.T, response []byte) {
		made, err := rp.FinishCreate(createSession, ann, response)
		if err == nil && (!bytes.Equal(made.ID, d.id) || !bytes.Equal(made.PublicKey, c.PublicKey)) {
			t.Errorf("an invented credential was accepted: %+v", made)
		}
		if err != nil && refusal(err) == "" {
			t.Errorf("FinishCreate: %v", err)
		}
		v, err := rp.FinishGet(getSession, []webauthn.Credential{c}, response)
		if err == nil && v.SignCount != 2 {
			t.Errorf("an invented assertion was accepted: %+v", v)
		}
		if err != nil && refusal(err) == "" && !errors.Is(err, webauthn.ErrUnknownKey) {
			t.Errorf("FinishGet: %v", err)
		}
	})
}
