package fido

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A PINState says how far a key is with its PIN.
type PINState int

// The states.
const (
	NoPINSupport PINState = iota // it knows no PINs
	PINNotSet
	PINSet
)

// Info is what a key reports about itself, with what the client derives from it.
type Info struct {
	Device         Device
	FIDO2          bool // false: a U2F key, of which the rest says nothing
	Versions       []string
	Extensions     []string
	AAGUID         []byte
	Model          string // "" for one that is not in the list
	PIN            PINState
	PINTries       int  // wrong ones it will still take; 0: locked. Only with PINSet
	MinPIN         int  // shortest PIN it takes, in code points
	ForcePINChange bool // it wants its PIN changed before anything else
	CanManage      bool // what is kept on it can be listed and deleted
	Verifies       bool // it has a sensor of its own that knows somebody
}

// A CredentialList is what is kept on a key.
type CredentialList struct {
	Used, Remaining int // discoverable credentials; Remaining is how many more fit
	Credentials     []DiscoverableCredential
}

// A DiscoverableCredential is a credential that is kept on a key. Names may be empty: a key need
// not keep them.
type DiscoverableCredential struct {
	ID              []byte
	RPID, RPName    string
	UserID          []byte
	UserName        string
	UserDisplayName string
}

// Info asks a key about itself, without touch or PIN.
func (c *Client) Info(ctx context.Context, d Device) (Info, error) {
	cer, err := c.visit(ctx, d)
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
	return p, err
}

// SetPIN changes a key's PIN, or sets the first one when old is empty.
//
// Errors: ErrPINPolicy for a new PIN that the key does not take, WrongPINError for
// an old one that is wrong, ErrPINRequired for one that is missing, ErrPINNotSet
// for one that there is none of, ErrIncapable when the key knows no PINs.
func (c *Client) SetPIN(ctx context.Context, d Device, old, new string) error {
	cer, err := c.visit(ctx, d)
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
		return ErrPINPolicy
	}
	set := func(ctx context.Context, pin string) error { return cer.key.SetPIN(ctx, pin, new) }
	if old == "" {
		return cer.quickly(func(ctx context.Context) error { return set(ctx, "") })
	}
	return cer.present(old, set)
}

// Credentials lists what is kept on a key, which takes its PIN.
//
// Errors: ErrIncapable when the key cannot tell, ErrPINNotSet, ErrPINChange,
// ErrPINRequired for an empty PIN, and WrongPINError.
func (c *Client) Credentials(ctx context.Context, d Device, pin string) (CredentialList, error) {
	var got CredentialList
	err := c.manage(ctx, d, pin, func(ctx context.Context, key Key, pin string) (err error) {
		got, err = key.Credentials(ctx, pin)
		return err
	})
	return got, err
}

// DeleteCredential deletes a credential that is kept on a key, for good. Beside the
// errors of Credentials it returns ErrNotEnrolled when the key has no such one.
func (c *Client) DeleteCredential(ctx context.Context, d Device, id []byte, pin string) error {
	if len(id) == 0 {
		return &MalformedError{Field: "id", Reason: "empty"}
	}
	return c.manage(ctx, d, pin, func(ctx context.Context, key Key, pin string) error {
		return key.DeleteCredential(ctx, id, pin)
	})
}

// manage runs a command that takes the PIN and that not every key knows.
func (c *Client) manage(ctx context.Context, d Device, pin string, call func(context.Context, Key, string) error) error {
	cer, err := c.visit(ctx, d)
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
	return cer.present(norm.NFC.String(pin), func(ctx context.Context, pin string) error {
		return call(ctx, cer.key, pin)
	})
}

// Reset makes a key as new: its PIN, what is kept on it and every credential made
// with it are gone. A key allows it for ten seconds after it was plugged in, and
// ErrNotAllowed is what it says later.
func (c *Client) Reset(ctx context.Context, d Device, ui Interaction) error {
	cer, err := c.begin(ctx, d, ui)
	if err != nil {
		return err
	}
	defer cer.end()
	if !cer.info.FIDO2 {
		return ErrIncapable
	}
	return cer.touch(cer.key.Reset)
}

// Identify tells which of the credentials the key holds that is touched: "which
// one is this?" A device without a path means any key that is there; if there are
// several, all blink.
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
	d, err := c.settle(ctx, d, ui)
	var several *SeveralError
	touched := errors.As(err, &several)
	if touched {
		d, err = c.Choose(ctx, several.Devices, ui)
	}
	if err != nil {
		return nil, err
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
	as, err := cer.get(opt, sha256.Sum256([]byte(rand.Text()))) // signs nothing that anybody asked for
	return as.CredentialID, err
}

// visit begins what needs no touch. It waits for no key to be plugged in.
func (c *Client) visit(ctx context.Context, d Device) (*ceremony, error) {
	if d.Path == "" {
		var err error
		if d, err = c.only(ctx); err != nil {
			return nil, err
		}
	}
	return c.begin(ctx, d, nobody{})
}

// Nobody is told anything or asked.
type nobody struct{}

func (nobody) Show(Prompt) {}
func (nobody) PIN(context.Context, int, bool) (string, error) {
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

// manages tells of the command itself and of its preview, the same under another
// number (CTAP section 6.4, credentialMgmtPreview).
func (i GetInfoResponse) manages() bool {
	return i.Options["credMgmt"] || i.Options["credentialMgmtPreview"]
}
