package fido

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// A fakeDialog is a system's dialog that uses a fakeKey.
type fakeDialog struct {
	key     *fakeKey
	fate    error
	wait    bool
	made    []DialogCreation
	got     []DialogRequest
	spoil   func(*Assertion)
	channel string
}

func (f *fakeDialog) Create(ctx context.Context, r DialogCreation) (DialogAttestation, error) {
	f.made = append(f.made, r)
	if f.wait {
		<-ctx.Done()
		return DialogAttestation{}, errors.New("whatever the system says then")
	}
	if f.fate != nil {
		return DialogAttestation{}, f.fate
	}
	a, err := f.key.MakeCredential(ctx, CredentialRequest{
		ClientDataHash: hashOf(r.ClientData), RPID: r.RPID, Algorithm: ES256, Verify: r.Verification == "required",
	})
	return DialogAttestation{Attestation: a, Transport: f.channel, Discoverable: r.ResidentKey == "required"}, err
}

func (f *fakeDialog) Get(ctx context.Context, r DialogRequest) (Assertion, error) {
	f.got = append(f.got, r)
	if f.fate != nil {
		return Assertion{}, f.fate
	}
	a, err := f.key.Assert(ctx, AssertionRequest{ClientDataHash: hashOf(r.ClientData), RPID: r.RPID, Verify: r.Verification == "required"})
	if f.spoil != nil {
		f.spoil(&a)
	}
	return a, err
}

func dialogClient(t *testing.T, devices ...Device) (*Client, *fakeDialog) {
	t.Helper()
	f := &fakeDialog{key: newFake(t), channel: NFC}
	c, err := New(Config{
		Open: f.key, Dialog: f, Origin: testOrigin,
		Devices: func(context.Context) ([]Device, error) { return devices, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, f
}

// With a system's dialog, a ceremony without a key that it could use runs there. The
// response is that of a key, and has passed the same checks.
func TestCeremonyInTheSystemsDialog(t *testing.T) {
	t.Parallel()
	c, f := dialogClient(t)
	who := &script{}
	raw, err := c.Create(t.Context(), Device{}, creationJSON(t, obj{
		"timeout":            60_000,
		"excludeCredentials": []obj{{"type": "public-key", "id": "b2xk", "transports": []string{"usb"}}},
	}), who)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(who.shown, []PromptKind{SystemDialog, Remove}) {
		t.Errorf("shown %v", who.shown)
	}
	var made registration
	if err := json.Unmarshal(raw, &made); err != nil || string(made.ID) != "a credential" || !slices.Equal(made.Response.Transports, []string{NFC}) {
		t.Errorf("%s: %v", raw, err)
	}
	r := f.made[0]
	if r.RPID != "localhost" || r.RPName != "Nightlatch" || string(r.UserID) != "alice" || r.UserName != "alice" || r.UserDisplayName != "Alice" ||
		!slices.Equal(r.Algorithms, []int64{ES256}) || r.Attestation != "direct" || r.Timeout != time.Minute ||
		len(r.Exclude) != 1 || string(r.Exclude[0].ID) != "old" || !slices.Equal(r.Exclude[0].Transports, []string{USB}) {
		t.Errorf("the dialog got %+v", r)
	}
	want, _ := c.origin.clientData(typeCreate, []byte("challenge"))
	if string(r.ClientData) != string(want) || string(made.Response.ClientData) != string(want) {
		t.Errorf("client data %s", r.ClientData)
	}

	raw, err = c.Get(t.Context(), dialogDevice, requestJSON(t, obj{"allowCredentials": []obj{{"type": "public-key", "id": made.ID}}}), who)
	var got authentication
	if err != nil || json.Unmarshal(raw, &got) != nil || string(got.ID) != "a credential" || f.got[0].Timeout != dialogTimeout {
		t.Errorf("%s: %v", raw, err)
	}
	id, err := c.Identify(t.Context(), Device{}, "localhost", [][]byte{f.key.id}, who)
	if err != nil || string(id) != "a credential" {
		t.Errorf("identified %q: %v", id, err)
	}
}

// An answer of the dialog that a key must not give is refused.
func TestDialogIsNotTrusted(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*fakeDialog){
		"another relying party": func(f *fakeDialog) {
			f.key.dataOf = func(_ string, flags byte) (string, byte) { return "example.org", flags }
		},
		"nobody touched it": func(f *fakeDialog) {
			f.key.dataOf = func(rp string, flags byte) (string, byte) { return rp, flags &^ flagUserPresent }
		},
		"nobody was verified": func(f *fakeDialog) {
			f.key.dataOf = func(rp string, flags byte) (string, byte) { return rp, flags &^ flagUserVerified }
		},
		"no data": func(f *fakeDialog) {
			f.key.spoil = func(a *Attestation) { a.AuthData = nil }
			f.key.spoilAssert = func(a *Assertion) { a.AuthData = nil }
		},
		"another signature": func(f *fakeDialog) {
			f.key.spoil = func(a *Attestation) { a.Signature[9] ^= 1 }
			f.key.spoilAssert = func(a *Assertion) { a.Signature[9] ^= 1 }
		},
		"another credential": func(f *fakeDialog) {
			f.key.id = []byte("excluded")
		},
		"an algorithm that nobody asked for": func(f *fakeDialog) {
			f.key.spoil = func(a *Attestation) { a.Format = formatNone }
			f.key.spoilAssert = func(a *Assertion) { a.CredentialID = nil }
			f.channel = "EdDSA"
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, f := dialogClient(t)
			spoil(f)
			options := obj{"authenticatorSelection": obj{"userVerification": "required"}, "excludeCredentials": []obj{{"type": "public-key", "id": "ZXhjbHVkZWQ"}}}
			if f.channel == "EdDSA" {
				options["pubKeyCredParams"] = []obj{{"type": "public-key", "alg": EdDSA}}
			}
			raw, err := c.Create(t.Context(), Device{}, creationJSON(t, options), &script{})
			if !errors.Is(err, ErrUntrusted) || raw != nil {
				t.Errorf("created %s: %v", raw, err)
			}
			key, _ := parseCOSE(f.key.cose())
			c.remember(f.key.id, key)
			raw, err = c.Get(t.Context(), Device{}, requestJSON(t, obj{"userVerification": "required", "allowCredentials": []obj{{"type": "public-key", "id": "YSBjcmVkZW50aWFs"}}}), &script{})
			if !errors.Is(err, ErrUntrusted) || raw != nil {
				t.Errorf("signed %s: %v", raw, err)
			}
		})
	}
}

// The dialog's error reaches the caller with the dialog as the device, whose words differ
// from those of a key.
func TestDialogsErrors(t *testing.T) {
	t.Parallel()
	c, f := dialogClient(t)
	for _, want := range []error{ErrCancelled, ErrTimeout, &AlreadyEnrolledError{}, ErrNoDialog, &DialogError{Code: 7}} {
		f.fate = want
		_, created := c.Create(t.Context(), Device{}, creationJSON(t, nil), &script{})
		_, got := c.Get(t.Context(), Device{}, requestJSON(t, nil), &script{})
		for _, err := range []error{created, got} {
			if d, ok := DeviceOf(err); !errors.Is(err, want) || !ok || !d.Dialog {
				t.Errorf("%v of %+v for %v", err, d, want)
			}
		}
	}
}

// The dialog ends with the caller's context, and at the latest a moment after the timeout
// that it was given.
func TestDialogEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, f := dialogClient(t)
		f.wait = true
		begun := time.Now()
		_, err := c.Create(t.Context(), Device{}, creationJSON(t, obj{"timeout": 1}), &script{})
		if took := time.Since(begun); !errors.Is(err, ErrTimeout) || took != minDialogTimeout+dialogGrace {
			t.Errorf("%v after %v", err, took)
		}
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		if _, err := c.Create(ctx, Device{}, creationJSON(t, nil), &script{}); !errors.Is(err, ErrCancelled) {
			t.Errorf("cancelled: %v", err)
		}
	})
	for ms, want := range map[float64]time.Duration{0: dialogTimeout, 1: minDialogTimeout, 90_000: 90 * time.Second, 1e300: maxDialogTimeout, -5: minDialogTimeout} {
		if got := dialogLimit(ms); got != want {
			t.Errorf("a timeout of %v ms became %v, want %v", ms, got, want)
		}
	}
}

