package account

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
)

// Errors of looking up and creating accounts.
var (
	ErrNotFound      = errors.New("account: not found")
	ErrUsernameTaken = errors.New("account: user name taken")
)

// An Account is the record at acct/<id>. Load, change and Save it inside one transaction.
// A copy from an earlier transaction must not be saved.
type Account struct {
	ID       string    `json:"id"`
	Username string    `json:"username"` // as its owner spells it
	Created  time.Time `json:"created"`
	Password string    `json:"password"` // Argon2id, PHC string

	Email          string `json:"email,omitempty"` // normalised; notices go there once it is confirmed
	EmailConfirmed bool   `json:"email_confirmed,omitempty"`
	EmailKept      bool   `json:"email_kept,omitempty"` // it was set while no mail could be sent, so EmailConfirmed is false

	Phone         string    `json:"phone,omitempty"` // E.164
	PhoneVerified bool      `json:"phone_verified,omitempty"`
	Discoverable  bool      `json:"discoverable,omitempty"` // R10
	TextOn        bool      `json:"text_on,omitempty"`
	TextAdded     time.Time `json:"text_added,omitzero"`

	LastMethod     api.Method `json:"last_method,omitempty"` // R40, never a backup code (R41)
	TwoFactorSince time.Time  `json:"two_factor_since,omitzero"`
	TwoFactorTurns int        `json:"two_factor_turns,omitempty"` // how often two-factor went on

	// EnrolledBy is the session that turned the first method on, and EnrolledMethod that method.
	// If the session is a phone app's, that phone enrolled the account (R54).
	EnrolledBy     string     `json:"enrolled_by,omitempty"`
	EnrolledMethod api.Method `json:"enrolled_method,omitempty"`

	RequestsOff bool `json:"requests_off,omitempty"` // login requests were turned off (R60)

	Edits Edits `json:"edits,omitzero"`

	BackupSalt        []byte `json:"salt"`                          // shared by the account's backup codes, for Hasher.Sum
	NextBackupCode    int    `json:"next_backup_code,omitempty"`    // number of the next code to be issued; 0 before the first
	FirstBackupCode   int    `json:"first_backup_code,omitempty"`   // number of the first code since two-factor went on; 0 in records from before the field
	ActiveBackupCodes []int  `json:"active_backup_codes,omitempty"` // numbers in the order of issue (R72), maintained by package backupcode
}

// New returns an account with a new ID and salt, ready for Create. The password is a PHC
// string from a Hasher; the salt gets the same parameters.
func New(username, password string) *Account {
	params, _, _, err := parsePHC(password)
	if err != nil {
		params = DefaultParams()
	}
	return &Account{
		ID:         newID(),
		Username:   username,
		Password:   password,
		BackupSalt: newSalt(params),
	}
}

// newID returns 130 random bits as 26 characters of lower-case base32.
func newID() string {
	var b [17]byte
	rand.Read(b[:])
	return idEncoding.EncodeToString(b[:])[:26]
}

var idEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Create stores a new account, made by New, and claims its user name. Created
// becomes the time of the transaction. Errors: ErrUsername,
// ErrUsernameTaken.
func Create(tx store.Tx, a *Account) error {
	if err := CheckUsername(a.Username); err != nil {
		return err
	}
	a.Created = tx.Now().UTC()
	switch err := tx.Create(loginKey(a.Username), []byte(a.ID)); {
	case errors.Is(err, store.ErrExists):
		return ErrUsernameTaken
	case err != nil:
		return fmt.Errorf("account: claim the user name: %w", err)
	}
	if err := store.Insert(tx, key(a.ID), a); err != nil {
		return fmt.Errorf("account: create: %w", err)
	}
	return store.Bump(tx, a.ID)
}

// Load reads the account with that ID, or returns ErrNotFound.
func Load(tx store.Tx, id string) (*Account, error) {
	var a Account
	switch err := store.Load(tx, key(id), &a); {
	case errors.Is(err, store.ErrNotFound):
		return nil, ErrNotFound
	case err != nil:
		return nil, fmt.Errorf("account: load: %w", err)
	}
	return &a, nil
}

// IDByLogin returns the ID of the account with a user name, ignoring case (R0), or
// ErrNotFound. The name may be any input.
func IDByLogin(tx store.Tx, username string) (string, error) {
	if CheckUsername(username) != nil {
		return "", ErrNotFound
	}
	id, err := tx.Get(loginKey(username))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return "", ErrNotFound
	case err != nil:
		return "", fmt.Errorf("account: look up the user name: %w", err)
	}
	return string(id), nil
}

// ByLogin reads the account with a user name, like IDByLogin.
func ByLogin(tx store.Tx, username string) (*Account, error) {
	id, err := IDByLogin(tx, username)
	if err != nil {
		return nil, err
	}
	return Load(tx, id)
}

// Save writes the account, its Edits and its revision. The user name can't change.
func Save(tx store.Tx, a *Account) error {
	switch old, err := Load(tx, a.ID); {
	case err == nil:
		a.Edits = edited(old, a)
	case !errors.Is(err, ErrNotFound):
		return err
	}
	if err := store.Save(tx, key(a.ID), a); err != nil {
		return fmt.Errorf("account: save: %w", err)
	}
	return store.Bump(tx, a.ID)
}

// Any reports whether there is an account. The first start creates one.
func Any(tx store.Tx) (bool, error) {
	items, err := tx.Scan("uniq/login/", "", 1)
	if err != nil {
		return false, fmt.Errorf("account: look for any: %w", err)
	}
	return len(items) > 0, nil
}

// Next returns the IDs of at most limit accounts in the order of their folded names, and the
// value of after for the next call. after is "" at the start.
func Next(tx store.Tx, after string, limit int) (ids []string, last string, err error) {
	items, err := tx.Scan("uniq/login/", after, limit)
	if err != nil {
		return nil, "", fmt.Errorf("account: list: %w", err)
	}
	for _, it := range items {
		ids, last = append(ids, string(it.Value)), it.Key
	}
	return ids, last, nil
}

// Prefix is the first part of an account's store key. The account's ID follows.
const Prefix = "acct/"

func key(id string) string            { return Prefix + id }
func loginKey(username string) string { return "uniq/login/" + Fold(username) }
