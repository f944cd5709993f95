package account

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"

	"nightlatch/server/store"
)

// Edits counts how often each part of an account was changed. Save maintains it. A ceremony
// notes the counts when it begins. Its last edge compares them to detect that the part it
// replaces was changed in another way (R6, R16), even if it was changed back.
type Edits struct {
	Password     int `json:"password,omitempty"`
	Email        int `json:"email,omitempty"`
	Phone        int `json:"phone,omitempty"`
	Discoverable int `json:"discoverable,omitempty"`
}

// edited returns the counts after old was changed to a.
func edited(old, a *Account) Edits {
	e := old.Edits
	count := func(n *int, changed bool) {
		if changed {
			*n++
		}
	}
	count(&e.Password, old.Password != a.Password)
	count(&e.Email, old.Email != a.Email || old.EmailConfirmed != a.EmailConfirmed || old.EmailKept != a.EmailKept)
	count(&e.Phone, old.Phone != a.Phone || old.PhoneVerified != a.PhoneVerified)
	count(&e.Discoverable, old.Discoverable != a.Discoverable)
	return e
}

// Parts identify the present parts of an account that a ceremony can replace or remove.
type Parts struct {
	Edits Edits    `json:"edits"`
	App   string   `json:"app,omitempty"` // identifies the app's secret, "" without an app
	Keys  []string `json:"keys,omitempty"`
}

// PartsOf returns the parts of an account.
func PartsOf(tx store.Tx, a *Account) (Parts, error) {
	p := Parts{Edits: a.Edits}
	switch app, err := App(tx, a.ID); {
	case err == nil:
		sum := sha256.Sum256(app.Sealed) // each sealing has another nonce
		p.App = base64.RawURLEncoding.EncodeToString(sum[:12])
	case !errors.Is(err, ErrNoApp):
		return Parts{}, err
	}
	keys, err := Keys(tx, a.ID)
	for _, k := range keys {
		p.Keys = append(p.Keys, k.ID)
	}
	slices.Sort(p.Keys)
	return p, err
}
