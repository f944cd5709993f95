package webauthn_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"nightlatch/server/account"
	"nightlatch/server/webauthn"
)

// A Credential can be converted to the type in the account's record. Otherwise this does not
// compile.
var _ = account.Credential(webauthn.Credential{})

var ann = webauthn.User{ID: []byte("kq7v3x2m5n4p6r7s2t3u4v5w6x"), Name: "ann", DisplayName: "ann"}

func newRP(t testing.TB, verification string) *webauthn.RP {
	t.Helper()
	return rpAt(t, "localhost", verification, "http://localhost:8440", "http://localhost")
}

func rpAt(t testing.TB, id, verification string, origins ...string) *webauthn.RP {
	t.Helper()
	rp, err := webauthn.New(webauthn.Config{
		RPID: id, RPName: "Nightlatch", Origins: func() []string { return origins }, UserVerification: verification,
	})
	if err != nil {
		t.Fatal(err)
	}
	return rp
}

func classic(t testing.TB) *webauthn.RP  { return newRP(t, webauthn.VerificationDiscouraged) }
func hardened(t testing.TB) *webauthn.RP { return newRP(t, webauthn.VerificationRequired) }

// enroll creates a credential, which must succeed.
func enroll(t testing.TB, rp *webauthn.RP, d *device) webauthn.Credential {
	t.Helper()
	raw, session, err := rp.BeginCreate(ann, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := rp.FinishCreate(session, ann, d.create(raw))
	if err != nil {
		t.Fatal(err, errors.Unwrap(err))
	}
	return c
}

// signIn makes an assertion.
func signIn(t testing.TB, rp *webauthn.RP, d *device, creds ...webauthn.Credential) (webauthn.Verified, error) {
	t.Helper()
	raw, session := begin(t, rp, creds...)
	return rp.FinishGet(session, creds, d.get(raw))
}

func begin(t testing.TB, rp *webauthn.RP, creds ...webauthn.Credential) (json.RawMessage, []byte) {
	t.Helper()
	descriptors := make([]webauthn.Descriptor, len(creds))
	for i, c := range creds {
		descriptors[i] = c.Descriptor()
	}
	raw, session, err := rp.BeginGet(descriptors)
	if err != nil {
		t.Fatal(err)
	}
	return raw, session
}

func refusal(err error) webauthn.Reason {
	var refused *webauthn.RefusedError
	if errors.As(err, &refused) && errors.Is(err, webauthn.ErrRefused) {
		return refused.Reason
	}
	return ""
}

// TestEveryAlgorithm enrols and signs in with each algorithm that is offered.
func TestEveryAlgorithm(t *testing.T) {
	t.Parallel()
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, signer := range map[string]crypto.Signer{"ES256": es256(t), "EdDSA": ed, "RS256": rs} {
		for _, format := range []string{"none", "packed"} {
			t.Run(name+" "+format, func(t *testing.T) {
				t.Parallel()
				rp, d := classic(t), newDevice(t, signer)
				d.format = format
				c := enroll(t, rp, d)
				if c.Format != format || c.RPID != "localhost" || c.SignCount != 1 || !bytes.Equal(c.ID, d.id) ||
					!bytes.Equal(c.AAGUID, d.aaguid) || !slices.Equal(c.Transports, []string{"usb", "nfc"}) || !bytes.Equal(c.UserHandle, ann.ID) {
					t.Errorf("credential %+v", c)
				}
				d.counter = 2
				v, err := signIn(t, rp, d, c)
				if err != nil || v.SignCount != 2 || v.CounterStalled || v.UserVerified || !bytes.Equal(v.CredentialID, d.id) {
					t.Errorf("%+v, %v", v, err)
				}
			})
		}
	}
}

// TestMakersCertificates: a statement signed by a key's maker is verified, but needs no
// trust anchor.
func TestMakersCertificates(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"packed-x5c", "fido-u2f"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			rp, d := classic(t), newDevice(t, es256(t))
			d.format = format
			if format == "fido-u2f" {
				d.aaguid = make([]byte, 16) // U2F keys have none
			}
			c := enroll(t, rp, d)
			d.counter++
			if _, err := signIn(t, rp, d, c); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCreationOptions(t *testing.T) {
	t.Parallel()
	d := newDevice(t, es256(t))
	exclude := []webauthn.Descriptor{
		{ID: []byte("first"), Transports: []string{"usb"}, RPID: "localhost"},
		{ID: []byte("elsewhere"), RPID: "nightlatch.example"},
		{ID: []byte("second")},
	}
	for verification, rp := range map[string]*webauthn.RP{"discouraged": classic(t), "required": hardened(t)} {
		raw, session, err := rp.BeginCreate(ann, exclude)
		if err != nil {
			t.Fatal(err)
		}
		o := d.read(raw)
		if handle, err := base64.RawURLEncoding.DecodeString(o.User.ID); err != nil || !bytes.Equal(handle, ann.ID) || o.User.Name != "ann" {
			t.Errorf("user %+v, %v", o.User, err)
		}
		if challenge, err := base64.RawURLEncoding.DecodeString(o.Challenge); err != nil || len(challenge) < 16 {
			t.Errorf("challenge %q, %v", o.Challenge, err)
		}
		if o.RP.ID != "localhost" || o.RP.Name != "Nightlatch" || o.Attestation != "none" || o.Timeout <= 0 {
			t.Errorf("options %s", raw)
		}
		if o.Selection.ResidentKey != "discouraged" || o.Selection.RequireResident || o.Selection.Attachment != "" || o.Selection.UserVerification != verification {
			t.Errorf("selection %+v", o.Selection)
		}
		var algorithms []int
		for _, p := range o.Parameters {
			algorithms = append(algorithms, p.Alg)
		}
		if !slices.Equal(algorithms, []int{-7, -8, -257}) {
			t.Errorf("algorithms %v", algorithms)
		}
		if len(o.Exclude) != 2 || o.Exclude[0].ID != b64([]byte("first")) || o.Exclude[0].Transports[0] != "usb" || o.Exclude[1].ID != b64([]byte("second")) {
			t.Errorf("exclude %+v", o.Exclude) // R33
		}
		if strings.Contains(string(raw), "publicKey") || !strings.Contains(string(session), o.Challenge) {
			t.Errorf("options %s, session %s", raw, session)
		}
		again, _, err := rp.BeginCreate(ann, nil)
		if err != nil || d.read(again).Challenge == o.Challenge {
			t.Error("a challenge was used twice")
		}
	}
}

func TestRequestOptions(t *testing.T) {
	t.Parallel()
	d := newDevice(t, es256(t))
	creds := []webauthn.Descriptor{{ID: []byte("first"), Transports: []string{"nfc"}, RPID: "localhost"}, {ID: []byte("elsewhere"), RPID: "nightlatch.example"}}
	raw, _, err := hardened(t).BeginGet(creds)
	if err != nil {
		t.Fatal(err)
	}
	o := d.read(raw)
	if o.RPID != "localhost" || o.UserVerification != "required" || len(o.Allow) != 1 || o.Allow[0].ID != b64([]byte("first")) || o.Allow[0].Transports[0] != "nfc" {
		t.Errorf("options %s", raw)
	}
	if _, _, err := classic(t).BeginGet(creds[1:]); !errors.Is(err, webauthn.ErrOtherRP) {
		t.Errorf("only keys of another relying party: %v", err)
	}
	if _, _, err := classic(t).BeginGet(nil); err == nil {
		t.Error("BeginGet accepted an empty list of keys")
	}
}

// TestForeignCredential: a valid key of another account is refused.
func TestForeignCredential(t *testing.T) {
	t.Parallel()
	rp, mine, foreign := classic(t), newDevice(t, es256(t)), newDevice(t, es256(t))
	c := enroll(t, rp, mine)
	enroll(t, rp, foreign)
	foreign.counter = 2
	if _, err := signIn(t, rp, foreign, c); !errors.Is(err, webauthn.ErrUnknownKey) {
		t.Errorf("%v; want ErrUnknownKey", err)
	}
}

// TestDeletedMeanwhile: one of two allowed keys is deleted during the ceremony. The other
// one is accepted, the deleted one is not.
func TestDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	rp, first, second := classic(t), newDevice(t, es256(t)), newDevice(t, es256(t))
	a, b := enroll(t, rp, first), enroll(t, rp, second)
	first.counter, second.counter = 2, 2
	raw, session := begin(t, rp, a, b)
	if _, err := rp.FinishGet(session, []webauthn.Credential{b}, first.get(raw)); !errors.Is(err, webauthn.ErrUnknownKey) {
		t.Errorf("the deleted one: %v", err)
	}
	if _, err := rp.FinishGet(session, []webauthn.Credential{b}, second.get(raw)); err != nil {
		t.Errorf("the other: %v", err)
	}
}

// TestAddedMeanwhile: a key that was not in the options is refused.
func TestAddedMeanwhile(t *testing.T) {
	t.Parallel()
	rp, first, second := classic(t), newDevice(t, es256(t)), newDevice(t, es256(t))
	a, b := enroll(t, rp, first), enroll(t, rp, second)
	second.counter = 2
	raw, session := begin(t, rp, a)
	if _, err := rp.FinishGet(session, []webauthn.Credential{a, b}, second.get(raw)); err == nil {
		t.Error("the key was accepted")
	}
}

// TestOtherRP: the server's name has changed since the key was enrolled.
func TestOtherRP(t *testing.T) {
	t.Parallel()
	d := newDevice(t, es256(t))
	c := enroll(t, classic(t), d)
	moved := rpAt(t, "nightlatch.example", webauthn.VerificationDiscouraged, "https://nightlatch.example")
	own := newDevice(t, es256(t))
	own.rpID, own.origin = "nightlatch.example", "https://nightlatch.example"
	raw, session := begin(t, moved, enroll(t, moved, own))
	d.counter, d.origin = 2, own.origin
	if _, err := moved.FinishGet(session, []webauthn.Credential{c}, d.get(raw)); !errors.Is(err, webauthn.ErrOtherRP) {
		t.Errorf("%v; want ErrOtherRP", err)
	}
}

// TestCounterR34: a counter that does not grow is reported and not refused. One that is
// always zero is not reported.
func TestCounterR34(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name              string
		stored, presented uint32
		stalled           bool
		kept              uint32
	}{
		{"grows", 5, 6, false, 6},
		{"grows by much", 5, 5000, false, 5000},
		{"stands still", 5, 5, true, 5},
		{"goes back", 5, 4, true, 5},
		{"falls to zero", 5, 0, true, 5},
		{"never counts", 0, 0, false, 0},
		{"begins to count", 0, 1, false, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rp, d := classic(t), newDevice(t, es256(t))
			d.counter = tt.stored
			c := enroll(t, rp, d)
			d.counter = tt.presented
			v, err := signIn(t, rp, d, c)
			if err != nil || v.CounterStalled != tt.stalled || v.SignCount != tt.kept {
				t.Errorf("%+v, %v", v, err)
			}
		})
	}
}

