// Package session stores the sessions of signed-in clients (R44): client, address,
// first and last use, expiry, and when the password was last proved (R3).
//
// A token is 256 random bits. The store has only a keyed hash of it, so a copy of the
// store contains no usable token. Expiry is checked when a session is read.
package session

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"nightlatch/server/epoch"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// ErrUnknown reports a token or session that does not exist, has expired or was ended. The
// caller can't tell which.
var ErrUnknown = errors.New("session: unknown")

// Config configures a Store.
type Config struct {
	Sealer              *seal.Sealer
	Lifetime            time.Duration // R44: from sign-in, regardless of use
	Idle                time.Duration // R44: maximum time without activity of a person, in hardened; 0: no limit
	ReauthenticateAfter time.Duration // R3, R6: how long the session counts as recently authenticated

	// Seen returns the last activity of a person in a session that is not
	// stored yet, or zero: the caller of Touch writes with a delay. It may be
	// nil.
	Seen func(id string) time.Time
}

// A Store has the sessions of all accounts.
type Store struct{ cfg Config }

// New checks the configuration.
func New(cfg Config) (*Store, error) {
	if cfg.Sealer == nil || cfg.Lifetime <= 0 || cfg.Idle < 0 || cfg.ReauthenticateAfter <= 0 {
		return nil, errors.New("session: sealer, lifetime and time until reauthentication are needed")
	}
	return &Store{cfg}, nil
}

// A Session is a signed-in client.
type Session struct {
	ID, Account        string
	Client, RemoteAddr string
	Kind               string // what it may do; defined by the caller
	Created, LastSeen  time.Time
	Active             time.Time // last activity of a person, not of a program on its own (R44)
	Expires            time.Time
	Proved             time.Time // when the password was last proved
	Ageless            bool      // the session of a phone app: it ends by being ended only (R44)
}

// A record is a Session as it is stored.
type record struct {
	Session
	Gen   uint64 // see generation
	Epoch uint64 // epoch of the database when the session began (package epoch)
	MAC   string // of its token
}

// A generation record ends all sessions of an account except one in a single small
// write. Sessions keep the number of the generation they were created in.
type generation struct {
	Gen  uint64 `json:"gen"`  // sessions of earlier generations have ended, except Keep
	Keep string `json:"keep"` // ID of the session that did not end

	epoch uint64 // current epoch of the database; sessions of other epochs have ended
}

func (g generation) ended(r record) bool {
	return r.Gen != g.Gen && r.ID != g.Keep || r.Epoch != g.epoch
}

const tokenPrefix = "nls_"

// The parts of the store keys that follow the account's part.
const (
	Kind           = "sess"
	GenerationKind = "sesscut"
)

func prefix(account string) string        { return "acct/" + account + "/" + Kind + "/" }
func key(account, id string) string       { return prefix(account) + id }
func generationKey(account string) string { return "acct/" + account + "/" + GenerationKind }
func macKey(mac string) string            { return "uniq/sess/" + mac }

