package server

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/backupcode"
	"nightlatch/server/delivery"
	"nightlatch/server/ratelimit"
	"nightlatch/server/store"
	"nightlatch/server/store/revcache"
	"nightlatch/server/store/seal"
	"nightlatch/server/temppassword"
	"nightlatch/server/thirdparty"
	"nightlatch/server/usage"
)

// A door is where third-party clients come in: it decides a user name and a
// secret by R75 and R80 to R85 (thirdparty.Checker).
//
//	two-factor off, ordinary password → in
//	two-factor on, temporary password → in: a keyed hash, no slow one
//	two-factor on, ordinary password  → temporary_password_required (R80); one may be texted (R82)
//	an expired temporary password     → temporary_password_expired (R85)
//	a backup code that works          → backup_code_not_accepted (R75)
//	anything else                     → invalid_credentials
//
// Failures are counted apart from the first-party ones (R43), by user name and
// not by account, so that nobody's name is treated like somebody's; for nobody's
// name the same hashes are made and as much is written, and where too many
// failures have locked the door the answer is that of a wrong password (R42).
// Its owner opens it again by making a new temporary password.
type door struct {
	store  store.Store
	keys   *seal.Sealer
	hasher *account.Hasher
	policy account.Policy
	usage  *usage.Recorder
	mint   mint
	known  revcache.Cache[pass]
	said   *repeats
	tell   announcer
	ways   func() delivery.Capabilities
}

// counter counts the failures of third-party clients for a user name (R43). The subject
// is a keyed hash, because people sometimes type their password into the name field.
func (d *door) counter(username string) ratelimit.Counter {
	sum := d.keys.MAC("third-party name", account.Fold(username))
	return ratelimit.Counter{Limit: d.policy.Throttle("third-party"), Subject: hex.EncodeToString(sum[:16])}
}

// A knock is an attempt with what was found out about it so far.
type knock struct {
	thirdparty.Attempt
	counter ratelimit.Counter
	at      time.Time        // of the first look
	failed  bool             // there were failures before
	locked  bool             // so many that nothing is let in (R43)
	account *account.Account // nil for nobody's name; looked at, never saved

	temporary temppassword.Record
	outcome   temppassword.Outcome

	password bool // the ordinary password is right
	backup   bool // it is a backup code that works
}

// Check implements thirdparty.Checker.
func (d *door) Check(ctx context.Context, a thirdparty.Attempt) (thirdparty.Identity, error) {
	a.Username = strings.TrimSpace(a.Username)
	if a.Username == "" || a.Secret == "" {
		return thirdparty.Identity{}, &thirdparty.Refusal{Code: api.InvalidCredentials} // nobody has that
	}
	k := &knock{Attempt: a, counter: d.counter(a.Username)}
	if err := d.look(ctx, k); err != nil {
		return thirdparty.Identity{}, err
	}
	if k.outcome == temppassword.Live && !k.locked {
		return d.admitTemporary(ctx, k)
	}
	if k.outcome != temppassword.Expired || k.locked {
		if err := d.compare(ctx, k); err != nil {
			return thirdparty.Identity{}, busy(err, k.at)
		}
	}
	return d.decide(ctx, k)
}

// A pass is a temporary password that was live when it was looked up.
type pass struct {
	account  *account.Account
	password temppassword.Record
}

// look asks the throttle and finds the account and the temporary password. It
// writes nothing.
func (d *door) look(ctx context.Context, k *knock) error {
	key := d.keys.MAC("third-party memo", k.counter.Subject, k.Secret, k.Protocol)
	return d.store.View(ctx, func(tx store.Tx) error {
		k.at = tx.Now().UTC()
		failures, err := k.counter.State(tx)
		if err != nil {
			return err
		}
		if refusal := throttle(failures, k.at); refusal != nil {
			return refusal
		}
		k.failed, k.locked = failures.Count > 0, failures.Disabled
		p, ok, err := d.known.Get(tx, key)
		if err != nil {
			return err
		}
		if ok && p.password.State(k.at) == temppassword.StateLive {
			k.account, k.temporary, k.outcome = p.account, p.password, temppassword.Live
			return nil
		}
		return d.find(tx, k, key)
	})
}

// find is what look does for a secret that was not seen lately.
func (d *door) find(tx store.Tx, k *knock, key [32]byte) error {
	a, err := account.ByLogin(tx, k.Username)
	if errors.Is(err, account.ErrNotFound) {
		k.account, k.outcome = nil, temppassword.Unknown
		return nil
	}
	if err != nil {
		return err
	}
	k.account = a
	k.temporary, k.outcome, err = temppassword.Find(tx, d.keys, a.ID, k.Secret)
	switch {
	case err != nil:
		return err
	case !k.temporary.Serves(k.Protocol):
		k.outcome = temppassword.Unknown // R83: not for this service, so nothing to this one
	case k.outcome == temppassword.Live:
		return d.known.Put(tx, key, a.ID, pass{a, k.temporary})
	}
	return nil
}

// throttle refuses who has to wait, the same for all names; nil is nobody.
func throttle(f ratelimit.Failures, now time.Time) *thirdparty.Refusal {
	if f.Disabled || !now.Before(f.RetryAt) {
		return nil
	}
	return &thirdparty.Refusal{Code: api.Throttled, Rule: "R43", RetryAt: f.RetryAt.UTC()}
}

// admitTemporary lets a temporary password in. What it costs is the look above
// and a count in memory; only the first use, and the first success after
// failures, are written.
func (d *door) admitTemporary(ctx context.Context, k *knock) (thirdparty.Identity, error) {
	if k.failed {
		err := d.store.Update(ctx, func(tx store.Tx) error { return k.counter.Reset(tx) })
		if err != nil {
			return thirdparty.Identity{}, err
		}
	}
	use := api.Use{At: k.at, Protocol: k.Protocol, Address: k.Address}
	err := d.usage.RecordUse(ctx, k.account.ID, k.temporary, use, k.Client)
	return thirdparty.Identity{
		Account:    k.account.ID,
		Username:   k.account.Username,
		Credential: k.temporary.ID,
		Until:      k.temporary.Expires,
	}, err
}

// compare makes the slow hashes: the ordinary password, and for what looks like
// a backup code that too. Nobody's name costs the same.
func (d *door) compare(ctx context.Context, k *knock) (err error) {
	// A secret that could never have been set is wrong after the same work.
	password, malformed := account.NormalizePassword(k.Secret)
	_, noCode := backupcode.Normalize(k.Secret)
	if k.account == nil {
		if err := d.hasher.Decoy(ctx, password); err != nil || noCode != nil {
			return err
		}
		return d.hasher.Decoy(ctx, k.Secret)
	}
	k.password, err = d.hasher.Verify(ctx, k.account.Password, password)
	k.password = k.password && malformed == nil
	if err != nil || noCode != nil || k.password {
		return err
	}
	sum, err := backupcode.Sum(ctx, d.hasher, k.account, k.Secret)
	if err != nil {
		return err
	}
	return d.store.View(ctx, func(tx store.Tx) error {
		_, state, err := backupcode.Check(tx, k.account.ID, sum)
		k.backup = state == backupcode.StateActive
		return err
	})
}

// busy turns the hasher's full queue into a refusal with its time.
func busy(err error, now time.Time) error {
	var full *account.BusyError
	if !errors.As(err, &full) {
		return err
	}
	return &thirdparty.Refusal{Code: api.Unavailable, RetryAt: now.Add(full.RetryAfter)}
}
