package webauthndll

import "nightlatch/fido"

// An hresult is a result of a function of the library (winerror.h). The high bit is set
// in errors.
type hresult uint32

func (h hresult) failed() bool { return h&0x8000_0000 != 0 }

// The results that webauthn.h names for WebAuthNGetErrorName.
const (
	nteExists            hresult = 0x8009_000f
	nteNotFound          hresult = 0x8009_0011
	nteStorageFull       hresult = 0x8009_0023 // NTE_TOKEN_KEYSET_STORAGE_FULL
	nteInvalidParameter  hresult = 0x8009_0027
	nteNotSupported      hresult = 0x8009_0029
	nteDeviceNotFound    hresult = 0x8009_0035
	nteUserCancelled     hresult = 0x8009_0036
	errorNotSupported    hresult = 0x8007_0032
	errorCancelled       hresult = 0x8007_04c7
	errorTimeout         hresult = 0x8007_05b4
	errorAccessDisabled  hresult = 0x8007_04ec // ERROR_ACCESS_DISABLED_BY_POLICY
	errorServiceDisabled hresult = 0x8007_0422
)

// asError returns the error for a result. name is that of WebAuthNGetErrorName, which is
// the DOMException that a browser would report; creating and verifying tell what the
// request was for.
func asError(h hresult, name string, creating, verifying bool) error {
	switch h {
	case nteExists:
		if creating {
			return &fido.AlreadyEnrolledError{}
		}
	case nteNotFound:
		if !creating {
			return fido.ErrNotEnrolled
		}
	case nteStorageFull:
		return fido.ErrNoSpace
	case nteDeviceNotFound:
		return fido.ErrNoKey
	case nteUserCancelled, errorCancelled:
		return fido.ErrCancelled
	case errorTimeout:
		return fido.ErrTimeout
	case nteNotSupported, errorNotSupported:
		if verifying {
			return fido.ErrNoVerification
		}
		return fido.ErrIncapable
	case errorAccessDisabled, errorServiceDisabled:
		return fido.ErrNoPermission
	}
	switch name {
	case "InvalidStateError":
		if creating {
			return &fido.AlreadyEnrolledError{}
		}
	case "NotAllowedError":
		return fido.ErrNotAllowed
	}
	return &fido.DialogError{Code: uint32(h), Name: name}
}
