// Package passwordauth checks the user name and password of clients that cannot do
// second steps, such as mail programs (thirdparty.Checker).
//
//	two-factor off, account password  → accepted
//	two-factor on, temporary password → accepted, without a slow hash
//	two-factor on, account password   → temporary_password_required (R80); one may be texted (R82)
//	an expired temporary password     → temporary_password_expired (R85)
//	a revoked one, or for a service   → invalid_credentials, and why
//	a backup code, used or not        → backup_code_not_accepted (R75)
//	anything else                     → invalid_credentials
//
// Only the last one is a guess and counts as a failure, apart from those of first-party
// clients (R43). The other secrets only the owner can know. A temporary password is found
// by a keyed hash, so that it is never throttled either.
//
// Known and unknown names are treated alike: for an unknown name the same hashes are
// computed and as much is written. After too many failures even the right account
// password is answered like a wrong one (R42), until a day has passed without a try or the
// owner enters the password in an open session.
package passwordauth

import (
	"context"
	"errors"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/backupcode"
	"nightlatch/server/delivery"
	"nightlatch/server/device"
	"nightlatch/server/fairqueue"
	"nightlatch/server/notice"
	"nightlatch/server/ratelimit"
	"nightlatch/server/store"
	"nightlatch/server/store/revcache"
	"nightlatch/server/store/seal"
	"nightlatch/server/temppassword"
	"nightlatch/server/thirdparty"
	"nightlatch/server/throttle"
	"nightlatch/server/usage"
)

// Config is what an Authenticator needs. All fields are required.
type Config struct {
	Store        store.Store
	Sealer       *seal.Sealer
	Hasher       *account.Hasher
	Policy       account.Policy
	Usage        *usage.Recorder
	Announcer    *notice.Announcer
	Capabilities func() delivery.Capabilities // how messages can be sent now
}

// An Authenticator implements thirdparty.Checker and oauth.Issuer.
type Authenticator struct {
	cfg Config
	tokens
	counts   *throttle.Keeper
	cache    revcache.Cache[cachedCredential]
	reported *repeats
}

// New checks the configuration.
func New(cfg Config) (*Authenticator, error) {
	if cfg.Store == nil || cfg.Sealer == nil || cfg.Hasher == nil || cfg.Policy.Name == "" ||
		cfg.Usage == nil || cfg.Announcer == nil || cfg.Capabilities == nil {
		return nil, errors.New("passwordauth: the configuration is incomplete")
	}
	counts, err := throttle.New(cfg.Sealer, cfg.Policy)
	if err != nil {
		return nil, err
	}
	return &Authenticator{cfg: cfg, tokens: tokens{cfg.Sealer}, counts: counts, reported: &repeats{}}, nil
}

// Clear empties the caches. It must be called after the store was emptied.
func (p *Authenticator) Clear() {
	p.cache.Clear()
	p.reported.clear()
}

// An attempt is a user name and a secret, with the findings so far.
type attempt struct {
	thirdparty.Attempt
	count   throttle.Count
	at      time.Time        // when the attempt began
	locked  bool             // so many that nothing is accepted (R43)
	account *account.Account // nil for an unknown user name; only read, never saved

	temporary temppassword.Record
	outcome   temppassword.Outcome

	password bool // the secret is the account password
	backup   bool // the secret is a backup code of the account, used or not
}

// program identifies the client, as devices of an account are identified.
func (t *attempt) program() device.Program {
	return device.Program{Address: t.Address, Client: t.Client}
}

func (t *attempt) origin() notice.Origin {
	return notice.Origin{Client: t.Client, RemoteAddr: t.Address}
}

// Check implements thirdparty.Checker.
func (p *Authenticator) Check(ctx context.Context, a thirdparty.Attempt) (thirdparty.Identity, error) {
	a.Username = account.ParseUsername(a.Username)
	if a.Username == "" || a.Secret == "" {
		return thirdparty.Identity{}, &thirdparty.Refusal{Code: api.InvalidCredentials}
	}
	t := &attempt{Attempt: a}
	if err := p.lookUp(ctx, t); err != nil {
		return thirdparty.Identity{}, err
	}
	switch {
	case t.outcome == temppassword.Unknown:
		if t.count.Known() {
			ctx = fairqueue.WithClass(ctx, fairqueue.Known)
		}
		if err := p.compare(ctx, t); err != nil {
			return thirdparty.Identity{}, busy(err, t.at)
		}
	case t.outcome == temppassword.Live && t.temporary.Serves(t.Protocol):
		return p.acceptTemporary(ctx, t)
	}
	return p.decide(ctx, t)
}

// A cachedCredential is a temporary password that was live when it was read.
type cachedCredential struct {
	account  *account.Account
	password temppassword.Record
}

