// Package seed reads seed files and creates their accounts. A seed is for the lab
// and for tests: all of its secrets are known. docs/seed.md describes the file.
package seed

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
	"nightlatch/server/rawtext"
)

// maxSeed bounds a seed file, in bytes.
const maxSeed = 4 << 20

// A Seed is the content of a seed file.
type Seed struct {
	Accounts []Account `json:"accounts"`
}

// An Account is one account of a seed.
type Account struct {
	Username    string `json:"username"`
	Password    string `json:"password"`
	Email       string `json:"email"`        // confirmed
	Phone       string `json:"phone"`        // with country code; verified
	Text        bool   `json:"text"`         // text message is on
	App         string `json:"app"`          // base32 secret of the authenticator app; "" is off
	BackupCodes Codes  `json:"backup_codes"` // active ones, in order
	Owner       bool   `json:"owner"`        // the account owns the server (R7)
	Story       string `json:"story"`        // purpose of the account: last part of a translation key
}

// Codes are backup codes as backupcode.New returns them. In JSON they are a list of
// codes, or the number of codes to generate.
type Codes []string

// UnmarshalJSON implements json.Unmarshaler.
func (c *Codes) UnmarshalJSON(b []byte) error {
	var n int
	if json.Unmarshal(b, &n) == nil {
		if n < 0 || n > account.BackupCodesMax {
			return &Error{Field: "backup_codes", Reason: "at most five can be active (R71)"}
		}
		*c = nil
		for range n {
			*c = append(*c, backupcode.New())
		}
		return nil
	}
	var list []string
	if err := json.Unmarshal(b, &list); err != nil {
		return &Error{Field: "backup_codes", Reason: "a number, or a list of codes"}
	}
	*c = list
	return nil
}

// An Error reports the wrong field of a seed, and the expected value.
type Error struct {
	Field  string // "accounts[1].phone"
	Reason string
}

func (e *Error) Error() string { return fmt.Sprintf("seed: %s: %s", e.Field, e.Reason) }

// Read reads and checks a seed file and normalises its values. For a wrong field the
// error is an *Error. Passwords need not be good, because they are no secret.
func Read(r io.Reader) (*Seed, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxSeed+1))
	if err != nil {
		return nil, fmt.Errorf("seed: %w", err)
	}
	if len(b) > maxSeed {
		return nil, &Error{Field: "file", Reason: "larger than 4 MiB"}
	}
	text, err := rawtext.File(b)
	if err != nil {
		return nil, &Error{Field: "file", Reason: err.Error()}
	}
	b = []byte(text)
	var file struct {
		Accounts []json.RawMessage `json:"accounts"`
	}
	if err := readStrictly(b, &file, ""); err != nil {
		return nil, err
	}
	seed := &Seed{Accounts: make([]Account, len(file.Accounts))}
	for i, account := range file.Accounts { // one by one, because errors of the decoder have no index
		if err := readStrictly(account, &seed.Accounts[i], fmt.Sprintf("accounts[%d]", i)); err != nil {
			return nil, err
		}
	}
	return seed.normal()
}

// normal returns a normalised copy, or an *Error.
func (s *Seed) normal() (*Seed, error) {
	out := &Seed{Accounts: slices.Clone(s.Accounts)}
	taken, owners := map[string]bool{}, 0
	for i := range out.Accounts {
		a := &out.Accounts[i]
		if err := a.check(taken); err != nil {
			err.Field = fmt.Sprintf("accounts[%d].%s", i, err.Field)
			return nil, err
		}
		taken[account.Fold(a.Username)] = true
		if owners += owner(*a); owners > 1 {
			return nil, &Error{fmt.Sprintf("accounts[%d].owner", i), "another account is the owner already (R7)"}
		}
	}
	return out, nil
}

func owner(a Account) int {
	if a.Owner {
		return 1
	}
	return 0
}

// readStrictly decodes the single JSON value of b. path is its position in the file,
// for errors. It refuses unknown fields: a mistyped field would leave an account
// without its method.
func readStrictly(b []byte, v any, path string) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return jsonError(err, path, string(b))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return &Error{Field: "file", Reason: "there is more after the JSON object"}
	}
	return nil
}