// A virtual key of the lab is used before the dialog, and other keys are not: the dialog
// finds them itself.
func TestLabKeysComeBeforeTheDialog(t *testing.T) {
	t.Parallel()
	lab, real := Device{Path: "lab", Transport: USB, Virtual: true}, Device{Path: "real", Transport: USB}
	for _, tt := range []struct {
		name           string
		there          []Device
		ceremony, care []string
	}{
		{"nothing", nil, []string{DialogPath}, nil},
		{"a real key", []Device{real}, []string{DialogPath}, []string{"real"}},
		{"a virtual key", []Device{real, lab}, []string{"lab"}, []string{"real", "lab"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := dialogClient(t, tt.there...)
			ds, err := c.Devices(t.Context())
			if err != nil || !slices.Equal(pathsOf(ForCeremony(ds)), tt.ceremony) || !slices.Equal(pathsOf(WithoutDialog(ds)), tt.care) {
				t.Errorf("%v, %v", ds, err)
			}
			who := &script{}
			if _, err := c.Create(t.Context(), Device{}, creationJSON(t, nil), who); err != nil || (who.shown[0] == SystemDialog) != (tt.ceremony[0] == DialogPath) {
				t.Errorf("shown %v: %v", who.shown, err)
			}
		})
	}
	if ds := []Device{real, lab}; !slices.Equal(ForCeremony(ds), ds) {
		t.Error("without a dialog all keys are for ceremonies")
	}
}

// The dialog does nothing but ceremonies.
func TestDialogHasNoCare(t *testing.T) {
	t.Parallel()
	c, _ := dialogClient(t)
	for _, d := range []Device{{}, dialogDevice} {
		_, err := c.Info(t.Context(), d)
		_, listed := c.Credentials(t.Context(), d, "1234")
		for _, err := range []error{err, listed, c.SetPIN(t.Context(), d, "", "1234"), c.Reset(t.Context(), d, &script{}), c.DeleteCredential(t.Context(), d, []byte("x"), "1234")} {
			if !errors.Is(err, ErrSystemSettings) {
				t.Errorf("%+v: %v", d, err)
			}
		}
	}
}

func pathsOf(ds []Device) (out []string) {
	for _, d := range ds {
		out = append(out, d.Path)
	}
	return out
}

func hashOf(client []byte) []byte { sum := sha256.Sum256(client); return sum[:] }
