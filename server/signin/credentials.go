package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/ratelimit"
	"nightlatch/server/store"
)

// nameMax bounds what is taken for a user name at all, in bytes.
const nameMax = 256

// A checked is Credentials with what the hasher said of them.
type checked struct {
	api.Credentials
	name    string // without the space that keyboards add
	account string // ID; "" for nobody
	hash    string // the one that was compared
	ok      bool
	anew    string // the right password under today's parameters, if its hash is outdated
}

// name reads a user name. One that nobody can have is still looked for, so that
// it is refused like any other (R42), unless it can't even be read.
func name(s string) (string, error) {
	s = strings.TrimSpace(s)
	bad := func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }
	if s == "" || len(s) > nameMax || strings.ContainsFunc(s, bad) {
		return "", ceremony.Reject(ceremony.Malformed("username",
			"The user name is missing, too long, or has characters that can't be shown. Type it, then go on."))
	}
	return s, nil
}

// verify compares the password, outside any transaction. For a name that nobody
// has, and for a locked account, a hash of the same cost is made (R42). A
// throttled name is turned away before, whether or not somebody has it: no
// answer depends on the hash, so none is made.
func (r *rules) verify(ctx context.Context, _ ceremony.Ceremony, _ draft, input api.Input) (api.Input, error) {
	in := checked{Credentials: input.(api.Credentials)}
	var err error
	if in.name, err = name(in.Username); err != nil {
		return nil, err
	}
	password, err := proof.Password(in.Credentials.Password)
	if err != nil {
		return nil, err
	}
	err = r.Store.View(ctx, func(tx store.Tx) error {
		in.account, in.hash = "", ""
		if _, err := r.admit(tx, in.name); err != nil {
			return err
		}
		a, err := lookUp(tx, in.name)
		if err == nil && a != nil {
			in.account, in.hash = a.ID, a.Password
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if in.account == "" {
		err = r.Hasher.Decoy(ctx, password)
	} else {
		in.ok, err = r.Hasher.Verify(ctx, in.hash, password)
	}
	if err == nil && in.ok && r.Hasher.Outdated(in.hash) {
		in.anew, err = r.Hasher.Hash(ctx, password)
	}
	if err != nil {
		return nil, fmt.Errorf("signin: %w", err)
	}
	return in, nil
}

// lookUp returns the account with that name, or nil.
func lookUp(tx store.Tx, name string) (*account.Account, error) {
	a, err := account.ByLogin(tx, name)
	if errors.Is(err, account.ErrNotFound) {
		return nil, nil
	}
	return a, err
}

// admit asks the throttle. A locked name is no error here: it goes on to be
// refused as any wrong password is (R42).
func (r *rules) admit(tx store.Tx, name string) (locked bool, err error) {
	err = r.FirstParty(name).Allow(tx)
	var throttled *ratelimit.ThrottledError
	var disabled *ratelimit.DisabledError
	switch {
	case errors.As(err, &throttled):
		return false, ceremony.Reject(proof.Throttled(throttled.RetryAt))
	case errors.As(err, &disabled):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("signin: %w", err)
	}
	return false, nil
}

// credentials takes the verdict: wrong, it is counted; right, the second step
// follows, or the sign-in is done if no method is on.
func (r *rules) credentials(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (ceremony.Move, error) {
	in := input.(checked)
	c.Account = ""
	locked, err := r.admit(tx, in.name)
	if err != nil {
		return ceremony.Move{}, err
	}
	a, err := lookUp(tx, in.name)
	if err != nil {
		return ceremony.Move{}, err
	}
	switch {
	case a == nil && in.account != "", a != nil && (a.ID != in.account || a.Password != in.hash):
		return ceremony.Move{}, ceremony.ErrAgain
	case locked:
		return ceremony.Refused(ceremony.Refuse(ceremony.WrongCredentials)), r.decoy(tx, in.name)
	case a == nil:
		move, err := r.FailUnknown(tx, in.name, ceremony.Refuse(ceremony.WrongCredentials))
		if err != nil {
			return ceremony.Move{}, err
		}
		return move, r.decoy(tx, in.name)
	}
	c.Account = a.ID
	if !in.ok {
		return r.Fail(tx, c, a, ceremony.Refuse(ceremony.WrongCredentials), audit.Event{
			Type:    api.EventSignInFailed,
			Rule:    "R42",
			Details: map[string]string{"factor": "password"},
		})
	}
	if in.anew != "" {
		a.Password = in.anew
		if err := account.Save(tx, a); err != nil {
			return ceremony.Move{}, err
		}
	}
	d.Password = a.Password
	return r.second(tx, c, d, a, "")
}

// decoy writes what the audit of a real account would, in one of a few thousand
// places that are written over, so that strangers can't fill the disk. With the
// row that has the stranger's count forgotten it is as many writes.
func (r *rules) decoy(tx store.Tx, name string) error {
	event, err := json.Marshal(audit.Event{
		Type:    api.EventSignInFailed,
		Rule:    "R42",
		Refused: true,
		Details: map[string]string{"factor": "password"},
	})
	if err != nil {
		return fmt.Errorf("signin: %w", err)
	}
	if err := r.FirstParty(name).Decoy(tx, event); err != nil {
		return fmt.Errorf("signin: %w", err)
	}
	return nil
}