func (st *Store) mac(token string) string {
	sum := st.cfg.Sealer.MAC("session", token)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Create begins a session for s.Account with its Client, RemoteAddr, Kind and Proved. It
// fills in the rest. The token is not stored.
func (st *Store) Create(tx store.Tx, s Session) (token string, made Session, err error) {
	if s.Account == "" {
		return "", Session{}, errors.New("session: no account")
	}
	if err := st.makeRoom(tx, s.Account); err != nil {
		return "", Session{}, err
	}
	if err := store.Bump(tx, s.Account); err != nil {
		return "", Session{}, fmt.Errorf("session: create: %w", err)
	}
	g, err := loadGeneration(tx, s.Account)
	if err != nil {
		return "", Session{}, err
	}
	var secret [32]byte
	rand.Read(secret[:]) // never fails
	token = tokenPrefix + base64.RawURLEncoding.EncodeToString(secret[:])
	s.ID = strings.ToLower(rand.Text())
	s.Created, s.LastSeen, s.Active = tx.Now(), tx.Now(), tx.Now()
	s.Expires = tx.Now().Add(st.cfg.Lifetime)
	r := record{Session: s, Gen: g.Gen, Epoch: g.epoch, MAC: st.mac(token)}
	if err := tx.Create(key(s.Account, s.ID), r.encode()); err != nil {
		return "", Session{}, fmt.Errorf("session: create: %w", err)
	}
	if err := tx.Create(macKey(r.MAC), []byte(s.Account+"/"+s.ID)); err != nil {
		return "", Session{}, fmt.Errorf("session: create: %w", err)
	}
	if err := store.ExpireAt(tx, s.Expires, key(s.Account, s.ID), macKey(r.MAC)); err != nil {
		return "", Session{}, fmt.Errorf("session: create: %w", err)
	}
	return token, s, nil
}

// Find returns the session of a token, or ErrUnknown. A View is enough.
func (st *Store) Find(tx store.Tx, token string) (Session, error) {
	if !strings.HasPrefix(token, tokenPrefix) {
		return Session{}, ErrUnknown
	}
	ref, err := tx.Get(macKey(st.mac(token)))
	if err != nil {
		return Session{}, unknown(err)
	}
	account, id, _ := strings.Cut(string(ref), "/")
	r, err := st.live(tx, account, id)
	return r.Session, err
}

// Load returns a live session by ID, or ErrUnknown. Use it to check that a session
// found in an earlier transaction is still live.
func (st *Store) Load(tx store.Tx, account, id string) (Session, error) {
	r, err := st.live(tx, account, id)
	return r.Session, err
}

// live returns a session that has not expired and was not ended.
func (st *Store) live(tx store.Tx, account, id string) (record, error) {
	value, err := tx.Get(key(account, id))
	if err != nil {
		return record{}, unknown(err)
	}
	r, err := decode(value)
	if err != nil {
		return record{}, err
	}
	g, err := loadGeneration(tx, account)
	if err != nil {
		return record{}, err
	}
	if !st.alive(r, g, tx.Now()) {
		return record{}, ErrUnknown
	}
	return r, nil
}

// Alive reports whether a session that an earlier transaction read is still valid at
// the time now, if nothing was written below its account since.
func (st *Store) Alive(s Session, now time.Time) bool {
	return st.alive(record{Session: s}, generation{}, now)
}

func (st *Store) alive(r record, g generation, now time.Time) bool {
	if r.Ageless {
		return !store.Future(now, r.Created) && !g.ended(r)
	}
	return store.Valid(now, r.Created, r.Expires) && !st.idle(r.Session, now) && !g.ended(r)
}

// idle reports whether no person was active in a session for too long (R44).
func (st *Store) idle(s Session, now time.Time) bool {
	if st.cfg.Idle == 0 {
		return false
	}
	seen := s.Active
	if store.Future(now, seen) { // the clock was set back
		seen = s.Created
	}
	if st.cfg.Seen != nil {
		if late := st.cfg.Seen(s.ID); late.After(seen) && !store.Future(now, late) {
			seen = late
		}
	}
	return !now.Before(seen.Add(st.cfg.Idle))
}

func unknown(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return ErrUnknown
	}
	return fmt.Errorf("session: %w", err)
}

func loadGeneration(tx store.Tx, account string) (generation, error) {
	var g generation
	if err := store.Load(tx, generationKey(account), &g); err != nil && !errors.Is(err, store.ErrNotFound) {
		return generation{}, fmt.Errorf("session: %w", err)
	}
	n, err := epoch.Current(tx)
	if err != nil {
		return generation{}, err
	}
	g.epoch = n
	return g, nil
}

// change loads a live session, applies fn to it and saves it.
func (st *Store) change(tx store.Tx, account, id string, fn func(*Session)) error {
	if err := store.Bump(tx, account); err != nil {
		return fmt.Errorf("session: %w", err)
	}
	r, err := st.live(tx, account, id)
	if err != nil {
		return err
	}
	fn(&r.Session)
	return tx.Put(key(account, id), r.encode())
}

// Touch stores the last use of the session, and the last activity of a person;
// active is zero if there was none. Callers should collect uses, because a
// write for each request would cost more than the request.
func (st *Store) Touch(tx store.Tx, s Session, at, active time.Time) error {
	return st.change(tx, s.Account, s.ID, func(s *Session) {
		s.LastSeen = at
		if active.After(s.Active) {
			s.Active = active
		}
	})
}

// MarkReauthenticated stores that the password was proved in this session now (R3, R6).
func (st *Store) MarkReauthenticated(tx store.Tx, account, id string) error {
	return st.change(tx, account, id, func(s *Session) { s.Proved, s.Active = tx.Now(), tx.Now() })
}

// KeepAlive makes a session ageless: that of a phone app (R44).
func (st *Store) KeepAlive(tx store.Tx, account, id string) error {
	var expires time.Time
	err := st.change(tx, account, id, func(s *Session) {
		s.Ageless, expires = true, s.Expires
	})
	if err != nil {
		return err
	}
	if err := store.CancelExpiry(tx, expires, key(account, id)); err != nil {
		return fmt.Errorf("session: keep alive: %w", err)
	}
	return nil
}

// RecentlyAuthenticated reports whether the password was proved recently in s, and until
// when that counts (R3).
func (st *Store) RecentlyAuthenticated(s Session, now time.Time) (until time.Time, ok bool) {
	if s.Proved.IsZero() {
		return time.Time{}, false
	}
	until = s.Proved.Add(st.cfg.ReauthenticateAfter)
	return until, store.Valid(now, s.Proved, until)
}

// listPage is how many sessions List reads at a time.
const listPage = 256

// List returns the account's live sessions, oldest first.
func (st *Store) List(tx store.Tx, account string) ([]Session, error) {
	records, err := st.list(tx, account)
	if err != nil {
		return nil, err
	}
	sessions := make([]Session, len(records))
	for i, r := range records {
		sessions[i] = r.Session
	}
	return sessions, nil
}
