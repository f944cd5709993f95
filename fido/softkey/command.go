package softkey

import (
	"context"

	"nightlatch/fido/ctap2/wire"
	"nightlatch/fido/ctaphid"
)

// A code is a CTAP status (CTAP section 8.2).
type code byte

const (
	ok                code = 0x00
	invalidCommand    code = 0x01
	invalidParameter  code = 0x02
	invalidLength     code = 0x03
	unexpectedType    code = 0x11
	invalidCBOR       code = 0x12
	missingParameter  code = 0x14
	limitExceeded     code = 0x15
	excluded          code = 0x19
	unsupportedAlg    code = 0x26
	denied            code = 0x27
	storeFull         code = 0x28
	unsupportedOption code = 0x2b
	invalidOption     code = 0x2c
	cancelled         code = 0x2d
	noCredentials     code = 0x2e
	noAction          code = 0x2f // the user did nothing
	notAllowed        code = 0x30
	pinInvalid        code = 0x31
	pinBlocked        code = 0x32
	pinAuthInvalid    code = 0x33
	pinAuthBlocked    code = 0x34
	pinNotSet         code = 0x35
	pinRequired       code = 0x36 // PUAT_REQUIRED in CTAP 2.1: PIN or finger
	pinPolicy         code = 0x37
	tooLarge          code = 0x39
	uvBlocked         code = 0x3c
	invalidSubcommand code = 0x3e
	uvInvalid         code = 0x3f
	unauthorized      code = 0x40
)

// A consent waits for a touch and returns ok after it.
type consent func() code

func (k *Key) run(ctx context.Context, command byte, params []byte, report func(ctaphid.Status)) (any, code) {
	touched := func() code { return k.wait(ctx, report) }
	series, listing := k.next, k.listing
	k.next, k.listing = nil, nil // any other command ends an enumeration (CTAP section 6)
	switch command {
	case wire.MakeCredential:
		return k.makeCredential(params, touched)
	case wire.GetAssertion:
		return k.getAssertion(params, touched)
	case wire.GetNextAssertion:
		return k.getNextAssertion(series)
	case wire.GetInfo:
		return k.info(), ok
	case wire.ClientPIN:
		return k.clientPIN(params, touched)
	case wire.Reset:
		return nil, k.reset(touched)
	case wire.CredMgmt, wire.CredMgmtPreview:
		return k.manageCredentials(params, listing)
	case wire.Selection:
		return nil, touched()
	}
	return nil, invalidCommand
}

// wait waits for a touch. It unlocks the key meanwhile, so that Report does not block.
func (k *Key) wait(ctx context.Context, report func(ctaphid.Status)) code {
	k.mu.Unlock()
	defer k.mu.Lock()
	report(ctaphid.UserPresence)
	defer report(ctaphid.Processing)
	limited, stop := context.WithTimeout(ctx, k.traits.TouchFor)
	defer stop()
	switch err := k.touch.Wait(limited); {
	case ctx.Err() != nil:
		return cancelled
	case err != nil:
		return code(k.traits.NoTouch)
	}
	return ok
}

// reset restores the factory state (CTAP section 6.6). It is allowed only shortly
// after the key was plugged in.
func (k *Key) reset(touched consent) code {
	if k.now().Sub(k.since) > resetWindow {
		return notAllowed
	}
	if st := touched(); st != ok {
		return st
	}
	k.state = blank(k.kind)
	k.state.Finger = false // must be enrolled again
	k.pins.powerUp()
	return ok
}

// The versions and extensions that getInfo reports.
var (
	versions   = []string{"FIDO_2_0", "FIDO_2_1"}
	extensions = []string{"credProtect", "hmac-secret"}
)

type algorithm struct {
	Alg  int64  `cbor:"alg"`
	Type string `cbor:"type"`
}

// info is the answer of authenticatorGetInfo (CTAP section 6.4).
type info struct {
	Versions         []string        `cbor:"1,keyasint"`
	Extensions       []string        `cbor:"2,keyasint"`
	AAGUID           []byte          `cbor:"3,keyasint"`
	Options          map[string]bool `cbor:"4,keyasint"`
	MaxMessage       int             `cbor:"5,keyasint,omitempty"`
	PINProtocols     []int           `cbor:"6,keyasint,omitempty"`
	MaxCredentials   int             `cbor:"7,keyasint,omitempty"`
	MaxCredentialID  int             `cbor:"8,keyasint,omitempty"`
	Transports       []string        `cbor:"9,keyasint,omitempty"`
	Algorithms       []algorithm     `cbor:"10,keyasint,omitempty"`
	ForcePINChange   bool            `cbor:"12,keyasint"`
	MinPIN           int             `cbor:"13,keyasint,omitempty"`
	Firmware         int             `cbor:"14,keyasint"`
	UVAttempts       int             `cbor:"17,keyasint,omitempty"` // to make before the host asks for the PIN
	UVModality       int             `cbor:"18,keyasint,omitempty"`
	RemainingStorage *int            `cbor:"20,keyasint,omitempty"`
}

// fingerprint is USER_VERIFY_FINGERPRINT_INTERNAL of the FIDO Registry of
// Predefined Values, section 3.1.
const fingerprint = 0x02

func (k *Key) info() info {
	in := info{
		Versions:   versions,
		Extensions: extensions,
		AAGUID:     AAGUID[:],
		Options: map[string]bool{
			"rk":                    true,
			"up":                    true,
			"plat":                  false,
			"clientPin":             len(k.state.PINHash) > 0,
			"pinUvAuthToken":        true,
			"makeCredUvNotRqd":      true,
			"credMgmt":              true,
			"credentialMgmtPreview": true,
		},
		PINProtocols:   k.protocols,
		ForcePINChange: k.state.ForceChange,
		Firmware:       1,
	}
	if t := k.traits; !t.Unreported {
		left := k.left()
		in.MaxMessage, in.MaxCredentials, in.MaxCredentialID, in.MinPIN = t.MaxMessage, t.MaxList, t.MaxID, t.MinPIN
		in.Transports, in.RemainingStorage = t.Transports, &left
		for _, alg := range t.Algorithms {
			in.Algorithms = append(in.Algorithms, algorithm{alg, publicKeyType})
		}
	}
	k.traits.options(in.Options)
	if k.kind == Fingerprint {
		in.Options["uv"] = k.state.Finger
		in.UVAttempts, in.UVModality = uvTries, fingerprint
	}
	return in
}
