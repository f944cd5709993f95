package softkey

// A proof is the part of a request that proves user verification, or requests it.
type proof struct {
	param      *[]byte // pinUvAuthParam
	protocol   int
	uv         bool // use the sensor; ignored with a pinUvAuthParam
	permission byte
	rpID       string
}

// seen is what the PIN token or the sensor has shown about the user.
type seen struct {
	verified bool
	present  bool // no further touch is needed
}

// verify verifies the user if the host requests it (CTAP sections 6.1.2, step 11, and
// 6.2.2, step 6).
func (k *Key) verify(p proof, clientDataHash []byte, touched consent) (seen, code) {
	switch {
	case p.param != nil:
		if st := k.authorize(p.protocol, *p.param, clientDataHash, p.permission); st != ok {
			return seen{}, st
		}
		t := &k.pins.token
		if t.rpID == "" {
			t.rpID = p.rpID
		}
		if t.rpID != p.rpID {
			return seen{}, pinAuthInvalid
		}
		return seen{verified: true, present: t.present}, ok
	case !p.uv:
		return seen{}, ok
	case !k.state.Finger: // no sensor, or no finger enrolled
		return seen{}, invalidOption
	}
	switch st := k.builtIn(touched); st {
	case ok:
		return seen{verified: true, present: true}, ok
	case uvBlocked, uvInvalid:
		return seen{}, k.verificationRequired()
	default:
		return seen{}, st
	}
}

// verificationRequired returns the error of a key that needs user verification.
func (k *Key) verificationRequired() code {
	if len(k.state.PINHash) > 0 {
		return pinRequired
	}
	return denied
}

// builtIn verifies the user with the sensor, once (CTAP section 6.5.3.1,
// performBuiltInUv).
func (k *Key) builtIn(touched consent) code {
	if k.state.UVTries == 0 {
		return uvBlocked
	}
	if st := touched(); st != ok {
		return st
	}
	if !k.wrongFinger {
		k.state.UVTries = uvTries
		return ok
	}
	if k.state.UVTries--; k.state.UVTries == 0 {
		return uvBlocked
	}
	return uvInvalid
}
