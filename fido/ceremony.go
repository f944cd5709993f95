package fido

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
)

// Create makes a credential on the key (WebAuthn section 5.1.3). options is a
// PublicKeyCredentialCreationOptionsJSON, bare or wrapped in {"publicKey": …};
// the response is a RegistrationResponseJSON. WebAuthn section 5.1 defines both.
//
// If d has no path, Create uses the only key that is plugged in, or waits for one.
//
// Errors: AlreadyEnrolledError when the key has an excluded credential, and all
// other errors of this package except ErrNotEnrolled.
func (c *Client) Create(ctx context.Context, d Device, options json.RawMessage, ui Interaction) (json.RawMessage, error) {
	opt, err := parseCreation(options, c.origin)
	if err != nil {
		return nil, err
	}
	client, err := c.origin.clientData(typeCreate, opt.Challenge)
	if err != nil {
		return nil, err
	}
	cer, err := c.begin(ctx, d, ui)
	if err != nil {
		return nil, err
	}
	defer cer.end()

	hit, err := cer.probe(opt.RP.ID, ids(opt.Exclude))
	if err != nil {
		return nil, err
	}
	if hit.found {
		return nil, &AlreadyEnrolledError{CredentialID: hit.id}
	}
	made, err := cer.create(opt, sha256.Sum256(client))
	if err != nil {
		return nil, err
	}
	ui.Show(Prompt{Kind: Remove, Device: cer.device})
	return made.response(opt, client, cer.device)
}

// Get signs with a credential on the key (WebAuthn section 5.1.4). options is a
// PublicKeyCredentialRequestOptionsJSON, bare or wrapped in {"publicKey": …}; the
// response is an AuthenticationResponseJSON.
//
// If d has no path, Get uses the only key that is plugged in, or waits for one.
//
// Errors: ErrNotEnrolled when the key has none of the allowed credentials, and all
// other errors of this package except AlreadyEnrolledError.
func (c *Client) Get(ctx context.Context, d Device, options json.RawMessage, ui Interaction) (json.RawMessage, error) {
	opt, err := parseRequest(options, c.origin)
	if err != nil {
		return nil, err
	}
	client, err := c.origin.clientData(typeGet, opt.Challenge)
	if err != nil {
		return nil, err
	}
	cer, err := c.begin(ctx, d, ui)
	if err != nil {
		return nil, err
	}
	defer cer.end()

	as, err := cer.get(opt, sha256.Sum256(client))
	if err != nil {
		return nil, err
	}
	ui.Show(Prompt{Kind: Remove, Device: cer.device})

	var out authentication
	out.ID, out.RawID = as.CredentialID, as.CredentialID
	out.Type, out.Attachment = publicKeyType, crossPlatform
	out.Response.ClientData = client
	out.Response.AuthenticatorData = as.AuthData
	out.Response.Signature = as.Signature
	out.Response.UserHandle = as.UserID
	return encode(out)
}

// A ceremony is one call's use of one open key.
type ceremony struct {
	client  *Client
	ctx     context.Context // one ceremony lives as long as one call; see begin
	ui      Interaction
	device  Device
	key     Key
	info    GetInfoResponse
	release func()

	verify bool // the answer must carry the flag "user verified"
	sensor bool // the key's own sensor verifies the user
	pin    string
}

// begin chooses a device, reserves and opens it, and reads its capabilities.
func (c *Client) begin(ctx context.Context, d Device, ui Interaction) (*ceremony, error) {
	d, err := c.resolveDevice(ctx, d, ui)
	if err != nil {
		return nil, err
	}
	release, err := c.reserve(d.Path)
	if err != nil {
		return nil, err
	}
	key, err := c.openKey(ctx, d)
	if err != nil {
		release()
		return nil, err
	}
	cer := &ceremony{client: c, ctx: ctx, ui: ui, device: d, key: key, release: release}
	ui.Show(Prompt{Kind: Working, Device: d})
	quick, stop := c.deadline(ctx, answerTimeout)
	defer stop()
	if cer.info, err = key.Info(quick); err != nil {
		cer.end()
		return nil, err
	}
	cer.device.Virtual = cer.device.Virtual || cer.info.lab()
	return cer, nil
}

// end closes and releases the key. The result of the ceremony stands, so an error in
// closing is ignored.
func (cer *ceremony) end() {
	_ = cer.key.Close()
	cer.release()
}

