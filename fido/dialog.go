package fido

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Dialog runs ceremonies in the operating system's own dialog. The system finds the
// key on every transport that it knows, asks for PIN and touch, and applies the exclude
// list. fido/webauthndll has the one of Windows, where programs of ordinary users may
// not open security keys themselves.
type Dialog interface {
	// Create makes a credential.
	Create(ctx context.Context, r DialogCreation) (DialogAttestation, error)
	// Get signs with a credential.
	Get(ctx context.Context, r DialogRequest) (Assertion, error)
}

// A DialogCreation is the input of Dialog.Create.
type DialogCreation struct {
	ClientData      []byte // the client data JSON, whose SHA-256 is signed
	RPID, RPName    string
	UserID          []byte // 1 to 64 bytes
	UserName        string
	UserDisplayName string
	Algorithms      []int64 // COSE identifiers, in the relying party's order
	Exclude         []DialogCredential
	ResidentKey     string // as in the options: "required", "preferred", "discouraged" or ""
	Verification    string // "required", "preferred", "discouraged" or ""
	Attestation     string // "none", "indirect", "direct" or ""
	Timeout         time.Duration
}

// A DialogRequest is the input of Dialog.Get.
type DialogRequest struct {
	ClientData   []byte
	RPID         string
	Allow        []DialogCredential // empty: any discoverable credential of the relying party
	Verification string
	Timeout      time.Duration
}

// A DialogCredential is a PublicKeyCredentialDescriptor (WebAuthn section 5.8.3).
type DialogCredential struct {
	ID         []byte
	Transports []string // empty: unknown
}

// A DialogAttestation is the answer of Dialog.Create.
type DialogAttestation struct {
	Attestation
	Transport    string // the one that was used; "" if the system does not say
	Discoverable bool   // the credential is stored on the key
}

// DialogPath is the path of the device that stands for the system's dialog.
const DialogPath = "dialog:"

// The system's dialog is not limited to the time of a touch, because users also look
// for the key, and type or set its PIN (WebAuthn section 15.1).
const (
	dialogTimeout    = 5 * time.Minute // if the relying party names none
	minDialogTimeout = 30 * time.Second
	maxDialogTimeout = 10 * time.Minute
	dialogGrace      = 5 * time.Second // the system's own timeout comes first
)

// dialogDevice is listed while no virtual key is plugged in.
var dialogDevice = Device{Path: DialogPath, Dialog: true}

// offerDialog adds the system's dialog to the listed keys, at the end.
func (c *Client) offerDialog(ds []Device) []Device {
	if c.dialog == nil {
		return ds
	}
	return append(slices.Clip(ds), dialogDevice)
}

// ForCeremony returns the keys that a ceremony may use. With a system's dialog in the
// list these are the lab's virtual keys, and without one the dialog alone: it finds all
// other keys itself.
func ForCeremony(ds []Device) []Device {
	if !slices.ContainsFunc(ds, Device.isDialog) {
		return ds
	}
	virtual := slices.DeleteFunc(slices.Clone(ds), func(d Device) bool { return !d.Virtual })
	if len(virtual) > 0 {
		return virtual
	}
	return []Device{dialogDevice}
}

// WithoutDialog returns the keys themselves, for everything that is no ceremony.
func WithoutDialog(ds []Device) []Device {
	return slices.DeleteFunc(slices.Clone(ds), Device.isDialog)
}

func (d Device) isDialog() bool { return d.Dialog }

// usesDialog reports whether a ceremony with the device runs in the system's dialog.
func (c *Client) usesDialog(d Device) bool { return c.dialog != nil && d.Dialog }

