package account

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
)

// Errors of looking up authenticators and adding security keys.
var (
	ErrNoApp    = errors.New("account: no authenticator app enrolled")
	ErrNoKey    = errors.New("account: no such security key")
	ErrKeysFull = errors.New("account: no more security keys (R31)")
	ErrKeyLabel = errors.New("account: malformed label for a security key")
	ErrKeyTaken = errors.New("account: security key already enrolled (R33)") // as *EnrolledError
)

// An EnrolledError reports a WebAuthn credential that is already enrolled (R33). Label
// is empty if it belongs to another account. That account is not disclosed.
type EnrolledError struct{ Label string }

func (e *EnrolledError) Error() string { return ErrKeyTaken.Error() }

// Is makes errors.Is(err, ErrKeyTaken) true.
func (e *EnrolledError) Is(target error) bool { return target == ErrKeyTaken }

// An AppSecret is the authenticator app's shared secret. It must be readable to check a
// code, so it is encrypted, with AppKey as associated data.
type AppSecret struct {
	Sealed   []byte    `json:"sealed"`    // base32 secret, encrypted by seal.Sealer
	LastStep int64     `json:"last_step"` // last accepted time step; it and earlier ones are refused (R22)
	Added    time.Time `json:"added"`
}

// A Credential is the credential record of a relying party (W3C WebAuthn Level 3, §4). It
// has the fields of webauthn.Credential, so that the two types convert to each other.
type Credential struct {
	ID             []byte   `json:"id"`
	PublicKey      []byte   `json:"public_key"` // COSE_Key
	SignCount      uint32   `json:"sign_count"`
	Transports     []string `json:"transports,omitempty"`
	AAGUID         []byte   `json:"aaguid,omitempty"`
	Format         string   `json:"format,omitempty"` // attestation statement format: none, packed, fido-u2f
	UserHandle     []byte   `json:"user_handle,omitempty"`
	UserVerified   bool     `json:"user_verified,omitempty"`
	BackupEligible bool     `json:"backup_eligible,omitempty"`
	BackedUp       bool     `json:"backed_up,omitempty"`
	RPID           string   `json:"rp_id"`
}

// A SecurityKey is an enrolled security key (R31).
type SecurityKey struct {
	ID             string     `json:"id"`
	Label          string     `json:"label"`
	Model          string     `json:"model,omitempty"`
	Credential     Credential `json:"credential"`
	Added          time.Time  `json:"added"`
	LastUsed       time.Time  `json:"last_used,omitzero"`
	PossiblyCopied bool       `json:"possibly_copied,omitempty"` // R34
	Lab            bool       `json:"lab,omitempty"`             // a virtual key of the lab
}

// API returns the key in the form that its owner sees.
func (k SecurityKey) API() api.Key {
	out := api.Key{
		ID:             k.ID,
		Label:          k.Label,
		Model:          k.Model,
		AAGUID:         formatAAGUID(k.Credential.AAGUID),
		Transports:     k.Credential.Transports,
		RPID:           k.Credential.RPID,
		CredentialID:   base64.RawURLEncoding.EncodeToString(k.Credential.ID),
		Added:          k.Added,
		PossiblyCopied: k.PossiblyCopied,
		Lab:            k.Lab,
	}
	if out.Transports == nil {
		out.Transports = []string{}
	}
	if !k.LastUsed.IsZero() {
		out.LastUsed = &k.LastUsed
	}
	return out
}

// ForeignRP reports whether the key was set up for another relying party ID than rpID. Such
// a key does not answer requests for rpID (W3C WebAuthn Level 3, §7.2 step 15).
func (k SecurityKey) ForeignRP(rpID string) bool {
	return k.Credential.RPID != "" && k.Credential.RPID != rpID
}

