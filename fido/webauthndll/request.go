package webauthndll

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf16"
	"unsafe"

	"nightlatch/fido"
)

// A making is the arguments of WebAuthNAuthenticatorMakeCredential. The structures keep
// each other alive through their pointers.
type making struct {
	rp         rpEntity
	user       userEntity
	parameters parameters
	client     clientData
	options    makeOptions
}

// newMaking translates a request for the given API version.
func newMaking(r fido.DialogCreation, api uint32, cancellation *guid) *making {
	m := &making{
		rp: rpEntity{version: rpVersion, id: utf16z(r.RPID), name: utf16z(cmp.Or(r.RPName, r.RPID))},
		user: userEntity{
			version: userVersion, idSize: size(r.UserID), id: pointer(r.UserID),
			name: utf16z(r.UserName), displayName: utf16z(cmp.Or(r.UserDisplayName, r.UserName)),
		},
		client: newClientData(r.ClientData),
		options: makeOptions{
			version:      makeOptionsVersion(api),
			timeout:      milliseconds(r.Timeout),
			attachment:   attachmentCrossPlatform, // a security key, not the computer itself
			verification: verificationOf(r.Verification),
			conveyance:   conveyanceOf(r.Attestation),
			cancellation: cancellation,
			exclude:      newList(r.Exclude),
		},
	}
	var all []parameter
	for _, alg := range r.Algorithms {
		all = append(all, parameter{version: parameterVersion, kind: utf16z(publicKey), algorithm: int32(alg)})
	}
	m.parameters = parameters{count: uint32(len(all)), first: unsafe.SliceData(all)}
	switch {
	case r.ResidentKey == "required":
		m.options.requireResident = 1
	case r.ResidentKey == "preferred" && m.options.version >= 4:
		m.options.preferResident = 1
	}
	return m
}

// A getting is the arguments of WebAuthNAuthenticatorGetAssertion.
type getting struct {
	rpID    *uint16
	client  clientData
	options getOptions
}

// newGetting translates a request for the given API version. It does not restrict the
// attachment: the allow list says which credentials are right.
func newGetting(r fido.DialogRequest, api uint32, cancellation *guid) *getting {
	return &getting{
		rpID:   utf16z(r.RPID),
		client: newClientData(r.ClientData),
		options: getOptions{
			version:      getOptionsVersion(api),
			timeout:      milliseconds(r.Timeout),
			attachment:   attachmentAny,
			verification: verificationOf(r.Verification),
			cancellation: cancellation,
			allow:        newList(r.Allow),
		},
	}
}

// The texts of the structures.
const (
	publicKey = "public-key" // WEBAUTHN_CREDENTIAL_TYPE_PUBLIC_KEY
	sha256    = "SHA-256"    // WEBAUTHN_HASH_ALGORITHM_SHA_256
)

func newClientData(json []byte) clientData {
	return clientData{version: clientVersion, size: size(json), json: pointer(json), hash: utf16z(sha256)}
}

// newList returns nil for an empty list.
func newList(all []fido.DialogCredential) *credentialList {
	if len(all) == 0 {
		return nil
	}
	var list []*credentialEx
	for _, c := range all {
		list = append(list, &credentialEx{
			version: credentialVersion, idSize: size(c.ID), id: pointer(c.ID),
			kind: utf16z(publicKey), transports: transportsOf(c.Transports),
		})
	}
	return &credentialList{count: uint32(len(list)), first: unsafe.SliceData(list)}
}

// transportsOf returns 0, no restriction, if one of the transports has no flag in the
// versions that this package knows.
func transportsOf(names []string) uint32 {
	var flags uint32
	for _, name := range names {
		flag := map[string]uint32{
			fido.USB: transportUSB, fido.NFC: transportNFC, "ble": transportBLE, "internal": transportInternal,
		}[name]
		if flag == 0 {
			return 0
		}
		flags |= flag
	}
	return flags
}

func verificationOf(requirement string) uint32 {
	switch requirement {
	case "required":
		return verificationRequired
	case "discouraged":
		return verificationDiscouraged
	}
	return verificationPreferred // the default (WebAuthn section 5.4.4)
}

func conveyanceOf(attestation string) uint32 {
	switch attestation {
	case "indirect":
		return conveyanceIndirect
	case "direct":
		return conveyanceDirect
	}
	return conveyanceNone // the default (WebAuthn section 5.4)
}

func milliseconds(d time.Duration) uint32 { return uint32(d.Milliseconds()) }

func size(b []byte) uint32 { return uint32(len(b)) }

func pointer(b []byte) *byte { return unsafe.SliceData(b) }

// utf16z encodes a text as a string of C. A NUL would end it, so NULs are left out.
func utf16z(s string) *uint16 {
	return unsafe.SliceData(append(utf16.Encode([]rune(strings.ReplaceAll(s, "\x00", ""))), 0))
}
