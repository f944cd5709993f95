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
	if d, err = c.resolveDevice(ctx, d, ui, ForCeremony); err != nil {
		return nil, err
	}
	if c.usesDialog(d) {
		return c.createInDialog(ctx, opt, client, ui)
	}
	cer, err := c.begin(ctx, d, ui)
	if err != nil {
		return nil, err
	}
	defer cer.end()

	hit, err := cer.probe(opt.RP.ID, ids(opt.Exclude))
	if err != nil {
		return nil, cer.about(err)
	}
	if hit.found {
		return nil, &AlreadyEnrolledError{CredentialID: hit.id}
	}
	made, err := cer.create(opt, sha256.Sum256(client))
	if err != nil {
		return nil, cer.about(err)
	}
	ui.Show(Prompt{Kind: Remove, Device: cer.device})
	return made.response(opt, client, cer.info.transports(cer.device.Transport))
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
	if d, err = c.resolveDevice(ctx, d, ui, ForCeremony); err != nil {
		return nil, err
	}
	if c.usesDialog(d) {
		as, err := c.getInDialog(ctx, opt, client, ui)
		if err != nil {
			return nil, err
		}
		return as.response(client)
	}
	cer, err := c.begin(ctx, d, ui)
	if err != nil {
		return nil, err
	}
	defer cer.end()

	as, err := cer.get(opt, sha256.Sum256(client))
	if err != nil {
		return nil, cer.about(err)
	}
	ui.Show(Prompt{Kind: Remove, Device: cer.device})
	return as.response(client)
}

// response encodes the response for the relying party.
func (as Assertion) response(client []byte) (json.RawMessage, error) {
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
	left   int // remaining PIN tries before the PIN was used
}

// begin chooses a device, reserves and opens it, and reads its capabilities. It returns
// ErrSystemSettings if only the system's dialog can use keys.
func (c *Client) begin(ctx context.Context, d Device, ui Interaction) (*ceremony, error) {
	if c.usesDialog(d) {
		return nil, ErrSystemSettings
	}
	d, err := c.resolveDevice(ctx, d, ui, WithoutDialog)
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
	err = c.answer(ctx, PhaseInfo, infoTimeout, func(ctx context.Context) (err error) {
		cer.info, err = key.Info(ctx)
		return err
	})
	if err != nil {
		cer.end()
		return nil, cer.about(err)
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

// about adds the key to an error.
func (cer *ceremony) about(err error) error {
	return OnDevice(cer.device, err)
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
	if errors.Is(err, ErrDenied) && !errors.Is(err, ErrTapAgain) {
		return cer.denied()
	}
	return err
}

// denied returns the cause of CTAP2_ERR_OPERATION_DENIED. A key that always
// verifies its user denies everything while it has no way to verify (CTAP
// sections 6.1.2 and 6.2.2). Otherwise the user declined, or did not touch the
// key in time; the status is the same for both.
func (cer *ceremony) denied() error {
	if cer.info.Options["alwaysUv"] && !cer.info.Options["uv"] && !cer.info.hasPIN() {
		return cer.info.unverifiable()
	}
	return ErrUnconfirmed
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
	if opt.Selection.ResidentKey == "required" && cer.info.Full {
		return nil, ErrNoSpace
	}
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
	r.Exclude = cer.info.exclusion(opt)
	for _, r.Algorithm = range opt.algorithms() {
		if !cer.info.supports(r.Algorithm) {
			continue
		}
		var att Attestation
		use := func() error {
			r.PIN, r.Verify = cer.pin, cer.sensor
			return cer.touch(func(ctx context.Context) (err error) {
				att, err = cer.key.MakeCredential(ctx, r)
				return err
			})
		}
		err := cer.withPIN(use)
		if (errors.Is(err, ErrTooLarge) || errors.Is(err, ErrAnswer)) && len(r.Exclude) > 0 {
			r.Exclude = nil // the probe has checked these IDs
			err = cer.withPIN(use)
		}
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

func (m *newCredential) response(opt *creation, client []byte, transports []string) (json.RawMessage, error) {
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
	out.Response.Transports = transports
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
	found, err := cer.probe(opt.RPID, ids(opt.Allow))
	if err != nil {
		return Assertion{}, err
	}
	err = cer.verification(opt.UserVerification)
	if err != nil && len(opt.Allow) > 0 && !found.found && !found.silent && (errors.Is(err, ErrPINNotSet) || errors.Is(err, ErrNoVerification)) {
		return Assertion{}, ErrNotEnrolled // a PIN would not help
	}
	if err != nil {
		return Assertion{}, err
	}
	lists, err := cer.candidates(opt, found)
	if err != nil {
		return Assertion{}, err
	}
	unread := error(ErrNotEnrolled)
	r := AssertionRequest{ClientDataHash: hash[:], RPID: opt.RPID}
	for len(lists) > 0 {
		r.CredentialIDs, lists = lists[0], lists[1:]
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
		if errors.Is(err, ErrTooLarge) || errors.Is(err, ErrAnswer) {
			if first, second, ok := idList(r.CredentialIDs).halves(); ok {
				lists = append([]idList{first, second}, lists...)
				continue
			}
			unread = err
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
	return Assertion{}, unread
}
