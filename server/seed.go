package server

import (
	"bytes"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"nightlatch/server/account"
	"nightlatch/server/backupcode"
)

// maxSeed bounds a seed file, in bytes.
const maxSeed = 4 << 20

// A Seed is what a server begins with: accounts whose every secret is known. It
// is for the lab and for tests; docs/seed.md describes the file.
type Seed struct {
	Accounts []SeedAccount `json:"accounts"`
}

// A SeedAccount is one account of a seed.
type SeedAccount struct {
	Username    string    `json:"username"`
	Password    string    `json:"password"`
	Email       string    `json:"email"`        // confirmed
	Phone       string    `json:"phone"`        // with country code; verified
	Text        bool      `json:"text"`         // text message is on
	App         string    `json:"app"`          // base32 secret of the authenticator app; "" is off
	BackupCodes SeedCodes `json:"backup_codes"` // active ones, in order
	Story       string    `json:"story"`        // what the account is for: a translation key's last part
}

// SeedCodes are backup codes in the form that New of package backupcode has. In
// JSON they are a list of codes, or a number of codes that are made up.
type SeedCodes []string

// UnmarshalJSON implements json.Unmarshaler.
func (c *SeedCodes) UnmarshalJSON(b []byte) error {
	var n int
	if json.Unmarshal(b, &n) == nil {
		if n < 0 || n > account.BackupCodesMax {
			return &SeedError{Field: "backup_codes", Reason: "at most five can be active (R71)"}
		}
		*c = nil
		for range n {
			*c = append(*c, backupcode.New())
		}
		return nil
	}
	var list []string
	if err := json.Unmarshal(b, &list); err != nil {
		return &SeedError{Field: "backup_codes", Reason: "a number, or a list of codes"}
	}
	*c = list
	return nil
}

// A SeedError says which field of a seed is wrong, and how it should be.
type SeedError struct {
	Field  string // "accounts[1].phone"
	Reason string
}

func (e *SeedError) Error() string { return fmt.Sprintf("server: seed: %s: %s", e.Field, e.Reason) }

// ReadSeed reads and checks a seed file, and puts what is in it into its normal
// form. Its errors are *SeedError where a field is wrong. Passwords only have to
// be possible, not good: demo accounts are no secret.
func ReadSeed(r io.Reader) (*Seed, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxSeed+1))
	if err != nil {
		return nil, fmt.Errorf("server: seed: %w", err)
	}
	if len(b) > maxSeed {
		return nil, &SeedError{Field: "file", Reason: "larger than 4 MiB"}
	}
	var file struct {
		Accounts []json.RawMessage `json:"accounts"`
	}
	if err := readStrictly(b, &file, ""); err != nil {
		return nil, err
	}
	seed := &Seed{Accounts: make([]SeedAccount, len(file.Accounts))}
	for i, account := range file.Accounts { // one by one: the decoder does not say which
		if err := readStrictly(account, &seed.Accounts[i], fmt.Sprintf("accounts[%d]", i)); err != nil {
			return nil, err
		}
	}
	return seed.normal()
}

// normal returns a copy in normal form, or a *SeedError.
func (s *Seed) normal() (*Seed, error) {
	out := &Seed{Accounts: slices.Clone(s.Accounts)}
	taken := map[string]bool{}
	for i := range out.Accounts {
		a := &out.Accounts[i]
		if err := a.check(taken); err != nil {
			err.Field = fmt.Sprintf("accounts[%d].%s", i, err.Field)
			return nil, err
		}
		taken[account.Fold(a.Username)] = true
	}
	return out, nil
}

// readStrictly reads the one JSON value of b, which stands at a place in the file,
// and takes no field that v does not have: a typing error would be an account
// without its method.
func readStrictly(b []byte, v any, place string) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return seedJSON(err, place)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return &SeedError{Field: "file", Reason: "something follows the JSON object"}
	}
	return nil
}

func seedJSON(err error, place string) error {
	at := func(field string) string { return strings.Trim(place+"."+field, ".") }
	var (
		ours  *SeedError
		wrong *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &ours):
		return &SeedError{Field: at(ours.Field), Reason: ours.Reason}
	case errors.As(err, &wrong) && at(wrong.Field) != "":
		return &SeedError{Field: at(wrong.Field), Reason: "wrong type: " + wrong.Value}
	case errors.As(err, &wrong):
		return &SeedError{Field: "file", Reason: "wrong type: " + wrong.Value + `; it has to be an object with a list of "accounts" (docs/seed.md)`}
	case errors.Is(err, io.EOF):
		return &SeedError{Field: "file", Reason: `it is empty; it has to be an object with a list of "accounts" (docs/seed.md)`}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &SeedError{Field: "file", Reason: "not JSON: it ends too early"}
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return &SeedError{Field: at(strings.Trim(name, `"`)), Reason: "there is no such field"}
	}
	return &SeedError{Field: "file", Reason: "not JSON: " + err.Error()}
}

// check puts the account into its normal form.
func (a *SeedAccount) check(taken map[string]bool) *SeedError {
	if account.CheckUsername(a.Username) != nil {
		return &SeedError{"username", "3 to 32 ASCII letters, digits, dots or underscores (R0)"}
	}
	if taken[account.Fold(a.Username)] {
		return &SeedError{"username", "another account has it (R0)"}
	}
	if _, err := account.NormalizePassword(a.Password); err != nil || a.Password == "" {
		return &SeedError{"password", "1 to 128 characters, none of them a control character (R0)"}
	}
	var err error
	if a.Email != "" {
		if a.Email, err = account.NormalizeEmail(a.Email); err != nil {
			return &SeedError{"email", "not an email address (R4)"}
		}
	}
	if a.Phone != "" {
		if a.Phone, err = account.NormalizePhone(a.Phone, ""); err != nil {
			return &SeedError{"phone", "not a phone number with its country code, such as +12025550143 (R10)"}
		}
	}
	if a.Text && a.Phone == "" {
		return &SeedError{"text", "it needs a phone (R10)"}
	}
	if a.App != "" {
		if a.App, err = appSecret(a.App); err != nil {
			return &SeedError{"app", "not a base32 secret of at least 10 bytes (R20)"}
		}
	}
	return a.checkCodes()
}

func (a *SeedAccount) checkCodes() *SeedError {
	if len(a.BackupCodes) > 0 && !a.Text && a.App == "" {
		return &SeedError{"backup_codes", "they need text or app to be on (R70)"}
	}
	if len(a.BackupCodes) > account.BackupCodesMax {
		return &SeedError{"backup_codes", "at most five can be active (R71)"}
	}
	known := map[string]bool{}
	a.BackupCodes = slices.Clone(a.BackupCodes)
	for i, typed := range a.BackupCodes {
		code, err := backupcode.Normalize(typed)
		if err != nil {
			return &SeedError{fmt.Sprintf("backup_codes[%d]", i), "not a code such as 7kmq-2xwd-9hfz-3r8n (R76)"}
		}
		if known[code] {
			return &SeedError{fmt.Sprintf("backup_codes[%d]", i), "the same code twice"}
		}
		known[code] = true
		a.BackupCodes[i] = code
	}
	return nil
}

// appSecret reads a base32 secret as people write it: groups, either case, with
// or without padding.
func appSecret(s string) (string, error) {
	s = strings.TrimRight(strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(s)), "=")
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(s)
	if err != nil {
		return "", err
	}
	if len(b) < 10 {
		return "", errors.New("too short")
	}
	return s, nil
}