// TestHardenedWithPIN and a discoverable credential that names its user.
func TestHardenedWithPIN(t *testing.T) {
	t.Parallel()
	rp, d := hardened(t), newDevice(t, es256(t))
	d.flags, d.handle = up|uv|be|bs, ann.ID
	c := enroll(t, rp, d)
	if !c.UserVerified || !c.BackupEligible || !c.BackedUp {
		t.Errorf("credential %+v", c)
	}
	d.counter, d.flags = 2, up|uv|be
	if v, err := signIn(t, rp, d, c); err != nil || !v.UserVerified || v.BackedUp {
		t.Errorf("%+v, %v", v, err)
	}
}

// TestOriginsAreReadForEachCeremony, because the server learns its port when it starts to
// listen.
func TestOriginsAreReadForEachCeremony(t *testing.T) {
	t.Parallel()
	origins := []string{"http://localhost:1"}
	rp, err := webauthn.New(webauthn.Config{
		RPID: "localhost", RPName: "Nightlatch", Origins: func() []string { return origins }, UserVerification: "discouraged",
	})
	if err != nil {
		t.Fatal(err)
	}
	d := newDevice(t, es256(t))
	raw, session, err := rp.BeginCreate(ann, nil)
	if err != nil {
		t.Fatal(err)
	}
	response := d.create(raw)
	if _, err := rp.FinishCreate(session, ann, response); refusal(err) != webauthn.OtherOrigin {
		t.Errorf("before: %v", err)
	}
	origins = []string{"http://localhost:8440"}
	if _, err := rp.FinishCreate(session, ann, response); err != nil {
		t.Errorf("after: %v", err)
	}
}

