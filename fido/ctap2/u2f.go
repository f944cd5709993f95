package ctap2

import (
	"context"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctap2/wire"
	"nightlatch/fido/nfc/apdu"
)

// The U2F commands (U2F section 3.1), and the control bytes of an authentication (U2F
// section 5.1).
const (
	u2fRegister     = 0x01
	u2fAuthenticate = 0x02

	u2fCheck = 0x07 // only check whether the credential is of this key
	u2fSign  = 0x03 // sign, with a touch
)

// Sizes in a registration response, in bytes (U2F section 4.3).
const (
	u2fReserved = 0x05 // its first byte
	pointSize   = 65
)

// The flags of authenticator data (WebAuthn section 6.1).
const (
	flagUserPresent = 0x01
	flagAttested    = 0x40
)

// touchPoll is how often a U2F key is asked whether it was touched.
const touchPoll = 100 * time.Millisecond

// register makes a credential (U2F section 4, and CTAP section 7.2.1).
func (k *key) register(ctx context.Context, r fido.CredentialRequest) (fido.Attestation, error) {
	switch {
	case r.Algorithm != fido.ES256:
		return fido.Attestation{}, fido.ErrAlgorithm
	case r.Discoverable, r.Verify, r.PIN != "":
		return fido.Attestation{}, fido.ErrIncapable
	}
	application := sha256.Sum256([]byte(r.RPID))
	for _, id := range r.Exclude {
		has, err := k.has(ctx, application[:], r.ClientDataHash, id)
		if err != nil {
			return fido.Attestation{}, err
		}
		if has {
			if err := k.touched(ctx); err != nil {
				return fido.Attestation{}, err
			}
			return fido.Attestation{}, &fido.AlreadyEnrolledError{CredentialID: id}
		}
	}
	raw, err := k.poll(ctx, u2fRegister, 0, slices.Concat(r.ClientDataHash, application[:]))
	if err != nil {
		return fido.Attestation{}, err
	}
	a, err := parseRegistration(raw, application[:])
	if err != nil {
		return fido.Attestation{}, fmt.Errorf("ctap2: %w: %w", &fido.AnswerError{}, err)
	}
	return a, nil
}

// parseRegistration turns a registration response into the attestation of the format
// fido-u2f (CTAP section 7.2.1, step 6).
func parseRegistration(raw, application []byte) (fido.Attestation, error) {
	const head = 1 + pointSize + 1
	if len(raw) < head || raw[0] != u2fReserved {
		return fido.Attestation{}, errors.New("not a registration response")
	}
	point, n := raw[1:1+pointSize], int(raw[head-1])
	rest := raw[head:]
	if point[0] != 4 || n == 0 || len(rest) < n {
		return fido.Attestation{}, errors.New("a registration response without key or key handle")
	}
	id, rest := rest[:n], rest[n:]
	var certificate asn1.RawValue
	signature, err := asn1.Unmarshal(rest, &certificate)
	if err != nil {
		return fido.Attestation{}, fmt.Errorf("a registration response without certificate: %w", err)
	}
	public, err := wire.Encode(wire.EC2Key{Kty: 2, Alg: fido.ES256, Crv: 1, X: point[1:33], Y: point[33:]})
	if err != nil {
		return fido.Attestation{}, err
	}
	data := slices.Concat(application, []byte{flagUserPresent | flagAttested}, make([]byte, 4+16)) // counter and AAGUID are zero
	data = binary.BigEndian.AppendUint16(data, uint16(n))
	return fido.Attestation{
		Format:      "fido-u2f",
		AuthData:    slices.Concat(data, id, public),
		Signature:   signature,
		Certificate: certificate.FullBytes,
	}, nil
}

// authenticate signs with the first credential that is the key's (U2F section 5, and CTAP
// section 7.2.2).
func (k *key) authenticate(ctx context.Context, r fido.AssertionRequest) (fido.Assertion, error) {
	if r.Verify || r.PIN != "" {
		return fido.Assertion{}, fido.ErrIncapable
	}
	application := sha256.Sum256([]byte(r.RPID))
	for _, id := range r.CredentialIDs {
		switch has, err := k.has(ctx, application[:], r.ClientDataHash, id); {
		case err != nil:
			return fido.Assertion{}, err
		case !has:
			continue
		case r.Silent:
			return fido.Assertion{CredentialID: id}, nil
		}
		raw, err := k.poll(ctx, u2fAuthenticate, u2fSign, handle(application[:], r.ClientDataHash, id))
		if err != nil {
			return fido.Assertion{}, err
		}
		const head = 1 + 4 // flags and counter
		if len(raw) <= head {
			return fido.Assertion{}, &fido.AnswerError{}
		}
		return fido.Assertion{CredentialID: id, AuthData: slices.Concat(application[:], raw[:head]), Signature: raw[head:]}, nil
	}
	return fido.Assertion{}, fido.ErrNotEnrolled
}

// has reports whether a credential is the key's. Keys answer for another key's handle with
// several statuses.
func (k *key) has(ctx context.Context, application, challenge, id []byte) (bool, error) {
	if len(id) > 0xff {
		return false, nil // no key handle is that long
	}
	r, err := k.message(ctx, u2fAuthenticate, u2fCheck, handle(application, challenge, id))
	return err == nil && r.Status == apdu.NotAllowed, err
}

// handle returns the data of an authentication.
func handle(application, challenge, id []byte) []byte {
	return slices.Concat(challenge, application, []byte{byte(len(id))}, id)
}

// touched waits for a touch: it makes a credential of no relying party, and drops it.
func (k *key) touched(ctx context.Context) error {
	_, err := k.poll(ctx, u2fRegister, 0, make([]byte, 2*sha256.Size))
	return err
}

// poll repeats a command until the key is touched: U2F keys do not wait.
func (k *key) poll(ctx context.Context, ins, control byte, data []byte) ([]byte, error) {
	tick := time.NewTicker(touchPoll)
	defer tick.Stop()
	for {
		switch r, err := k.message(ctx, ins, control, data); {
		case err != nil:
			return nil, err
		case r.Status == apdu.OK:
			return r.Data, nil
		case r.Status != apdu.NotAllowed:
			return nil, fmt.Errorf("ctap2: %w: the status is %v", &fido.AnswerError{}, r.Status)
		}
		select {
		case <-ctx.Done():
			return nil, fido.ContextError(ctx)
		case <-k.cfg.Gone:
			return nil, fido.ErrRemoved
		case <-tick.C:
		}
	}
}

// message runs one U2F command.
func (k *key) message(ctx context.Context, ins, control byte, data []byte) (apdu.Response, error) {
	c := apdu.Command{INS: ins, P1: control, Data: data, Expect: apdu.ExtendedAnswer, Extended: true}
	raw, err := k.exchange(ctx, func(ctx context.Context) ([]byte, error) { return k.u2f.Msg(ctx, c.Bytes()) })
	if err != nil {
		return apdu.Response{}, err
	}
	r, err := apdu.ParseResponse(raw)
	if err != nil {
		return r, fmt.Errorf("ctap2: %w: %w", &fido.AnswerError{}, err)
	}
	return r, nil
}
