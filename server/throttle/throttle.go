// Package throttle selects the count of failures that limits an attempt (R43).
//
//	a first-party client                  → one count for each name, over all factors and ceremonies
//	… on a device that signed in before   → a count of that device
//	… that proves the password in a session → a count of that session
//	a third-party client                  → another count for each name
//	… a program that signed in before       → a count of that program
//
// So neither a broken mail client nor a stranger can lock the owner out of the owner's
// devices and sessions.
//
// A success removes the failures of the secrets that it proved, and only from its own
// count. A mail program that signs in every minute gives a stranger no additional guesses.
// The counts of programs also limit the failures in an hour to the number that the waits
// allow without successes. This is needed because the owner's program may prove the guessed
// secret in the same count: a stranger can copy its address and name.
//
// A name without an account has a count, too (R42). A later account with the name does
// not inherit it. The subject of a count is an ID or a keyed hash, because people sometimes
// type their password into the name field.
package throttle

import (
	"encoding/base64"
	"errors"

	"nightlatch/server/account"
	"nightlatch/server/device"
	"nightlatch/server/ratelimit"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// A Secret is what an attempt tries to prove. A count has a part for each.
type Secret string

// The secrets that can be guessed or tried.
const (
	Password   Secret = "password"
	TextCode   Secret = "text"
	AppCode    Secret = "app"
	Key        Secret = "key"
	BackupCode Secret = "backup-code"
	InSession  Secret = "session" // the password, in a session
)

// A Keeper keeps the counts of a server.
type Keeper struct {
	sealer *seal.Sealer
	policy account.Policy
}

// New returns a Keeper for a policy.
func New(sealer *seal.Sealer, policy account.Policy) (*Keeper, error) {
	if sealer == nil || policy.Name == "" {
		return nil, errors.New("throttle: keys and a policy are needed")
	}
	return &Keeper{sealer, policy}, nil
}

// A Count is the count that an attempt is held against.
type Count struct {
	counter ratelimit.Counter
	account string // ID; "" for a name without an account
	device  string // ID of the known device or program; "" for everybody else
	of      device.Set
	expires bool // the count is deleted after some weeks
}

// Account returns the ID of the account, "" for a name without one.
func (c Count) Account() string { return c.account }

// Known reports whether the attempt came from a device or program that has
// signed in before.
func (c Count) Known() bool { return c.device != "" }

// The names of the limits.
const (
	firstParty   = "first-party"
	thirdParty   = "third-party"
	ownLimit     = "device"
	sessionLimit = "session"
)

// FirstParty returns the count for a first-party client that sends a user name
// and a device token, or "" without one. The work is the same for every name.
func (k *Keeper) FirstParty(tx store.Tx, username, token string) (Count, error) {
	c, err := k.byName(tx, firstParty, username)
	if err != nil || token == "" {
		return c, err
	}
	return k.orDevice(tx, c, token)
}

// Account is FirstParty for the account with the given ID.
func (k *Keeper) Account(tx store.Tx, id, token string) (Count, error) {
	return k.orDevice(tx, k.others(firstParty, id), token)
}

// Unknown does the same work as Account, for the count of a name without an
// account (R42). It returns that count.
func (k *Keeper) Unknown(tx store.Tx, c Count, token string) (Count, error) {
	return k.orDevice(tx, c, token)
}

// orDevice returns the count of the device with that token, if the account of
// c knows it; else c.
func (k *Keeper) orDevice(tx store.Tx, c Count, token string) (Count, error) {
	id, err := device.Find(tx, k.sealer, c.account, token)
	if err != nil || id == "" {
		return c, err
	}
	return k.own(device.Devices, c.account, id), nil
}

// ThirdParty returns the count for a third-party client that sends a user
// name. The work is the same for every name.
func (k *Keeper) ThirdParty(tx store.Tx, username string, p device.Program) (Count, error) {
	c, err := k.byName(tx, thirdParty, username)
	if err != nil {
		return c, err
	}
	id, err := device.FindProgram(tx, k.sealer, c.account, p)
	if err != nil || id == "" {
		return c, err
	}
	return k.own(device.Programs, c.account, id), nil
}

// byName returns the count for unknown clients that send a user name. The name
// may belong to no account.
func (k *Keeper) byName(tx store.Tx, limit, username string) (Count, error) {
	mac := k.sealer.MAC("throttle", account.Fold(username)) // for every name, so that all take the same time
	id, err := account.IDByLogin(tx, username)
	if errors.Is(err, account.ErrNotFound) {
		c := k.others(limit, base64.RawURLEncoding.EncodeToString(mac[:16]))
		c.account, c.expires = "", true
		return c, nil
	}
	return k.others(limit, id), err
}

// others returns an account's count for all unknown clients.
func (k *Keeper) others(limit, id string) Count {
	l := k.policy.Throttle(limit)
	if limit == thirdParty {
		l.Shared = true
		// A lock of third-party clients ends by itself, although they have no
		// second step. An attacker gains little: there is at most one try an
		// hour anyway.
		l.Reopen = k.policy.ThrottleReopen
	}
	return Count{counter: ratelimit.Counter{Limit: l, Subject: id}, account: id}
}

// own returns the count of one known device or program.
func (k *Keeper) own(of device.Set, accountID, id string) Count {
	l := k.policy.Throttle(ownLimit)
	l.Shared = of == device.Programs // a stranger can copy the address and the name
	counter := ratelimit.Counter{Limit: l, Subject: id}
	return Count{counter: counter, account: accountID, device: id, of: of, expires: true}
}

// Session returns the count of wrong passwords in a session.
func (k *Keeper) Session(accountID, id string) Count {
	counter := ratelimit.Counter{Limit: k.policy.Throttle(sessionLimit), Subject: id}
	return Count{counter: counter, account: accountID, expires: true}
}

// State reads the count.
func (c Count) State(tx store.Tx) (ratelimit.Failures, error) { return c.counter.State(tx) }

// Allow returns nil if an attempt may be checked now. Errors:
// *ratelimit.ThrottledError, *ratelimit.DisabledError.
func (c Count) Allow(tx store.Tx) error { return c.counter.Allow(tx) }

// Decoy writes as many bytes as the audit event of a failure (R42).
func (c Count) Decoy(tx store.Tx, value []byte) error { return c.counter.Decoy(tx, value) }

// Throttles reports whether a failure is the first one that makes further attempts wait.
func (c Count) Throttles(f ratelimit.Failures) bool { return f.Count == c.counter.Limit.Free }

// Fail counts a failed try of a secret. A known device or program with too
// many failures is forgotten. From then on its failures count with those of
// unknown clients.
func (c Count) Fail(tx store.Tx, of Secret) (ratelimit.Failures, error) {
	counter := c.counter
	counter.Part = string(of)
	fail := counter.Fail
	if c.expires {
		fail = counter.FailUnknown
	}
	f, err := fail(tx)
	if err != nil || !f.Disabled || c.device == "" {
		return f, err
	}
	f.Disabled = false
	return f, c.of.ForgetIf(tx, c.account, func(e device.Entry) bool { return e.ID == c.device })
}

// Succeed removes the failures of the secrets that were proved.
func (c Count) Succeed(tx store.Tx, proved ...Secret) error {
	parts := make([]string, len(proved))
	for i, s := range proved {
		parts[i] = string(s)
	}
	return c.counter.ResetParts(tx, parts...)
}

// Clear removes all failures.
func (c Count) Clear(tx store.Tx) error { return c.counter.Reset(tx) }

// Renewed removes the failures of secrets that were set up again, in a session
// whose password was proved. It applies to the counts for unknown clients, and
// also ends the locks of the account (R43).
func (k *Keeper) Renewed(tx store.Tx, id string, secrets ...Secret) error {
	first := k.others(firstParty, id)
	if err := first.Succeed(tx, secrets...); err != nil {
		return err
	}
	if err := k.others(thirdParty, id).Succeed(tx, secrets...); err != nil {
		return err
	}
	_, err := k.Reopen(tx, id)
	return err
}

// Reopen ends the locks of an account and reports whether there were any. It
// is called when the owner proves the password in an open session (R43).
// Failures below the lock stay counted.
func (k *Keeper) Reopen(tx store.Tx, id string) (reopened bool, err error) {
	for _, limit := range []string{firstParty, thirdParty} {
		c := k.others(limit, id)
		f, err := c.State(tx)
		if err != nil {
			return false, err
		}
		if !f.Disabled {
			continue
		}
		if err := c.Clear(tx); err != nil {
			return false, err
		}
		reopened = true
	}
	return reopened, nil
}

// Unlock removes all failures of an account, also those of its devices, and
// returns their number.
func (k *Keeper) Unlock(tx store.Tx, id string) (failures int, err error) {
	counts := []Count{k.others(firstParty, id), k.others(thirdParty, id)}
	for _, of := range []device.Set{device.Devices, device.Programs} {
		ids, err := of.IDs(tx, id)
		if err != nil {
			return 0, err
		}
		for _, known := range ids {
			counts = append(counts, k.own(of, id, known))
		}
	}
	for _, c := range counts {
		f, err := c.State(tx)
		if err != nil {
			return 0, err
		}
		failures += f.Count
		if err := c.Clear(tx); err != nil {
			return 0, err
		}
	}
	return failures, nil
}