// lookUp finds the temporary password. Only the owner can know one, so it is
// never throttled, not even after it ended (R43). For any other secret, lookUp
// checks the throttle and finds the account. It writes nothing.
func (p *Authenticator) lookUp(ctx context.Context, t *attempt) error {
	key := p.cfg.Sealer.MAC("third-party cache", account.Fold(t.Username), t.Secret)
	return p.cfg.Store.View(ctx, func(tx store.Tx) error {
		t.at = tx.Now().UTC()
		known, ok, err := p.cache.Get(tx, key)
		if err != nil {
			return err
		}
		if ok && known.password.State(t.at) == temppassword.StateLive {
			t.account, t.temporary, t.outcome = known.account, known.password, temppassword.Live
			return nil
		}
		if t.count, err = p.counts.ThirdParty(tx, t.Username, t.program()); err != nil {
			return err
		}
		t.temporary, t.outcome, err = temppassword.Lookup(tx, p.cfg.Sealer, t.count.Account(), t.Secret)
		if err != nil {
			return err
		}
		if t.outcome == temppassword.Unknown {
			failures, err := t.count.State(tx)
			if err != nil {
				return err
			}
			if refusal := waits(failures, t.at); refusal != nil {
				return refusal
			}
			t.locked = failures.Disabled
		}
		return p.find(tx, t, key)
	})
}

// find reads the account from the store. It also finds a temporary password
// that is not in the index.
func (p *Authenticator) find(tx store.Tx, t *attempt, key [32]byte) error {
	a, err := account.ByLogin(tx, t.Username)
	if errors.Is(err, account.ErrNotFound) {
		t.account, t.outcome = nil, temppassword.Unknown
		return nil
	}
	if err != nil {
		return err
	}
	t.account = a
	if t.outcome == temppassword.Unknown && !t.locked {
		if t.temporary, t.outcome, err = temppassword.Find(tx, p.cfg.Sealer, a.ID, t.Secret); err != nil {
			return err
		}
	}
	if t.outcome == temppassword.Live {
		return p.cache.Put(tx, key, a.ID, cachedCredential{a, t.temporary})
	}
	return nil
}

// waits returns a refusal while the user name has to wait, or nil.
func waits(f ratelimit.Failures, now time.Time) *thirdparty.Refusal {
	if f.Disabled || !now.Before(f.RetryAt) {
		return nil
	}
	return &thirdparty.Refusal{Code: api.Throttled, Rule: "R43", RetryAt: f.RetryAt.UTC()}
}

// acceptTemporary accepts a temporary password. It writes only the first use;
// other uses are counted in memory. It removes no failures, because they are
// guesses of the account password.
func (p *Authenticator) acceptTemporary(ctx context.Context, t *attempt) (thirdparty.Identity, error) {
	use := api.Use{At: t.at, Protocol: t.Protocol, Address: t.Address}
	err := p.cfg.Usage.RecordUse(ctx, t.account.ID, t.temporary, use, t.Client)
	return thirdparty.Identity{
		Account:    t.account.ID,
		Username:   t.account.Username,
		Credential: t.temporary.ID,
		Until:      t.temporary.Expires,
	}, err
}

// compare computes the slow hashes: of the account password, and of a backup code if
// the secret looks like one. An unknown user name costs the same.
func (p *Authenticator) compare(ctx context.Context, t *attempt) (err error) {
	// A secret that cannot be a password is refused after the same work.
	password, malformed := account.NormalizePassword(t.Secret)
	_, noCode := backupcode.Normalize(t.Secret)
	if t.account == nil {
		if err := p.cfg.Hasher.Decoy(ctx, password); err != nil || noCode != nil {
			return err
		}
		return p.cfg.Hasher.Decoy(ctx, t.Secret)
	}
	t.password, err = p.cfg.Hasher.Verify(ctx, t.account.Password, password)
	t.password = t.password && malformed == nil
	if err != nil || noCode != nil || t.password {
		return err
	}
	sum, err := backupcode.Sum(ctx, p.cfg.Hasher, t.account, t.Secret)
	if err != nil {
		return err
	}
	return p.cfg.Store.View(ctx, func(tx store.Tx) error {
		_, state, err := backupcode.Lookup(tx, t.account.ID, sum)
		t.backup = state != backupcode.StateUnknown
		return err
	})
}

// busy turns a full hash queue into a refusal that says when to try again.
func busy(err error, now time.Time) error {
	var full *account.BusyError
	if !errors.As(err, &full) {
		return err
	}
	return &thirdparty.Refusal{Code: api.Unavailable, RetryAt: now.Add(full.RetryAfter)}
}
