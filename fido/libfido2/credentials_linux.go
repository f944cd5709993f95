//go:build cgo && !nofido

package libfido2

/*
#include <fido.h>
#include <fido/credman.h>
*/
import "C"

import "nightlatch/fido"

func (s *session) credentials(pin string) (fido.CredentialList, error) {
	secret := text(pin)
	defer secret.wipe()
	meta := C.fido_credman_metadata_new()
	defer C.fido_credman_metadata_free(&meta)
	if r := C.fido_credman_get_dev_metadata(s.dev, meta, secret.ptr); r != C.FIDO_OK {
		return fido.CredentialList{}, status(r)
	}
	got := fido.CredentialList{
		Used:      int(C.fido_credman_rk_existing(meta)),
		Remaining: int(C.fido_credman_rk_remaining(meta)),
	}
	if got.Used == 0 {
		return got, nil // without credentials, some keys refuse to list relying parties
	}
	parties := C.fido_credman_rp_new()
	defer C.fido_credman_rp_free(&parties)
	if r := C.fido_credman_get_dev_rp(s.dev, parties, secret.ptr); r != C.FIDO_OK {
		return fido.CredentialList{}, status(r)
	}
	for i := range C.fido_credman_rp_count(parties) {
		party := fido.DiscoverableCredential{
			RPID:   C.GoString(C.fido_credman_rp_id(parties, i)),
			RPName: C.GoString(C.fido_credman_rp_name(parties, i)),
		}
		list, err := s.credentialsOf(party, secret)
		if err != nil {
			return fido.CredentialList{}, err
		}
		got.Credentials = append(got.Credentials, list...)
	}
	return got, nil
}

// credentialsOf lists the credentials of one relying party. If the key has truncated
// the party's ID (CTAP section 6.8.7), it cannot list its credentials. The result is
// then one entry without an ID.
func (s *session) credentialsOf(party fido.DiscoverableCredential, secret cText) ([]fido.DiscoverableCredential, error) {
	id := text(party.RPID)
	defer id.free()
	rk := C.fido_credman_rk_new()
	defer C.fido_credman_rk_free(&rk)
	switch r := C.fido_credman_get_dev_rk(s.dev, id.ptr, rk, secret.ptr); r {
	case C.FIDO_OK:
	case C.FIDO_ERR_NO_CREDENTIALS:
		return []fido.DiscoverableCredential{party}, nil
	default:
		return nil, status(r)
	}
	var list []fido.DiscoverableCredential
	for i := range C.fido_credman_rk_count(rk) {
		cred := C.fido_credman_rk(rk, i)
		one := party
		one.ID = octets(C.fido_cred_id_ptr(cred), C.fido_cred_id_len(cred))
		one.UserID = octets(C.fido_cred_user_id_ptr(cred), C.fido_cred_user_id_len(cred))
		one.UserName = C.GoString(C.fido_cred_user_name(cred))
		one.UserDisplayName = C.GoString(C.fido_cred_display_name(cred))
		list = append(list, one)
	}
	return list, nil
}

func (s *session) deleteResident(id []byte, pin string) error {
	secret := text(pin)
	defer secret.wipe()
	return result(C.fido_credman_del_dev_rk(s.dev, pointer(id), C.size_t(len(id)), secret.ptr))
}
