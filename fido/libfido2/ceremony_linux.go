//go:build cgo && !nofido

package libfido2

/*
#include <fido.h>
*/
import "C"

import (
	"errors"

	"nightlatch/fido"
)

func (s *session) makeCredential(r fido.CredentialRequest) (fido.Attestation, error) {
	cred := C.fido_cred_new()
	defer C.fido_cred_free(&cred)
	rpID, rpName := text(r.RPID), text(r.RPName)
	defer rpID.free()
	defer rpName.free()
	name, display := text(r.UserName), text(r.UserDisplayName)
	defer name.free()
	defer display.free()
	pin := text(r.PIN)
	defer pin.wipe()

	err := first(
		C.fido_cred_set_type(cred, C.int(r.Algorithm)),
		C.fido_cred_set_clientdata_hash(cred, pointer(r.ClientDataHash), C.size_t(len(r.ClientDataHash))),
		C.fido_cred_set_rp(cred, rpID.ptr, rpName.orNil()),
		C.fido_cred_set_user(cred, pointer(r.UserID), C.size_t(len(r.UserID)), name.ptr, display.orNil(), nil),
		C.fido_cred_set_rk(cred, option(r.Discoverable)),
		C.fido_cred_set_uv(cred, option(r.Verify)),
	)
	for _, id := range r.Exclude {
		if err == nil {
			err = result(C.fido_cred_exclude(cred, pointer(id), C.size_t(len(id))))
		}
	}
	if err == nil {
		err = result(C.fido_dev_make_cred(s.dev, cred, pin.orNil()))
	}
	if err != nil {
		return fido.Attestation{}, err
	}
	data, err := unwrap(octets(C.fido_cred_authdata_ptr(cred), C.fido_cred_authdata_len(cred)))
	return fido.Attestation{
		Format:      C.GoString(C.fido_cred_fmt(cred)),
		AuthData:    data,
		Signature:   octets(C.fido_cred_sig_ptr(cred), C.fido_cred_sig_len(cred)),
		Certificate: octets(C.fido_cred_x5c_ptr(cred), C.fido_cred_x5c_len(cred)),
	}, err
}

func (s *session) assert(r fido.AssertionRequest) (fido.Assertion, error) {
	a := C.fido_assert_new()
	defer C.fido_assert_free(&a)
	rpID := text(r.RPID)
	defer rpID.free()
	pin := text(r.PIN)
	defer pin.wipe()

	err := first(
		C.fido_assert_set_clientdata_hash(a, pointer(r.ClientDataHash), C.size_t(len(r.ClientDataHash))),
		C.fido_assert_set_rp(a, rpID.ptr),
		C.fido_assert_set_uv(a, option(r.Verify)),
	)
	if r.Silent && err == nil {
		err = result(C.fido_assert_set_up(a, C.FIDO_OPT_FALSE))
	}
	for _, id := range r.CredentialIDs {
		if err == nil {
			err = result(C.fido_assert_allow_cred(a, pointer(id), C.size_t(len(id))))
		}
	}
	if err == nil {
		err = result(C.fido_dev_get_assert(s.dev, a, pin.orNil()))
	}
	if r.Silent && !s.canCancel() && errors.Is(err, status(C.FIDO_ERR_INTERNAL)) {
		// For key handles of another length, some U2F keys use other status
		// words than 6a80.
		err = status(C.FIDO_ERR_NO_CREDENTIALS)
	}
	if err != nil {
		return fido.Assertion{}, err
	}
	if C.fido_assert_count(a) == 0 {
		return fido.Assertion{}, status(C.FIDO_ERR_NO_CREDENTIALS)
	}
	data, err := unwrap(octets(C.fido_assert_authdata_ptr(a, 0), C.fido_assert_authdata_len(a, 0)))
	return fido.Assertion{
		CredentialID: octets(C.fido_assert_id_ptr(a, 0), C.fido_assert_id_len(a, 0)),
		AuthData:     data,
		Signature:    octets(C.fido_assert_sig_ptr(a, 0), C.fido_assert_sig_len(a, 0)),
		UserID:       octets(C.fido_assert_user_id_ptr(a, 0), C.fido_assert_user_id_len(a, 0)),
	}, err
}

func option(on bool) C.fido_opt_t {
	if on {
		return C.FIDO_OPT_TRUE
	}
	return C.FIDO_OPT_OMIT
}

// result returns r as an error, or nil for FIDO_OK.
func result(r C.int) error {
	if r == C.FIDO_OK {
		return nil
	}
	return status(r)
}

// first returns the first result that is not FIDO_OK as an error.
func first(rs ...C.int) error {
	for _, r := range rs {
		if r != C.FIDO_OK {
			return status(r)
		}
	}
	return nil
}
