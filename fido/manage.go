package fido

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A PINState tells whether a key supports and has a PIN.
type PINState int

// The states.
const (
	NoPINSupport PINState = iota // a U2F key
	PINNotSet
	PINSet
)

// Info describes a key: its GetInfoResponse and what the client derives from it.
type Info struct {
	Device         Device
	FIDO2          bool // false: a U2F key; the fields below are empty
	Versions       []string
	Extensions     []string
	AAGUID         []byte
	Model          string // "" if the model is not in models.txt
	PIN            PINState
	PINTries       int  // wrong PINs that the key still accepts; 0: locked. Only with PINSet
	MinPIN         int  // minimum PIN length in code points
	ForcePINChange bool // the PIN must be changed before it can be used
	CanManage      bool // discoverable credentials can be listed and deleted
	Verifies       bool // it has a fingerprint sensor with at least one finger enrolled
}

// A CredentialList lists the discoverable credentials on a key.
type CredentialList struct {
	Used, Remaining int // number stored, and how many more fit
	Credentials     []DiscoverableCredential
}

// A DiscoverableCredential is a credential that is stored on the key. Names may be
// empty: keys may omit them.
type DiscoverableCredential struct {
	ID              []byte
	RPID, RPName    string
	UserID          []byte
	UserName        string
	UserDisplayName string
}

// Info describes a key, without a touch or PIN.
func (c *Client) Info(ctx context.Context, d Device) (Info, error) {
	cer, err := c.beginSilent(ctx, d)
	if err != nil {
		return Info{}, err
	}
	defer cer.end()
	info := cer.info
	p := Info{
		Device:         cer.device,
		FIDO2:          info.FIDO2,
		Versions:       info.Versions,
		Extensions:     info.Extensions,
		AAGUID:         info.AAGUID,
		Model:          Model(info.AAGUID),
		PIN:            info.pin(),
		MinPIN:         info.minPIN(),
		ForcePINChange: info.NewPIN,
		CanManage:      info.manages(),
		Verifies:       info.Options["uv"],
	}
	if p.PIN == PINSet {
		p.PINTries, err = cer.tries()
	}
	return p, cer.about(err)
}

// SetPIN changes a key's PIN, or sets the first one if old is empty.
//
// Errors: ErrPINLength and ErrPINSame, before the new PIN is sent;
// ErrPINPolicy if the key refuses it; WrongPINError if old is wrong;
// ErrPINRequired if old is missing; ErrPINNotSet if old is given but the key
// has no PIN; ErrIncapable if the key does not support PINs.
func (c *Client) SetPIN(ctx context.Context, d Device, old, new string) error {
	cer, err := c.beginSilent(ctx, d)
	if err != nil {
		return err
	}
	defer cer.end()
	old, new = norm.NFC.String(old), norm.NFC.String(new)
	switch state := cer.info.pin(); {
	case state == NoPINSupport:
		return ErrIncapable
	case state == PINNotSet && old != "":
		return ErrPINNotSet
	case state == PINSet && old == "":
		return ErrPINRequired
	case !isPIN(new) || utf8.RuneCountInString(new) < cer.info.minPIN():
		return ErrPINLength
	case cer.info.NewPIN && new == old:
		return ErrPINSame
	}
	set := func(ctx context.Context, pin string) error { return cer.key.SetPIN(ctx, pin, new) }
	if old == "" {
		return cer.about(c.answer(ctx, PhasePIN, pinTimeout, func(ctx context.Context) error { return set(ctx, "") }))
	}
	return cer.about(cer.usePIN(old, pinTimeout, set))
}

// Credentials lists the discoverable credentials on a key. It needs the PIN.
//
// Errors: ErrIncapable if the key has no credential management, ErrPINNotSet,
// ErrPINChange, ErrPINRequired for an empty PIN, and WrongPINError.
func (c *Client) Credentials(ctx context.Context, d Device, pin string) (CredentialList, error) {
	var got CredentialList
	err := c.manage(ctx, d, pin, func(ctx context.Context, key Key, pin string) (err error) {
		got, err = key.Credentials(ctx, pin)
		return err
	})
	return got, err
}