// createInDialog is Create in the system's dialog.
func (c *Client) createInDialog(ctx context.Context, opt *creation, client []byte, ui Interaction) (json.RawMessage, error) {
	algorithms := opt.algorithms()
	if len(algorithms) == 0 {
		return nil, ErrAlgorithm
	}
	var got DialogAttestation
	err := c.inDialog(ctx, opt.Timeout, ui, func(ctx context.Context, limit time.Duration) (err error) {
		got, err = c.dialog.Create(ctx, DialogCreation{
			ClientData:      client,
			RPID:            opt.RP.ID,
			RPName:          opt.RP.Name,
			UserID:          opt.User.ID,
			UserName:        opt.User.Name,
			UserDisplayName: opt.User.DisplayName,
			Algorithms:      algorithms,
			Exclude:         dialogCredentials(opt.Exclude),
			ResidentKey:     opt.Selection.ResidentKey,
			Verification:    opt.Selection.UserVerification,
			Attestation:     opt.Attestation,
			Timeout:         limit,
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	data, key, err := c.verifyDialogAttestation(got, opt, algorithms, client)
	if err != nil {
		return nil, err
	}
	c.remember(data.credentialID, key)
	made := &newCredential{attestation: got.Attestation, data: data, key: key, discoverable: got.Discoverable}
	return made.response(opt, client, GetInfoResponse{}.transports(got.Transport))
}

// verifyDialogAttestation checks the answer as that of a key. The system chooses the
// algorithm, so any of the requested ones is right.
func (c *Client) verifyDialogAttestation(got DialogAttestation, opt *creation, algorithms []int64, client []byte) (*authData, publicKey, error) {
	data, err := parseAuthData(got.AuthData)
	if err != nil {
		return nil, publicKey{}, untrusted("%v", err)
	}
	if slices.ContainsFunc(ids(opt.Exclude), func(id []byte) bool { return bytes.Equal(id, data.credentialID) }) {
		return nil, publicKey{}, untrusted("it has the ID of an excluded credential")
	}
	hash := sha256.Sum256(client)
	r := CredentialRequest{ClientDataHash: hash[:], RPID: opt.RP.ID}
	if key, err := parseCOSE(data.publicKey); err == nil && slices.Contains(algorithms, key.alg) {
		r.Algorithm = key.alg
	}
	return verifyAttestation(got.Attestation, r, opt.Selection.UserVerification == "required")
}

// getInDialog is Get in the system's dialog, before the response is encoded.
func (c *Client) getInDialog(ctx context.Context, opt *request, client []byte, ui Interaction) (Assertion, error) {
	allow := dialogCredentials(opt.Allow)
	if len(allow) == 0 && len(opt.Allow) > 0 {
		return Assertion{}, ErrNotEnrolled // only credentials of unknown types
	}
	var got Assertion
	err := c.inDialog(ctx, opt.Timeout, ui, func(ctx context.Context, limit time.Duration) (err error) {
		got, err = c.dialog.Get(ctx, DialogRequest{
			ClientData: client, RPID: opt.RPID, Allow: allow, Verification: opt.UserVerification, Timeout: limit,
		})
		return err
	})
	if err != nil {
		return Assertion{}, err
	}
	if len(got.CredentialID) == 0 {
		return Assertion{}, OnDevice(dialogDevice, untrusted("it names no credential"))
	}
	hash := sha256.Sum256(client)
	r := AssertionRequest{ClientDataHash: hash[:], RPID: opt.RPID, CredentialIDs: ids(opt.Allow)}
	return got, OnDevice(dialogDevice, c.verifyAssertion(got, r, opt.UserVerification == "required"))
}

// identifyInDialog is Identify in the system's dialog. Its challenge is random, so the
// signature is of no use to anyone.
func (c *Client) identifyInDialog(ctx context.Context, opt *request, ui Interaction) ([]byte, error) {
	client, err := c.origin.clientData(typeGet, []byte(rand.Text()))
	if err != nil {
		return nil, err
	}
	as, err := c.getInDialog(ctx, opt, client, ui)
	return as.CredentialID, err
}

// inDialog reserves the dialog and runs call with a deadline.
func (c *Client) inDialog(ctx context.Context, milliseconds float64, ui Interaction, call func(context.Context, time.Duration) error) error {
	release, err := c.reserve(DialogPath)
	if err != nil {
		return OnDevice(dialogDevice, err)
	}
	defer release()
	limit := dialogLimit(milliseconds)
	ctx, stop := c.deadline(ctx, limit+dialogGrace)
	defer stop()
	ui.Show(Prompt{Kind: SystemDialog, Device: dialogDevice})
	err = call(ctx, limit)
	if ended := ContextError(ctx); err != nil && ended != nil {
		err = ended
	}
	if err == nil {
		ui.Show(Prompt{Kind: Remove, Device: dialogDevice})
	}
	return OnDevice(dialogDevice, err)
}

// dialogLimit returns the relying party's timeout, within limits.
func dialogLimit(milliseconds float64) time.Duration {
	if milliseconds == 0 {
		return dialogTimeout
	}
	seconds := min(max(milliseconds/1000, minDialogTimeout.Seconds()), maxDialogTimeout.Seconds())
	return time.Duration(seconds * float64(time.Second))
}

func dialogCredentials(ds []descriptor) []DialogCredential {
	var out []DialogCredential
	for _, d := range ds {
		if d.Type == publicKeyType {
			out = append(out, DialogCredential{ID: d.ID, Transports: d.Transports})
		}
	}
	return out
}

// A DialogError reports an error of the system's dialog that has no meaning of its own
// in this package. errors.Is(err, ErrDialog) is true.
type DialogError struct {
	Code uint32 // HRESULT
	Name string // the DOMException that a browser would report; may be empty
}

func (e *DialogError) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("%v (%#08x)", ErrDialog, e.Code)
	}
	return fmt.Sprintf("%v (%#08x, %s)", ErrDialog, e.Code, e.Name)
}

// Is reports whether target is ErrDialog.
func (e *DialogError) Is(target error) bool { return target == ErrDialog }

// ErrDialog is a DialogError.
var ErrDialog = errors.New("fido: the system's dialog for security keys failed")

// ErrNoDialog means that this version of the operating system has no dialog for
// security keys.
var ErrNoDialog = errors.New("fido: this version of the system has no dialog for security keys")

// ErrSystemSettings means that only the operating system's settings can do this with a
// security key.
var ErrSystemSettings = errors.New("fido: only the system's settings can do this with a security key")
