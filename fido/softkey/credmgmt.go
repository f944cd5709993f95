package softkey

import (
	"bytes"
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"

	"nightlatch/fido/ctap2/wire"
)

const protectOptional = 1

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

// manageAnswer is the answer of authenticatorCredentialManagement. Each subcommand sets some of the members.
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

// A listing is the state of an enumeration.
type listing struct {
	rps         []party
	credentials []*credential
	lastUsed    time.Time
}

func (k *Key) manageCredentials(params []byte, l *listing) (any, code) {
	var r manageRequest
	if st := decode(params, &r); st != ok {
		return nil, st
	}
	switch r.Subcommand {
	case wire.ManageRPsNext, wire.ManageNext:
		if l == nil || k.now().Sub(l.lastUsed) > nextTimeout {
			return nil, notAllowed
		}
		if r.Subcommand == wire.ManageNext {
			return k.nextCredential(l, 0)
		}
		return k.nextRP(l, 0)
	case wire.ManageMetadata, wire.ManageRPsBegin, wire.ManageBegin, wire.ManageDelete, wire.ManageUpdate:
	default:
		return nil, invalidSubcommand
	}
	if r.Auth == nil {
		return nil, pinRequired
	}
	var p manageParams
	if len(r.Params) > 0 {
		if st := decode(r.Params, &p); st != ok {
			return nil, st
		}
	}
	message := append([]byte{byte(r.Subcommand)}, r.Params...)
	if st := k.authorize(r.Protocol, r.Auth, message, wire.MayManage); st != ok {
		return nil, st
	}
	if st := k.concerns(&r, &p); st != ok {
		return nil, st
	}
	switch r.Subcommand {
	case wire.ManageMetadata:
		existing, remaining := len(k.state.Credentials), k.left()
		return manageAnswer{Existing: &existing, Remaining: &remaining}, ok
	case wire.ManageRPsBegin:
		return k.listRPs()
	case wire.ManageBegin:
		return k.listCredentials(p.RPIDHash)
	case wire.ManageDelete:
		return nil, k.forget(p.Credential.ID)
	}
	return nil, k.rename(p.Credential.ID, p.User)
}

// concerns refuses requests outside the relying party of the token, if it has one.
func (k *Key) concerns(r *manageRequest, p *manageParams) code {
	own := k.pins.token.rpID
	if own == "" {
		return ok
	}
	switch r.Subcommand {
	case wire.ManageBegin:
		if bytes.Equal(p.RPIDHash, hashed(own)) {
			return ok
		}
	case wire.ManageDelete, wire.ManageUpdate:
		if i := k.position(p.Credential.ID); i < 0 || k.state.Credentials[i].RPID == own {
			return ok
		}
	}
	return pinAuthInvalid
}

func (k *Key) listRPs() (any, code) {
	l := &listing{}
	for _, r := range k.state.Credentials {
		if !slices.ContainsFunc(l.rps, func(p party) bool { return p.ID == r.RPID }) {
			l.rps = append(l.rps, party{ID: r.RPID, Name: r.RPName})
		}
	}
	if len(l.rps) == 0 {
		return nil, noCredentials
	}
	return k.nextRP(l, len(l.rps))
}

// nextRP answers with the next relying party. Only the first answer has the total.
func (k *Key) nextRP(l *listing, total int) (any, code) {
	if len(l.rps) == 0 {
		return nil, notAllowed
	}
	rp := l.rps[0]
	k.listing = &listing{rps: l.rps[1:], lastUsed: k.now()}
	return manageAnswer{RP: &rp, RPIDHash: hashed(rp.ID), RPs: total}, ok
}

func (k *Key) listCredentials(rpIDHash []byte) (any, code) {
	if rpIDHash == nil {
		return nil, missingParameter
	}
	l := &listing{}
	for _, r := range k.state.Credentials {
		if !bytes.Equal(hashed(r.RPID), rpIDHash) {
			continue
		}
		if c, is := k.open(rpIDHash, r.ID); is {
			l.credentials = append(l.credentials, c)
		}
	}
	if len(l.credentials) == 0 {
		return nil, noCredentials
	}
	return k.nextCredential(l, len(l.credentials))
}

// nextCredential answers with the next credential. Only the first answer has the total.
func (k *Key) nextCredential(l *listing, total int) (any, code) {
	if len(l.credentials) == 0 {
		return nil, notAllowed
	}
	c := l.credentials[0]
	k.listing = &listing{credentials: l.credentials[1:], lastUsed: k.now()}
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
	return slices.IndexFunc(k.state.Credentials, func(r DiscoverableCredential) bool { return bytes.Equal(r.ID, id) })
}

// forget deletes a discoverable credential, which makes its ID invalid.
func (k *Key) forget(id []byte) code {
	i := k.position(id)
	if i < 0 {
		return noCredentials
	}
	k.state.Credentials = slices.Delete(slices.Clone(k.state.Credentials), i, i+1)
	return ok
}

// rename replaces the user's names, not the user ID.
func (k *Key) rename(id []byte, u *user) code {
	i := k.position(id)
	switch {
	case i < 0:
		return noCredentials
	case u == nil:
		return missingParameter
	case !bytes.Equal(k.state.Credentials[i].UserID, u.ID):
		return invalidParameter
	}
	k.state.Credentials = slices.Clone(k.state.Credentials)
	k.state.Credentials[i].UserName, k.state.Credentials[i].DisplayName = u.Name, u.DisplayName
	return ok
}