// touch runs a call that waits for a touch, at most for the client's timeout.
func (cer *ceremony) touch(call func(ctx context.Context) error) error {
	ctx, stop := cer.client.deadline(cer.ctx, cer.client.timeout)
	defer stop()
	kind := Touch
	if cer.device.Transport == NFC {
		kind = Tap
	}
	cer.ui.Show(Prompt{Kind: kind, Device: cer.device, Deadline: deadlineOf(ctx)})
	err := call(ctx)
	cer.ui.Show(Prompt{Kind: Working, Device: cer.device})
	return err
}

// A newCredential is a credential whose attestation has been verified.
type newCredential struct {
	attestation  Attestation
	data         *authData
	key          publicKey
	discoverable bool
}

// create makes a credential with the first requested algorithm that the key supports.
func (cer *ceremony) create(opt *creation, hash [sha256.Size]byte) (*newCredential, error) {
	if err := cer.verification(opt.Selection.UserVerification); err != nil {
		return nil, err
	}
	r := CredentialRequest{
		ClientDataHash:  hash[:],
		RPID:            opt.RP.ID,
		RPName:          opt.RP.Name,
		UserID:          opt.User.ID,
		UserName:        opt.User.Name,
		UserDisplayName: opt.User.DisplayName,
		Discoverable:    cer.discoverable(opt.Selection.ResidentKey),
	}
	// credProtect hides some credentials from the probe. The key still refuses them if
	// the whole exclude list fits into one request.
	if lists := cer.info.lists(ids(opt.Exclude)); len(lists) == 1 && cer.info.FIDO2 {
		r.Exclude = lists[0]
	}
	for _, r.Algorithm = range opt.algorithms() {
		if !cer.info.FIDO2 && r.Algorithm != ES256 {
			continue // U2F supports P-256 only
		}
		var att Attestation
		err := cer.withPIN(func() error {
			r.PIN, r.Verify = cer.pin, cer.sensor
			return cer.touch(func(ctx context.Context) (err error) {
				att, err = cer.key.MakeCredential(ctx, r)
				return err
			})
		})
		if errors.Is(err, ErrAlgorithm) {
			continue
		}
		if err != nil {
			return nil, err
		}
		data, key, err := verifyAttestation(att, r, cer.verify)
		if err != nil {
			return nil, err
		}
		cer.client.remember(data.credentialID, key)
		return &newCredential{attestation: att, data: data, key: key, discoverable: r.Discoverable}, nil
	}
	return nil, ErrAlgorithm
}

func (m *newCredential) response(opt *creation, client []byte, d Device) (json.RawMessage, error) {
	spki, err := m.key.spki()
	if err != nil {
		return nil, fmt.Errorf("fido: encoding the public key: %w", err)
	}
	object, err := attestationObject(m.attestation, opt.Attestation, m.key.alg)
	if err != nil {
		return nil, err
	}
	var out registration
	out.ID, out.RawID = m.data.credentialID, m.data.credentialID
	out.Type, out.Attachment = publicKeyType, crossPlatform
	out.Response.ClientData = client
	out.Response.AuthenticatorData = m.data.raw
	out.Response.Transports = []string{}
	if d.Transport != "" {
		out.Response.Transports = append(out.Response.Transports, d.Transport)
	}
	out.Response.PublicKey = spki
	out.Response.PublicKeyAlgorithm = m.key.alg
	out.Response.AttestationObject = object
	if opt.Extensions.CredProps {
		out.Extensions.CredProps = &credProps{ResidentKey: m.discoverable}
	}
	return encode(out)
}

// get signs, if possible with one credential that the key is known to have.
func (cer *ceremony) get(opt *request, hash [sha256.Size]byte) (Assertion, error) {
	if err := cer.verification(opt.UserVerification); err != nil {
		return Assertion{}, err
	}
	lists, err := cer.candidates(opt)
	if err != nil {
		return Assertion{}, err
	}
	r := AssertionRequest{ClientDataHash: hash[:], RPID: opt.RPID}
	for _, r.CredentialIDs = range lists {
		var as Assertion
		err := cer.withPIN(func() error {
			r.PIN, r.Verify = cer.pin, cer.sensor
			return cer.touch(func(ctx context.Context) (err error) {
				as, err = cer.key.Assert(ctx, r)
				return err
			})
		})
		if errors.Is(err, ErrNotEnrolled) {
			continue
		}
		if err != nil {
			return Assertion{}, err
		}
		if len(as.CredentialID) == 0 && len(r.CredentialIDs) == 1 {
			as.CredentialID = r.CredentialIDs[0] // the key may omit it (CTAP section 6.2.2)
		}
		return as, cer.client.verifyAssertion(as, r, cer.verify)
	}
	return Assertion{}, ErrNotEnrolled
}