// jsonError turns an error of the decoder into an *Error. The decoder itself names a wrong
// byte as if it were a character.
func jsonError(err error, path, text string) error {
	at := func(field string) string { return strings.Trim(path+"."+field, ".") }
	var (
		ours   *Error
		wrong  *json.UnmarshalTypeError
		syntax *json.SyntaxError
	)
	switch {
	case errors.As(err, &ours):
		return &Error{Field: at(ours.Field), Reason: ours.Reason}
	case errors.As(err, &wrong) && at(wrong.Field) != "":
		return &Error{Field: at(wrong.Field), Reason: "wrong type: " + wrong.Value}
	case errors.As(err, &wrong):
		return &Error{Field: "file", Reason: "wrong type: " + wrong.Value + `; it has to be an object with a list of "accounts" (docs/seed.md)`}
	case errors.Is(err, io.EOF):
		return &Error{Field: "file", Reason: `it is empty; it has to be an object with a list of "accounts" (docs/seed.md)`}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &Error{Field: "file", Reason: "not JSON: it ends too early"}
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return &Error{Field: at(strings.Trim(name, `"`)), Reason: "there is no such field"}
	}
	if errors.As(err, &syntax) {
		return &Error{Field: "file", Reason: "not JSON: " + rawtext.Place(text, int(syntax.Offset)-1)}
	}
	return &Error{Field: "file", Reason: "not JSON: " + err.Error()}
}

// check checks and normalises an account.
func (a *Account) check(taken map[string]bool) *Error {
	a.Username = account.ParseUsername(a.Username)
	if account.CheckUsername(a.Username) != nil {
		return &Error{"username", "3 to 32 ASCII letters, digits, dots or underscores (R0)"}
	}
	if taken[account.Fold(a.Username)] {
		return &Error{"username", "another account has it (R0)"}
	}
	if _, err := account.NormalizePassword(a.Password); err != nil || a.Password == "" {
		return &Error{"password", "1 to 128 characters, none of them a control character (R0)"}
	}
	var err error
	if a.Email != "" {
		if a.Email, err = account.NormalizeEmail(a.Email); err != nil {
			return &Error{"email", "not an email address (R4). " + account.Advise(err, "").Detail}
		}
	}
	if a.Phone != "" {
		if a.Phone, err = account.NormalizePhone(a.Phone, ""); err != nil {
			return &Error{"phone", "not a phone number with its country code, such as +12025550143 (R10). " + account.Advise(err, "").Detail}
		}
	}
	if a.Text && a.Phone == "" {
		return &Error{"text", "it needs a phone (R10)"}
	}
	if a.App != "" {
		if a.App, err = appSecret(a.App); err != nil {
			return &Error{"app", "not a base32 secret of at least 10 bytes (R20)"}
		}
	}
	return a.checkCodes()
}

func (a *Account) checkCodes() *Error {
	if len(a.BackupCodes) > 0 && !a.Text && a.App == "" {
		return &Error{"backup_codes", "they need text or app to be on (R70)"}
	}
	if len(a.BackupCodes) > account.BackupCodesMax {
		return &Error{"backup_codes", "at most five can be active (R71)"}
	}
	known := map[string]bool{}
	a.BackupCodes = slices.Clone(a.BackupCodes)
	for i, typed := range a.BackupCodes {
		code, err := backupcode.Normalize(typed)
		if err != nil {
			return &Error{fmt.Sprintf("backup_codes[%d]", i), "not a code such as 7kmq-2xwd-9hfz-3r8n (R76)"}
		}
		if known[code] {
			return &Error{fmt.Sprintf("backup_codes[%d]", i), "the same code twice"}
		}
		known[code] = true
		a.BackupCodes[i] = code
	}
	return nil
}

// appSecret reads a base32 secret as people write it: groups, either case, with
// or without padding.
func appSecret(s string) (string, error) {
	s = strings.TrimRight(strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(rawtext.Parsed(s))), "=")
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(s)
	if err != nil {
		return "", err
	}
	if len(b) < 10 {
		return "", errors.New("too short")
	}
	return s, nil
}
