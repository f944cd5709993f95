package softkey

import (
	"bytes"
	"slices"

	"github.com/fxamacker/cbor/v2"
)

// The subcommands of authenticatorCredentialManagement (CTAP section 6.8).
const (
	manageMetadata  = 0x01
	manageRPsBegin  = 0x02
	manageRPsNext   = 0x03
	manageBegin     = 0x04
	manageNext      = 0x05
	manageDelete    = 0x06
	manageUpdate    = 0x07
	protectOptional = 1
)

// manageRequest is the input of authenticatorCredentialManagement.
type manageRequest struct {
	Subcommand int             `cbor:"1,keyasint"`
	Params     cbor.RawMessage `cbor:"2,keyasint"`
	Protocol   int             `cbor:"3,keyasint"`
	Auth       []byte          `cbor:"4,keyasint"`
}

type manageParams struct {
	RPIDHash   []byte     `cbor:"1,keyasint"`
	Credential descriptor `cbor:"2,keyasint"`
	User       *user      `cbor:"3,keyasint"`
}

// manageAnswer is its answer; each subcommand fills what it has.
type manageAnswer struct {
	Existing    *int            `cbor:"1,keyasint,omitempty"`
	Remaining   *int            `cbor:"2,keyasint,omitempty"`
	RP          *party          `cbor:"3,keyasint,omitempty"`
	RPIDHash    []byte          `cbor:"4,keyasint,omitempty"`
	RPs         int             `cbor:"5,keyasint,omitempty"`
	User        *user           `cbor:"6,keyasint,omitempty"`
	Credential  *descriptor     `cbor:"7,keyasint,omitempty"`
	PublicKey   cbor.RawMessage `cbor:"8,keyasint,omitempty"`
	Credentials int             `cbor:"9,keyasint,omitempty"`
	Protect     int             `cbor:"10,keyasint,omitempty"`
}

// A listing is an enumeration that the host goes on asking for.
type listing struct {
	rps         []string
	credentials []*credential
}

func (k *Key) manageCredentials(params []byte) (any, code) {
	var r manageRequest
	if st := decode(params, &r); st != ok {
		return nil, st
	}
	switch r.Subcommand {
	case manageRPsNext:
		return k.nextRP(0)
	case manageNext:
		return k.nextCredential(0)
	}
	if r.Auth == nil {
		return nil, pinRequired
	}
	message := append([]byte{byte(r.Subcommand)}, r.Params...)
	if st := k.pins.authorize(r.Protocol, r.Auth, message, mayManage, k.pins.token.rpID); st != ok {
		return nil, st
	}
	var p manageParams
	if len(r.Params) > 0 {
		if st := decode(r.Params, &p); st != ok {
			return nil, st
		}
	}
	switch r.Subcommand {
	case manageMetadata:
		existing, remaining := len(k.state.Residents), max(0, k.room-len(k.state.Residents))
		return manageAnswer{Existing: &existing, Remaining: &remaining}, ok
	case manageRPsBegin:
		return k.listRPs()
	case manageBegin:
		return k.listCredentials(p.RPIDHash)
	case manageDelete:
		return nil, k.forget(p.Credential.ID)
	case manageUpdate:
		return nil, k.rename(p.Credential.ID, p.User)
	}
	return nil, invalidParameter
}

func (k *Key) listRPs() (any, code) {
	k.listing = listing{}
	for _, r := range k.state.Residents {
		if !slices.Contains(k.listing.rps, r.RPID) {
			k.listing.rps = append(k.listing.rps, r.RPID)
		}
	}
	if len(k.listing.rps) == 0 {
		return nil, noCredentials
	}
	return k.nextRP(len(k.listing.rps))
}

// nextRP goes on with the listing; only its first answer tells the total.
func (k *Key) nextRP(total int) (any, code) {
	if len(k.listing.rps) == 0 {
		return nil, notAllowed
	}
	id := k.listing.rps[0]
	k.listing.rps = k.listing.rps[1:]
	return manageAnswer{RP: &party{ID: id}, RPIDHash: hashed(id), RPs: total}, ok
}

func (k *Key) listCredentials(rpIDHash []byte) (any, code) {
	k.listing = listing{}
	for _, r := range k.state.Residents {
		if !bytes.Equal(hashed(r.RPID), rpIDHash) {
			continue
		}
		if c, is := k.open(r.RPID, r.ID); is {
			k.listing.credentials = append(k.listing.credentials, c)
		}
	}
	if len(k.listing.credentials) == 0 {
		return nil, noCredentials
	}
	return k.nextCredential(len(k.listing.credentials))
}

// nextCredential goes on with the listing; only its first answer tells the total.
func (k *Key) nextCredential(total int) (any, code) {
	if len(k.listing.credentials) == 0 {
		return nil, notAllowed
	}
	c := k.listing.credentials[0]
	k.listing.credentials = k.listing.credentials[1:]
	public, err := c.publicKey()
	if err != nil {
		return nil, invalidParameter
	}
	return manageAnswer{
		User:        c.user,
		Credential:  &descriptor{ID: c.id, Type: publicKeyType},
		PublicKey:   public,
		Credentials: total,
		Protect:     max(protectOptional, int(c.protect)),
	}, ok
}

func (k *Key) position(id []byte) int {
	return slices.IndexFunc(k.state.Residents, func(r Resident) bool { return bytes.Equal(r.ID, id) })
}

// forget deletes a resident credential; its ID opens nothing from then on.
func (k *Key) forget(id []byte) code {
	i := k.position(id)
	if i < 0 {
		return noCredentials
	}
	k.state.Residents = slices.Delete(slices.Clone(k.state.Residents), i, i+1)
	return ok
}

// rename replaces the names of the account, not its ID.
func (k *Key) rename(id []byte, u *user) code {
	i := k.position(id)
	switch {
	case i < 0:
		return noCredentials
	case u == nil:
		return missingParameter
	case !bytes.Equal(k.state.Residents[i].UserID, u.ID):
		return invalidParameter
	}
	k.state.Residents = slices.Clone(k.state.Residents)
	k.state.Residents[i].UserName, k.state.Residents[i].DisplayName = u.Name, u.DisplayName
	return ok
}
