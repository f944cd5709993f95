package webauthndll

import (
	"bytes"
	"fmt"
	"runtime/debug"
	"unicode/utf16"
	"unsafe"

	"nightlatch/fido"
)

// Maximum sizes of what the library returns, in bytes. A key sends at most 1,200 bytes
// over USB in one message of usual size, and 7,609 at most (CTAP section 11.2.4).
const (
	mostAuthData    = 8 << 10
	mostSignature   = 2 << 10
	mostCertificate = 8 << 10
	mostID          = 1023 // WebAuthn section 4
	mostUserID      = 64
	mostFormat      = 32 // UTF-16 units
)

// readAttestation copies what the library returned. It does not trust it: sizes are
// limited, and a wrong pointer is an error.
func readAttestation(a *credentialAttestation) (out fido.DialogAttestation, err error) {
	defer survive(&err)()
	if a == nil || a.version == 0 {
		return out, untrusted("it is empty")
	}
	format, err := text(a.format)
	if err != nil {
		return out, err
	}
	if out.AuthData, err = copied("authenticator data", a.authData, a.authDataSize, mostAuthData); err != nil {
		return out, err
	}
	id, err := copied("credential ID", a.id, a.idSize, mostID)
	if err != nil {
		return out, err
	}
	if !bytes.Contains(out.AuthData, id) {
		return out, untrusted("its credential ID is not that of its data")
	}
	out.Format = "none"
	if a.decodeType == decodedCommon && a.decoded != nil && (format == "packed" || format == "fido-u2f") {
		out.Format = format
		if err := readStatement((*commonAttestation)(a.decoded), &out.Attestation); err != nil {
			return out, err
		}
	}
	if a.version >= 3 {
		out.Transport = transportName(a.transport)
	}
	out.Discoverable = a.version >= 4 && a.resident != 0
	return out, nil
}

func readStatement(s *commonAttestation, out *fido.Attestation) (err error) {
	if out.Signature, err = copied("attestation signature", s.signature, s.signatureSize, mostSignature); err != nil {
		return err
	}
	if s.certificates > 0 && s.certificate != nil {
		out.Certificate, err = copied("attestation certificate", s.certificate.data, s.certificate.size, mostCertificate)
	}
	return err
}

// readAssertion is readAttestation for an assertion.
func readAssertion(a *assertion) (out fido.Assertion, err error) {
	defer survive(&err)()
	if a == nil || a.version == 0 {
		return out, untrusted("it is empty")
	}
	if out.AuthData, err = copied("authenticator data", a.authData, a.authDataSize, mostAuthData); err != nil {
		return out, err
	}
	if out.Signature, err = copied("signature", a.signature, a.signatureSize, mostSignature); err != nil {
		return out, err
	}
	if out.CredentialID, err = copied("credential ID", a.credential.id, a.credential.idSize, mostID); err != nil {
		return out, err
	}
	if a.userIDSize > 0 {
		out.UserID, err = copied("user ID", a.userID, a.userIDSize, mostUserID)
	}
	return out, err
}

// survive turns the fault of reading from a wrong address into an error. Use it as
// defer survive(&err)().
func survive(err *error) func() {
	was := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(was)
		if fault := recover(); fault != nil {
			*err = untrusted("it cannot be read: %v", fault)
		}
	}
}

func copied(what string, from *byte, size, most uint32) ([]byte, error) {
	if from == nil || size == 0 || size > most {
		return nil, untrusted("its %s has %d bytes", what, size)
	}
	return bytes.Clone(unsafe.Slice(from, size)), nil
}

func text(from *uint16) (string, error) {
	if from == nil {
		return "", untrusted("a text is missing")
	}
	var units []uint16
	for p := from; *p != 0; p = (*uint16)(unsafe.Add(unsafe.Pointer(p), 2)) {
		if units = append(units, *p); len(units) > mostFormat {
			return "", untrusted("a text is too long")
		}
	}
	return string(utf16.Decode(units)), nil
}

func transportName(flags uint32) string {
	switch flags {
	case transportUSB:
		return fido.USB
	case transportNFC:
		return fido.NFC
	case transportBLE:
		return "ble"
	case transportInternal:
		return "internal"
	}
	return ""
}

func untrusted(format string, args ...any) error {
	return &fido.UntrustedError{Reason: fmt.Sprintf(format, args...)}
}
