package signup

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/epoch"
	"nightlatch/server/store"
)

// InvitationLife is how long an invitation is valid (R7).
const InvitationLife = 72 * time.Hour

// InvitationsMax is the number of invitations that can be open.
const InvitationsMax = 100

const (
	invitationPrefix = "invite/"
	codePrefix       = "uniq/invite/"
)

// An Invitation lets one person create one account. It has a code for the
// inviter and, if it was mailed, another one that only the mail contains.
// Using one code uses up both. The mailed code proves the address.
type Invitation struct {
	ID      string    `json:"id"`
	Address string    `json:"address"` // normalised
	By      string    `json:"by"`      // ID of the account that invited; "" for the operator
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	Mailed  bool      `json:"mailed,omitempty"`
	Used    time.Time `json:"used,omitzero"`
	Codes   []string  `json:"codes"`           // keyed hashes, for the keys of codePrefix
	Epoch   uint64    `json:"epoch,omitempty"` // epoch of the database when it was made

	before bool // made before a restore, so it may have been used or taken back
}

// codeRow is the record of one code.
type codeRow struct {
	ID     string `json:"id"`
	Mailed bool   `json:"mailed,omitempty"`
}

// live reports whether the invitation can be used. It can't if it is dated in
// the future, after the clock was set back (R86), or was made before a
// restore.
func (i Invitation) live(now time.Time) bool {
	return i.Used.IsZero() && !i.before && now.Before(i.Expires) && !i.Created.After(now.Add(time.Minute))
}

func (d *Door) hash(code string) string {
	sum := d.cfg.Sealer.MAC("invitation", code)
	return hex.EncodeToString(sum[:])
}

// Invite creates an invitation for an address and returns the code for the
// inviter. With mailed it also returns a code for the mail. The caller's
// transaction may run twice; each run makes new codes. Errors:
// account.ErrEmail, ErrFull; ErrClosed while nobody can sign up, because the
// code could not be used.
func (d *Door) Invite(tx store.Tx, by, address string, mailed bool) (i Invitation, shown, inMail string, err error) {
	if address, err = account.NormalizeEmail(address); err != nil {
		return i, "", "", err
	}
	if mode, _, err := d.Mode(tx); err != nil || mode == Closed {
		return i, "", "", cmp.Or(err, ErrClosed)
	}
	open, err := d.Invitations(tx)
	if err != nil {
		return i, "", "", err
	}
	if len(open) >= InvitationsMax {
		return i, "", "", ErrFull
	}
	current, err := epoch.Current(tx)
	if err != nil {
		return i, "", "", err
	}
	id := make([]byte, 10)
	rand.Read(id) // never fails (crypto/rand)
	now := tx.Now().UTC()
	i = Invitation{ID: hex.EncodeToString(id), Address: address, By: by, Created: now, Expires: now.Add(InvitationLife), Mailed: mailed, Epoch: current}
	rows := map[string]codeRow{}
	code := account.NewCode()
	shown, rows[code] = account.FormatCode(code), codeRow{ID: i.ID}
	if mailed {
		code = account.NewCode()
		inMail, rows[code] = account.FormatCode(code), codeRow{ID: i.ID, Mailed: true}
	}
	expire := []string{invitationPrefix + i.ID}
	for code, row := range rows {
		hash := d.hash(code)
		i.Codes = append(i.Codes, hash)
		expire = append(expire, codePrefix+hash)
		if err := store.Insert(tx, codePrefix+hash, row); err != nil {
			return i, "", "", fmt.Errorf("signup: invitation: %w", err)
		}
	}
	if err := store.Insert(tx, invitationPrefix+i.ID, i); err != nil {
		return i, "", "", fmt.Errorf("signup: invitation: %w", err)
	}
	// The record is kept for a while after its end, so that a refusal can say
	// why.
	return i, shown, inMail, store.ExpireAt(tx, i.Expires.Add(InvitationLife), expire...)
}

// Invitations returns the open invitations, oldest first.
func (d *Door) Invitations(tx store.Tx) ([]Invitation, error) {
	items, err := tx.Scan(invitationPrefix, "", 20*InvitationsMax)
	if err != nil {
		return nil, fmt.Errorf("signup: invitations: %w", err)
	}
	out := []Invitation{}
	for _, item := range items {
		i, err := d.load(tx, item.Key[len(invitationPrefix):])
		if err != nil {
			return nil, err
		}
		if i.live(tx.Now()) {
			out = append(out, i)
		}
	}
	sortByTime(out)
	return out, nil
}

func (d *Door) load(tx store.Tx, id string) (i Invitation, err error) {
	switch err := store.Load(tx, invitationPrefix+id, &i); {
	case errors.Is(err, store.ErrNotFound):
		return i, ErrInvitation
	case err != nil:
		return i, fmt.Errorf("signup: invitation: %w", err)
	}
	current, err := epoch.Current(tx)
	i.before = i.Epoch != current
	return i, err
}

// TakeBack deletes an open invitation and returns it. Error: ErrInvitation.
func (d *Door) TakeBack(tx store.Tx, id string) (Invitation, error) {
	if len(id) != 20 {
		return Invitation{}, ErrInvitation
	}
	i, err := d.load(tx, id)
	if err != nil {
		return i, err
	}
	if !i.live(tx.Now()) {
		return i, ErrInvitation
	}
	for _, hash := range i.Codes {
		if err := tx.Delete(codePrefix + hash); err != nil {
			return i, fmt.Errorf("signup: invitation: %w", err)
		}
	}
	if err := tx.Delete(invitationPrefix + id); err != nil {
		return i, fmt.Errorf("signup: invitation: %w", err)
	}
	return i, store.CancelExpiry(tx, i.Expires.Add(InvitationLife), invitationPrefix+id)
}

// invited adds the invitation of a code to a pass.
func (d *Door) invited(tx store.Tx, pass Pass, code string) (Pass, error) {
	var row codeRow
	switch err := store.Load(tx, codePrefix+d.hash(code), &row); {
	case errors.Is(err, store.ErrNotFound):
		return Pass{}, ErrInvitation
	case err != nil:
		return Pass{}, fmt.Errorf("signup: invitation: %w", err)
	}
	i, err := d.load(tx, row.ID)
	switch {
	case err != nil:
		return Pass{}, err
	case !i.Used.IsZero():
		return Pass{}, ErrUsed
	case !i.live(tx.Now()):
		return Pass{}, ErrExpired
	}
	pass.Address, pass.Proved, pass.By, pass.invitation = i.Address, row.Mailed, i.By, i.ID
	return pass, nil
}

// Use marks the invitation of a pass as used, and every other open one for the
// same address: owners repeat an invitation that seems lost, but it still
// means one account (R7). invited is false if the pass has no invitation.
func (d *Door) Use(tx store.Tx, pass Pass) (invited bool, err error) {
	if pass.invitation == "" {
		return false, nil
	}
	open, err := d.Invitations(tx)
	if err != nil {
		return false, err
	}
	for _, i := range open {
		if i.ID != pass.invitation && !strings.EqualFold(i.Address, pass.Address) {
			continue
		}
		i.Used = tx.Now().UTC()
		if err := store.Save(tx, invitationPrefix+i.ID, i); err != nil {
			return false, fmt.Errorf("signup: invitation: %w", err)
		}
		invited = true
	}
	return invited, nil
}
