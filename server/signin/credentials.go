package signin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/backupcode"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/fairqueue"
	"nightlatch/server/ratelimit"
	"nightlatch/server/store"
	"nightlatch/server/throttle"
)

// nameMax is the maximum length of a user name input in bytes.
const nameMax = 256

// checked is Credentials with the result of comparing the password.
type checked struct {
	api.Credentials
	name      string           // trimmed
	account   string           // ID; "" for an unknown user name
	record    *account.Account // only read; nil for an unknown user name
	hash      string           // the hash that the password was compared with
	ok        bool
	owner     ceremony.Reason // set if the text is another secret that only the owner can know; else 0
	temporary string          // ID of a live temporary password that a phone may use (R93); "" for another password
	rehashed  string          // new hash of the right password, if the stored one has outdated parameters
}

// name reads a pasted user name. It accepts names that no account can have, so
// that they are refused like any other unknown name (R42).
func name(s string) (string, error) {
	s = account.ParseUsername(s)
	bad := func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }
	if s == "" || len(s) > nameMax || strings.ContainsFunc(s, bad) {
		return "", ceremony.Reject(ceremony.Malformed("username",
			"The user name is missing, too long, or has characters that can't be shown. Type it, then go on."))
	}
	return s, nil
}

// verify compares the password, outside any transaction. For an unknown name and a locked
// account it computes a hash of the same cost (R42). A throttled name is rejected before
// that, known or not, so no hash is computed.
func (r *rules) verify(ctx context.Context, c ceremony.Ceremony, d draft, input api.Input) (api.Input, error) {
	in := checked{Credentials: input.(api.Credentials)}
	var err error
	if in.name, err = name(in.Username); err != nil {
		return nil, err
	}
	password, err := proof.Password(in.Credentials.Password)
	if err != nil {
		return nil, err
	}
	known := false // a device that signed in before; its hash is computed first (R43)
	err = r.Store.View(ctx, func(tx store.Tx) error {
		in.account, in.hash = "", ""
		count, err := r.Counts.FirstParty(tx, in.name, c.Caller.Device)
		if err != nil {
			return err
		}
		known = count.Known()
		if _, err := admit(tx, count); err != nil {
			return err
		}
		if in.temporary, in.owner, err = r.temporary(tx, count.Account(), in.Credentials.Password, d.Phone); err != nil {
			return err
		}
		a, err := r.lookUp(tx, in.name)
		if err == nil && a != nil {
			in.account, in.hash, in.record = a.ID, a.Password, a
		}
		return err
	})
	if err != nil || in.owner != 0 || in.temporary != "" {
		return in, err
	}
	if known {
		ctx = fairqueue.WithClass(ctx, fairqueue.Known)
	}
	if in.account == "" {
		err = r.Hasher.Decoy(ctx, password)
	} else {
		in.ok, err = r.Hasher.Verify(ctx, in.hash, password)
	}
	if err == nil && in.ok && r.Hasher.Outdated(in.hash) {
		in.rehashed, err = r.Hasher.Hash(ctx, password)
	}
	if err == nil && !in.ok {
		err = r.lookForBackupCode(ctx, &in)
	}
	if err != nil {
		return nil, fmt.Errorf("signin: %w", err)
	}
	return in, nil
}

// lookForBackupCode checks whether a wrong password is a backup code of the
// account, used or not. Such a code is not counted as a guess. The answer is
// the one for a wrong password, because a reason is only given after the right
// password (R74). Every text in the form of a backup code costs a second hash,
// for unknown names too (R42).
func (r *rules) lookForBackupCode(ctx context.Context, in *checked) error {
	if _, err := backupcode.Normalize(in.Credentials.Password); err != nil {
		return nil
	}
	if in.account == "" {
		return r.Hasher.Decoy(ctx, in.Credentials.Password)
	}
	sum, err := backupcode.Sum(ctx, r.Hasher, in.record, in.Credentials.Password)
	if err != nil {
		return err
	}
	return r.Store.View(ctx, func(tx store.Tx) error {
		_, state, err := backupcode.Lookup(tx, in.account, sum)
		if err == nil && state != backupcode.StateUnknown {
			in.owner = ceremony.WrongCredentials
		}
		return err
	})
}