func TestNewChecks(t *testing.T) {
	t.Parallel()
	origins := func() []string { return nil }
	for _, cfg := range []webauthn.Config{
		{},
		{RPID: "localhost", RPName: "N", UserVerification: "required"},
		{RPID: "localhost", Origins: origins, UserVerification: "required"},
		{RPID: "localhost", RPName: "N", Origins: origins, UserVerification: "preferred"},
		{RPID: "http://localhost", RPName: "N", Origins: origins, UserVerification: "required"},
		{RPID: "localhost:8440", RPName: "N", Origins: origins, UserVerification: "required"},
	} {
		if _, err := webauthn.New(cfg); err == nil {
			t.Errorf("New(%+v) was accepted", cfg)
		}
	}
	if _, err := classic(t).FinishGet([]byte("no session"), nil, nil); err == nil {
		t.Error("an invalid session was accepted")
	}
}

// TestModelsMatchPackageFido: the list of models is the same as in package fido.
func TestModelsMatchPackageFido(t *testing.T) {
	t.Parallel()
	mine, err := os.ReadFile("models.txt")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.ReadFile("../../fido/models.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(mine, theirs) {
		t.Error("server/webauthn/models.txt and fido/models.txt differ; copy one over the other")
	}
	if got := webauthn.Model([]byte("Nightlatch lab k")); got != "Nightlatch lab key" {
		t.Errorf("the lab's key is %q", got)
	}
	for _, unknown := range [][]byte{nil, make([]byte, 16), []byte("short")} {
		if got := webauthn.Model(unknown); got != "" {
			t.Errorf("Model(%x) = %q", unknown, got)
		}
	}
}
