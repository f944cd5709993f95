package proof

import (
	"nightlatch/server/ceremony"
	"nightlatch/server/webauthn"
)

// KeyReason is the reason shown for a refused answer of a security key. Failures that the
// user can't fix share one reason.
func KeyReason(refused *webauthn.RefusedError) ceremony.Reason {
	switch refused.Reason {
	case webauthn.NotVerified:
		return ceremony.KeyNoPIN
	case webauthn.OtherFormat:
		return ceremony.KeyFormat
	case webauthn.BadPublicKey:
		return ceremony.KeyUnusable
	case webauthn.FromLab:
		return ceremony.KeyFromLab
	}
	return ceremony.KeyRefused
}