// DeleteCredential deletes a discoverable credential permanently. Its errors are those
// of Credentials, and ErrNotEnrolled if the key does not have the credential.
func (c *Client) DeleteCredential(ctx context.Context, d Device, id []byte, pin string) error {
	if len(id) == 0 {
		return &MalformedError{Field: "id", Reason: "empty"}
	}
	return c.manage(ctx, d, pin, func(ctx context.Context, key Key, pin string) error {
		return key.DeleteCredential(ctx, id, pin)
	})
}

// manage runs a command of credential management with the PIN.
func (c *Client) manage(ctx context.Context, d Device, pin string, call func(context.Context, Key, string) error) error {
	cer, err := c.beginSilent(ctx, d)
	if err != nil {
		return err
	}
	defer cer.end()
	switch {
	case !cer.info.manages():
		return ErrIncapable
	case cer.info.pin() != PINSet:
		return ErrPINNotSet
	case cer.info.NewPIN:
		return ErrPINChange
	case pin == "":
		return ErrPINRequired
	}
	return cer.about(cer.usePIN(norm.NFC.String(pin), manageTimeout, func(ctx context.Context, pin string) error {
		return call(ctx, cer.key, pin)
	}))
}

// Reset restores the factory state: it removes the PIN and invalidates all
// credentials, also those not stored on the key. A key allows it only in the first
// ten seconds after it was plugged in, and returns ErrNotAllowed later.
func (c *Client) Reset(ctx context.Context, d Device, ui Interaction) error {
	cer, err := c.begin(ctx, d, ui)
	if err != nil {
		return err
	}
	defer cer.end()
	if !cer.info.FIDO2 {
		return ErrIncapable
	}
	return cer.about(cer.touch(cer.key.Reset))
}

// Identify waits for a touch and returns which of the credentials the touched key
// has. If d has no path, any key may be touched; if there are several, all blink.
func (c *Client) Identify(ctx context.Context, d Device, rpID string, ids [][]byte, ui Interaction) ([]byte, error) {
	if len(ids) == 0 {
		return nil, ErrNotEnrolled
	}
	opt := &request{RPID: rpID, UserVerification: "discouraged"}
	for _, id := range ids {
		opt.Allow = append(opt.Allow, descriptor{Type: publicKeyType, ID: id})
	}
	if err := checkIDs("ids", opt.Allow); err != nil {
		return nil, err
	}
	d, err := c.resolveDevice(ctx, d, ui, ForCeremony)
	var several *SeveralError
	touched := errors.As(err, &several)
	if touched {
		d, err = c.Choose(ctx, several.Devices, ui)
	}
	if err != nil {
		return nil, err
	}
	if c.usesDialog(d) {
		return c.identifyInDialog(ctx, opt, ui)
	}
	cer, err := c.begin(ctx, d, ui)
	if err != nil {
		return nil, err
	}
	defer cer.end()
	if touched {
		if found, err := cer.probe(rpID, ids); err != nil || len(found.id) > 0 {
			return found.id, err
		}
	}
	as, err := cer.get(opt, sha256.Sum256([]byte(rand.Text()))) // a random hash: the signature is of no use to anyone
	return as.CredentialID, cer.about(err)
}

// beginSilent begins a ceremony that needs no user. It does not wait for a key.
func (c *Client) beginSilent(ctx context.Context, d Device) (*ceremony, error) {
	if d.Path == "" {
		var err error
		if d, err = c.only(ctx, WithoutDialog); err != nil {
			return nil, err
		}
	}
	return c.begin(ctx, d, noUser{})
}

// noUser is an Interaction without a user: it shows nothing and has no PIN.
type noUser struct{}

func (noUser) Show(Prompt) {}
func (noUser) PIN(context.Context, int, bool) (string, error) {
	return "", ErrPINRequired
}

func (i GetInfoResponse) pin() PINState {
	set, can := i.Options["clientPin"]
	switch {
	case !can:
		return NoPINSupport
	case set:
		return PINSet
	}
	return PINNotSet
}

func (i GetInfoResponse) minPIN() int { return max(i.MinPIN, minPINRunes) }

// manages reports whether the key has credential management, or its preview version,
// which differs only in the command number (CTAP section 6.4, credentialMgmtPreview).
func (i GetInfoResponse) manages() bool {
	return i.Options["credMgmt"] || i.Options["credentialMgmtPreview"]
}
