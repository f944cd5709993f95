//go:build cgo && !nofido && linux

package libfido2_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	golib "github.com/keys-pub/go-libfido2"

	"nightlatch/fido/softkey"
)

// endpoint puts an authenticator behind a pseudo-terminal and returns its path.
// autoTouchKey makes a key with automatic touches.
// eachProtocol runs a test with each PIN protocol: with a key that supports only that
// one, so that libfido2 must use it.
func eachProtocol(t *testing.T, story func(t *testing.T, d *golib.Device)) {
	t.Helper()
	t.Parallel()
	for _, p := range []int{1, 2} {
		t.Run(fmt.Sprintf("PIN protocol %d", p), func(t *testing.T) {
			t.Parallel()
			d, err := golib.NewDevice(endpoint(t, autoTouchKey(t, softkey.Config{Protocols: []int{p}, Capacity: 2})))
			if err != nil {
				t.Fatal(err)
			}
			story(t, d)
		})
	}
}

var rp = golib.RelyingParty{ID: "localhost", Name: "Nightlatch"}

func user(name string) golib.User {
	return golib.User{ID: []byte(name), Name: name, DisplayName: name + "!"}
}

func TestSetAndChangePIN(t *testing.T) {
	eachProtocol(t, func(t *testing.T, d *golib.Device) {
		if err := d.SetPIN("123", ""); err == nil {
			t.Error("a PIN of three characters was accepted")
		}
		if err := d.SetPIN("123456", ""); err != nil {
			t.Fatalf("setting: %v", err)
		}
		if err := d.SetPIN("654321", "000000"); !errors.Is(err, golib.ErrPinInvalid) {
			t.Errorf("changing with a wrong PIN: %v", err)
		}
		if n, err := d.RetryCount(); err != nil || n != 7 {
			t.Errorf("%d tries left, %v; want 7", n, err)
		}
		if err := d.SetPIN("déjà vu 🔑", "123456"); err != nil {
			t.Fatalf("changing: %v", err)
		}
		if n, err := d.RetryCount(); err != nil || n != 8 {
			t.Errorf("%d tries left, %v; want 8", n, err)
		}
		if _, err := d.MakeCredential(random(), rp, user("alice"), golib.ES256, "déjà vu 🔑", nil); err != nil {
			t.Errorf("using the new PIN: %v", err)
		}
	})
}

func TestHMACSecret(t *testing.T) {
	eachProtocol(t, func(t *testing.T, d *golib.Device) {
		made, err := d.MakeCredential(random(), rp, user("alice"), golib.ES256, "",
			&golib.MakeCredentialOpts{Extensions: []golib.Extension{golib.HMACSecretExtension}})
		if err != nil {
			t.Fatal(err)
		}
		secret := func(salt []byte) []byte {
			a, err := d.Assertion("localhost", random(), [][]byte{made.CredentialID}, "", &golib.AssertionOpts{
				Extensions: []golib.Extension{golib.HMACSecretExtension}, HMACSalt: salt,
			})
			if err != nil {
				t.Fatal(err)
			}
			return a.HMACSecret
		}
		one, two := random(), random()
		first := secret(one)
		if len(first) != 32 || !bytes.Equal(first, secret(one)) || bytes.Equal(first, secret(two)) {
			t.Error("equal secrets for different salts, or different secrets for equal salts")
		}
	})
}

func TestCredentialManagement(t *testing.T) {
	eachProtocol(t, func(t *testing.T, d *golib.Device) {
		if err := d.SetPIN("123456", ""); err != nil {
			t.Fatal(err)
		}
		rk := &golib.MakeCredentialOpts{RK: golib.True}
		for _, name := range []string{"alice", "bob", "alice"} { // alice's second credential replaces her first
			if _, err := d.MakeCredential(random(), rp, user(name), golib.ES256, "123456", rk); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		_, err := d.MakeCredential(random(), rp, user("carol"), golib.EDDSA, "123456", rk)
		var full golib.Error
		if !errors.As(err, &full) || full.Code != 0x28 {
			t.Errorf("a third credential on a key with capacity two: %v", err)
		}
		info, err := d.CredentialsInfo("123456")
		if err != nil || info.RKExisting != 2 || info.RKRemaining != 0 {
			t.Errorf("%+v, %v; want two stored and none remaining", info, err)
		}
		parties, err := d.RelyingParties("123456")
		if err != nil || len(parties) != 1 || parties[0].ID != "localhost" {
			t.Errorf("%+v, %v; want only localhost", parties, err)
		}
		list, err := d.Credentials("localhost", "123456")
		if err != nil || len(list) != 2 || list[0].User.Name != "bob" || list[1].User.Name != "alice" {
			t.Fatalf("%+v, %v; want bob and alice", list, err)
		}
		if err := d.DeleteCredential(list[0].ID, "123456"); err != nil {
			t.Errorf("deleting: %v", err)
		}
		if _, err := d.Assertion("localhost", random(), [][]byte{list[0].ID}, "", nil); !errors.Is(err, golib.ErrNoCredentials) {
			t.Errorf("using a deleted credential: %v", err)
		}
		got, err := d.Assertion("localhost", random(), nil, "", nil)
		if err != nil || !bytes.Equal(got.CredentialID, list[1].ID) || string(got.User.ID) != "alice" {
			t.Errorf("with any credential: %+v, %v; want alice's", got, err)
		}
	})
}

// credProtect (CTAP section 12.1): level 3 hides a credential without the PIN.
func TestCredProtect(t *testing.T) {
	eachProtocol(t, func(t *testing.T, d *golib.Device) {
		if err := d.SetPIN("123456", ""); err != nil {
			t.Fatal(err)
		}
		made, err := d.MakeCredential(random(), rp, user("alice"), golib.ES256, "123456", &golib.MakeCredentialOpts{
			Extensions: []golib.Extension{golib.CredProtectExtension}, CredProtect: golib.CredProtectUVRequired,
		})
		if err != nil {
			t.Fatal(err)
		}
		ids := [][]byte{made.CredentialID}
		if _, err := d.Assertion("localhost", random(), ids, "", nil); !errors.Is(err, golib.ErrNoCredentials) {
			t.Errorf("without the PIN: %v", err)
		}
		if _, err := d.Assertion("localhost", random(), ids, "123456", nil); err != nil {
			t.Errorf("with the PIN: %v", err)
		}
	})
}

func TestReset(t *testing.T) {
	eachProtocol(t, func(t *testing.T, d *golib.Device) {
		if err := d.SetPIN("123456", ""); err != nil {
			t.Fatal(err)
		}
		made, err := d.MakeCredential(random(), rp, user("alice"), golib.ES256, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Reset(); err != nil {
			t.Fatalf("Reset: %v", err)
		}
		if _, err := d.Assertion("localhost", random(), [][]byte{made.CredentialID}, "", nil); !errors.Is(err, golib.ErrNoCredentials) {
			t.Errorf("an older credential: %v", err)
		}
		if err := d.SetPIN("123456", ""); err != nil {
			t.Errorf("it still has a PIN: %v", err)
		}
	})
}