// formatAAGUID formats 16 bytes as a UUID, and the zero AAGUID as "".
func formatAAGUID(b []byte) string {
	if len(b) != 16 || slices.Max(b) == 0 {
		return ""
	}
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// AppKey is the store key of an account's app secret. It is also the associated data of
// its encryption.
func AppKey(account string) string { return authnPrefix(account) + "app" }

func authnPrefix(account string) string { return key(account) + "/authn/" }
func keyPrefix(account string) string   { return key(account) + "/" + SecurityKeyPrefix }

// SecurityKeyPrefix begins the part of a security key's store key that follows the
// account's part.
const SecurityKeyPrefix = "authn/key-"

func credentialKey(credential []byte) string {
	return "uniq/cred/" + base64.RawURLEncoding.EncodeToString(credential)
}

// App returns the account's app secret, or ErrNoApp.
func App(tx store.Tx, account string) (AppSecret, error) {
	var s AppSecret
	switch err := store.Load(tx, AppKey(account), &s); {
	case errors.Is(err, store.ErrNotFound):
		return s, ErrNoApp
	case err != nil:
		return s, fmt.Errorf("account: load the app secret: %w", err)
	}
	return s, nil
}

// SetApp saves the app secret: a new or replaced one, or the step of an accepted code
// (R22).
func SetApp(tx store.Tx, account string, s AppSecret) error {
	if err := store.Save(tx, AppKey(account), s); err != nil {
		return fmt.Errorf("account: save the app secret: %w", err)
	}
	return store.Bump(tx, account)
}

// DeleteApp deletes the app secret; a missing one is no error.
func DeleteApp(tx store.Tx, account string) error {
	if err := tx.Delete(AppKey(account)); err != nil {
		return fmt.Errorf("account: delete the app secret: %w", err)
	}
	return store.Bump(tx, account)
}

// Keys returns the account's security keys in the order they were added.
func Keys(tx store.Tx, account string) ([]SecurityKey, error) {
	items, err := tx.Scan(keyPrefix(account), "", KeysMax)
	if err != nil {
		return nil, fmt.Errorf("account: list security keys: %w", err)
	}
	keys := make([]SecurityKey, len(items))
	for i, item := range items {
		if err := json.Unmarshal(item.Value, &keys[i]); err != nil {
			return nil, fmt.Errorf("account: value of %s: %w", item.Key, err)
		}
	}
	slices.SortFunc(keys, func(a, b SecurityKey) int {
		return cmp.Or(a.Added.Compare(b.Added), cmp.Compare(a.ID, b.ID))
	})
	return keys, nil
}

// Key returns one security key, or ErrNoKey.
func Key(tx store.Tx, account, id string) (SecurityKey, error) {
	var k SecurityKey
	if !isID(id) {
		return k, ErrNoKey
	}
	switch err := store.Load(tx, keyPrefix(account)+id, &k); {
	case errors.Is(err, store.ErrNotFound):
		return k, ErrNoKey
	case err != nil:
		return k, fmt.Errorf("account: load a security key: %w", err)
	}
	return k, nil
}

// isID reports whether s has the form of an ID. An ID becomes part of a store key.
func isID(s string) bool {
	return len(s) == 26 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '2' || r > '7')
	})
}

// AddKey enrols a security key and returns it with its ID and date. Errors:
// ErrKeysFull (R31), *EnrolledError (R33), ErrKeyLabel.
func AddKey(tx store.Tx, account string, k SecurityKey) (SecurityKey, error) {
	label, err := NormalizeLabel(k.Label, KeyLabelMax)
	if err != nil {
		return k, fmt.Errorf("%w: %w", ErrKeyLabel, err)
	}
	keys, err := Keys(tx, account)
	if err != nil {
		return k, err
	}
	if owner, known, err := KeyByCredential(tx, k.Credential.ID); err == nil {
		if owner != account {
			known.Label = ""
		}
		return k, &EnrolledError{Label: known.Label}
	} else if !errors.Is(err, ErrNoKey) {
		return k, err
	}
	if len(keys) >= KeysMax {
		return k, ErrKeysFull
	}
	k.ID, k.Label, k.Added = newID(), label, tx.Now().UTC()
	owner := credentialOwner{Account: account, Key: k.ID}
	if err := store.Insert(tx, credentialKey(k.Credential.ID), owner); err != nil {
		return k, fmt.Errorf("account: claim a credential: %w", err)
	}
	return k, SaveKey(tx, account, k)
}

// credentialOwner is the record at uniq/cred/….
type credentialOwner struct {
	Account string `json:"account"`
	Key     string `json:"key"`
}

// SaveKey writes a key that AddKey returned, with changes such as a new label, a use or a
// counter.
func SaveKey(tx store.Tx, account string, k SecurityKey) error {
	label, err := NormalizeLabel(k.Label, KeyLabelMax)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKeyLabel, err)
	}
	k.Label = label
	if err := store.Save(tx, keyPrefix(account)+k.ID, k); err != nil {
		return fmt.Errorf("account: save a security key: %w", err)
	}
	return store.Bump(tx, account)
}

// DeleteKey removes a key and frees its credential, or returns ErrNoKey. Settle must be
// called afterwards (R61).
func DeleteKey(tx store.Tx, account, id string) error {
	k, err := Key(tx, account, id)
	if err != nil {
		return err
	}
	if err := deleteKey(tx, account, k); err != nil {
		return err
	}
	return store.Bump(tx, account)
}

func deleteKey(tx store.Tx, account string, k SecurityKey) error {
	if err := tx.Delete(keyPrefix(account) + k.ID); err != nil {
		return fmt.Errorf("account: delete a security key: %w", err)
	}
	if err := tx.Delete(credentialKey(k.Credential.ID)); err != nil {
		return fmt.Errorf("account: free a credential: %w", err)
	}
	return nil
}

// KeyByCredential finds the key that holds a WebAuthn credential, and its
// account, or returns ErrNoKey.
func KeyByCredential(tx store.Tx, credential []byte) (account string, k SecurityKey, err error) {
	var owner credentialOwner
	switch err := store.Load(tx, credentialKey(credential), &owner); {
	case errors.Is(err, store.ErrNotFound):
		return "", k, ErrNoKey
	case err != nil:
		return "", k, fmt.Errorf("account: look up a credential: %w", err)
	}
	k, err = Key(tx, owner.Account, owner.Key)
	return owner.Account, k, err
}
