package proof

import (
	"nightlatch/server/ceremony"
	"nightlatch/server/webauthn"
)

// KeyReason is why a person is told that a security key's answer was refused.
// What is not theirs to put right has one reason.
func KeyReason(refused *webauthn.RefusedError) ceremony.Reason {
	switch refused.Reason {
	case webauthn.NotVerified:
		return ceremony.KeyNoPIN
	case webauthn.OtherFormat:
		return ceremony.KeyFormat
	case webauthn.FromLab:
		return ceremony.KeyFromLab
	}
	return ceremony.KeyRefused
}