// lookUp returns the account with that name, or nil. It does the same work for
// every name (R42).
func (r *rules) lookUp(tx store.Tx, name string) (*account.Account, error) {
	a, err := account.ByLoginAlike(tx, r.Sealer, name)
	if errors.Is(err, account.ErrNotFound) {
		return nil, nil
	}
	return a, err
}

// admit checks the throttle. A locked name is not an error here: it is refused later like
// a wrong password (R42).
func admit(tx store.Tx, count throttle.Count) (locked bool, err error) {
	err = count.Allow(tx)
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

// credentials examines user name and password. Wrong ones are counted. After right ones
// the second step follows, or the sign-in is complete if no method is on.
func (r *rules) credentials(tx store.Tx, c *ceremony.Ceremony, d *draft, input api.Input) (api.State, error) {
	in := input.(checked)
	c.Account = ""
	count, err := r.Counts.FirstParty(tx, in.name, c.Caller.Device)
	if err != nil {
		return "", err
	}
	locked, err := admit(tx, count)
	if err != nil {
		return "", err
	}
	a, err := r.lookUp(tx, in.name)
	if err != nil {
		return "", err
	}
	refusal := ceremony.Refuse(ceremony.WrongCredentials)
	failed := audit.Event{
		Type: api.EventSignInFailed, Rule: "R42", Details: map[string]string{"factor": "password"},
	}
	switch {
	case a == nil && in.account != "", a != nil && (a.ID != in.account || a.Password != in.hash):
		return "", ceremony.ErrAgain
	case locked:
		c.Refuse(refusal)
		return "", r.decoy(tx, c, count, in.name, failed)
	case a == nil:
		failures, err := r.FailUnknown(tx, c, count, refusal)
		if err != nil {
			return "", err
		}
		events := []audit.Event{failed}
		if count.Throttles(failures) {
			events = append(events, audit.Event{Type: api.EventThrottled, Rule: "R43", Details: map[string]string{"failures": "5"}})
		}
		if failures.Disabled {
			events = append(events, audit.Event{Type: api.EventMethodDisabled, Rule: "R43", Details: map[string]string{"failures": "100"}})
		}
		return "", r.decoy(tx, c, count, in.name, events...)
	}
	c.Account = a.ID
	if in.temporary != "" {
		return r.restorePhone(tx, c, d, a, in)
	}
	if in.owner != 0 {
		return r.refuseOwner(c, d, "password", ceremony.Refuse(in.owner))
	}
	if !in.ok {
		return "", r.Fail(tx, c, a, throttle.Password, refusal, failed)
	}
	if in.rehashed != "" {
		a.Password = in.rehashed
		if err := account.Save(tx, a); err != nil {
			return "", err
		}
	}
	d.Password, d.Given = a.Password, proof.Give(tx, a)
	return r.second(tx, c, d, a, "")
}

// decoy does the same work as recording events of a real account (R42).
func (r *rules) decoy(tx store.Tx, c *ceremony.Ceremony, count throttle.Count, name string, events ...audit.Event) error {
	for i := range events {
		events[i].Refused, events[i].Client, events[i].RemoteAddr = true, c.Caller.Client, c.Caller.RemoteAddr
	}
	records, err := audit.Decoy(tx, account.StandIn(r.Sealer, name), events...)
	if err != nil {
		return fmt.Errorf("signin: %w", err)
	}
	for _, record := range records {
		if err := count.Decoy(tx, record); err != nil {
			return fmt.Errorf("signin: %w", err)
		}
	}
	return nil
}
