package webauthndll

import (
	"errors"
	"math"
	"testing"
	"unsafe"

	"nightlatch/fido"
)

// anAttestation is what the library returns for a new credential.
func anAttestation() *credentialAttestation {
	data, id, sig, cert := []byte("data with the-id inside"), []byte("the-id"), []byte("signature"), []byte("certificate")
	return &credentialAttestation{
		version: 4, format: utf16z("packed"),
		authData: pointer(data), authDataSize: size(data), id: pointer(id), idSize: size(id),
		decodeType: decodedCommon,
		decoded: unsafe.Pointer(&commonAttestation{
			signature: pointer(sig), signatureSize: size(sig), certificates: 1, certificate: &certificate{data: pointer(cert), size: size(cert)},
		}),
		transport: transportNFC, resident: 1,
	}
}

func anAssertion() *assertion {
	data, id, sig, user := []byte("data"), []byte("the-id"), []byte("signature"), []byte("handle")
	return &assertion{
		version: 1, authData: pointer(data), authDataSize: size(data), signature: pointer(sig), signatureSize: size(sig),
		credential: credential{id: pointer(id), idSize: size(id)}, userID: pointer(user), userIDSize: size(user),
	}
}

func TestReadAttestation(t *testing.T) {
	t.Parallel()
	got, err := readAttestation(anAttestation())
	if err != nil || got.Format != "packed" || string(got.AuthData) != "data with the-id inside" || string(got.Signature) != "signature" ||
		string(got.Certificate) != "certificate" || got.Transport != fido.NFC || !got.Discoverable {
		t.Errorf("%+v, %v", got, err)
	}
	// A structure of an older version ends earlier: the fields behind it are not read.
	old := anAttestation()
	old.version = 2
	if got, err := readAttestation(old); err != nil || got.Transport != "" || got.Discoverable {
		t.Errorf("version 2: %+v, %v", got, err)
	}
	// A statement that is not decoded, or of a format that security keys do not have, is
	// left out.
	for _, change := range []func(a *credentialAttestation){
		func(a *credentialAttestation) { a.decodeType = 0 },
		func(a *credentialAttestation) { a.decoded = nil },
		func(a *credentialAttestation) { a.format = utf16z("tpm") },
		func(a *credentialAttestation) { a.format = utf16z("none") },
	} {
		a := anAttestation()
		change(a)
		if got, err := readAttestation(a); err != nil || got.Format != "none" || got.Signature != nil || got.Certificate != nil {
			t.Errorf("%+v, %v", got, err)
		}
	}
	for flags, name := range map[uint32]string{transportUSB: "usb", transportBLE: "ble", transportInternal: "internal", 0x20: "", 3: "", 0: ""} {
		if got := transportName(flags); got != name {
			t.Errorf("transport %#x is %q", flags, got)
		}
	}
}

// wild is an address without memory.
func wild() unsafe.Pointer { p := uintptr(0x12340); return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// A wrong answer of the library is an error, and never ends the program.
func TestGarbage(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(a *credentialAttestation){
		"version 0":               func(a *credentialAttestation) { a.version = 0 },
		"no format":               func(a *credentialAttestation) { a.format = nil },
		"a format without an end": func(a *credentialAttestation) { a.format = utf16z("packedpackedpackedpackedpackedpackedpacked") },
		"no data":                 func(a *credentialAttestation) { a.authData = nil },
		"data of no size":         func(a *credentialAttestation) { a.authDataSize = 0 },
		"data of 4 GB":            func(a *credentialAttestation) { a.authDataSize = math.MaxUint32 },
		"data nowhere":            func(a *credentialAttestation) { a.authData = (*byte)(wild()) },
		"no ID":                   func(a *credentialAttestation) { a.id = nil },
		"an ID of 2 KB":           func(a *credentialAttestation) { a.idSize = 2048 },
		"another ID":              func(a *credentialAttestation) { a.id = pointer([]byte("another")) },
		"a statement nowhere":     func(a *credentialAttestation) { a.decoded = wild() },
		"a statement without signature": func(a *credentialAttestation) {
			a.decoded = unsafe.Pointer(&commonAttestation{signatureSize: 70})
		},
	} {
		a := anAttestation()
		change(a)
		if got, err := readAttestation(a); !errors.Is(err, fido.ErrUntrusted) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, change := range map[string]func(a *assertion){
		"version 0":           func(a *assertion) { a.version = 0 },
		"no data":             func(a *assertion) { a.authData = nil },
		"data of 4 GB":        func(a *assertion) { a.authDataSize = math.MaxUint32 },
		"no signature":        func(a *assertion) { a.signatureSize = 0 },
		"a signature nowhere": func(a *assertion) { a.signature = (*byte)(wild()) },
		"no credential":       func(a *assertion) { a.credential = credential{} },
		"a long user ID":      func(a *assertion) { a.userIDSize = 65 },
		"no user ID":          func(a *assertion) { a.userID = nil },
	} {
		a := anAssertion()
		change(a)
		if got, err := readAssertion(a); !errors.Is(err, fido.ErrUntrusted) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := readAttestation(nil); !errors.Is(err, fido.ErrUntrusted) {
		t.Error(err)
	}
	if _, err := readAssertion(nil); !errors.Is(err, fido.ErrUntrusted) {
		t.Error(err)
	}
}

func TestReadAssertion(t *testing.T) {
	t.Parallel()
	got, err := readAssertion(anAssertion())
	if err != nil || string(got.AuthData) != "data" || string(got.Signature) != "signature" || string(got.CredentialID) != "the-id" || string(got.UserID) != "handle" {
		t.Errorf("%+v, %v", got, err)
	}
	anonymous := anAssertion() // a key may leave the user out (CTAP section 6.2.2)
	anonymous.userID, anonymous.userIDSize = nil, 0
	if got, err := readAssertion(anonymous); err != nil || got.UserID != nil {
		t.Errorf("%+v, %v", got, err)
	}
}
