// Package session keeps who is signed in (R44): from which client and place,
// first and last seen, until when, and when the password was last proved (R3).
//
// A token is 256 random bits. The store keeps a keyed hash of it, so whoever
// reads the store cannot use it. Expiry is checked on reading.
package session

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// ErrUnknown reports a token or session that does not exist, has expired or was
// ended. Which of these is nobody's business.
var ErrUnknown = errors.New("session: unknown")

// Config is what a Book needs.
type Config struct {
	Keys     *seal.Keys
	Lifetime time.Duration // R44: from sign-in, however much it is used
	Idle     time.Duration // R44, hardened: without a request; 0: no limit
	Fresh    time.Duration // R3, R6: how long a proved password counts

	// Seen says when a session was seen since LastSeen was written, zero if it was
	// not: what the caller of Touch has not written yet. Only Idle asks it. May be nil.
	Seen func(id string) time.Time
}

// A Book holds the sessions of every account.
type Book struct{ cfg Config }

// New checks the configuration.
func New(cfg Config) (*Book, error) {
	if cfg.Keys == nil || cfg.Lifetime <= 0 || cfg.Idle < 0 || cfg.Fresh <= 0 {
		return nil, errors.New("session: keys, lifetime and freshness are needed")
	}
	return &Book{cfg}, nil
}

// A Session is a signed-in client.
type Session struct {
	ID, Account       string
	Client, Place     string
	Kind              string // what it may do; the caller's words
	Created, LastSeen time.Time
	Expires           time.Time
	Proved            time.Time // when the password was last proved
}

// A record is a Session as it is stored.
type record struct {
	Session
	Gen uint64 // see cut
	MAC string // of its token
}

// A cut ends every session of an account but one, and those of later cuts, in
// one small write, however many there are.
type cut struct {
	Gen  uint64 `json:"gen"`  // sessions of an earlier generation are over …
	Keep string `json:"keep"` // … but for this one
}

func (c cut) ended(r record) bool { return r.Gen != c.Gen && r.ID != c.Keep }

const tokenPrefix = "nls_"

func prefix(account string) string  { return "acct/" + account + "/sess/" }
func key(account, id string) string { return prefix(account) + id }
func cutKey(account string) string  { return "acct/" + account + "/sesscut" }
func macKey(mac string) string      { return "uniq/sess/" + mac }

func (b *Book) mac(token string) string {
	sum := b.cfg.Keys.MAC("session", token)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Create begins a session for s.Account with its Client, Place, Kind and Proved;
// the rest is filled in. The token is in nobody's hands but the caller's.
func (b *Book) Create(tx store.Tx, s Session) (token string, made Session, err error) {
	if s.Account == "" {
		return "", Session{}, errors.New("session: no account")
	}
	if err := store.Bump(tx, s.Account); err != nil {
		return "", Session{}, fmt.Errorf("session: create: %w", err)
	}
	c, err := loadCut(tx, s.Account)
	if err != nil {
		return "", Session{}, err
	}
	var secret [32]byte
	rand.Read(secret[:]) // never fails
	token = tokenPrefix + base64.RawURLEncoding.EncodeToString(secret[:])
	s.ID = strings.ToLower(rand.Text())
	s.Created, s.LastSeen = tx.Now(), tx.Now()
	s.Expires = tx.Now().Add(b.cfg.Lifetime)
	r := record{Session: s, Gen: c.Gen, MAC: b.mac(token)}
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

// Find returns the session of a token, or ErrUnknown. A View is enough for it.
func (b *Book) Find(tx store.Tx, token string) (Session, error) {
	if !strings.HasPrefix(token, tokenPrefix) {
		return Session{}, ErrUnknown
	}
	ref, err := tx.Get(macKey(b.mac(token)))
	if err != nil {
		return Session{}, unknown(err)
	}
	account, id, _ := strings.Cut(string(ref), "/")
	r, err := b.live(tx, account, id)
	return r.Session, err
}

// live returns a session that has not expired, idled or been cut off.
func (b *Book) live(tx store.Tx, account, id string) (record, error) {
	value, err := tx.Get(key(account, id))
	if err != nil {
		return record{}, unknown(err)
	}
	r, err := decode(value)
	if err != nil {
		return record{}, err
	}
	c, err := loadCut(tx, account)
	if err != nil {
		return record{}, err
	}
	if !b.alive(r, c, tx.Now()) {
		return record{}, ErrUnknown
	}
	return r, nil
}

func (b *Book) alive(r record, c cut, now time.Time) bool {
	return now.Before(r.Expires) && !b.idle(r.Session, now) && !c.ended(r)
}

// idle reports whether a session has not been used for too long (R44).
func (b *Book) idle(s Session, now time.Time) bool {
	if b.cfg.Idle == 0 || now.Before(s.LastSeen.Add(b.cfg.Idle)) {
		return false
	}
	return b.cfg.Seen == nil || !now.Before(b.cfg.Seen(s.ID).Add(b.cfg.Idle))
}

func unknown(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return ErrUnknown
	}
	return fmt.Errorf("session: %w", err)
}

func loadCut(tx store.Tx, account string) (cut, error) {
	var c cut
	if err := store.Load(tx, cutKey(account), &c); err != nil && !errors.Is(err, store.ErrNotFound) {
		return cut{}, fmt.Errorf("session: %w", err)
	}
	return c, nil
}

// change loads a live session, bumps its account and saves what fn made of it.
func (b *Book) change(tx store.Tx, account, id string, fn func(*Session)) error {
	if err := store.Bump(tx, account); err != nil {
		return fmt.Errorf("session: %w", err)
	}
	r, err := b.live(tx, account, id)
	if err != nil {
		return err
	}
	fn(&r.Session)
	return tx.Put(key(account, id), r.encode())
}

// Touch notes when the session was seen. A caller gathers these: a write for
// every request would cost more than the request.
func (b *Book) Touch(tx store.Tx, s Session, at time.Time) error {
	return b.change(tx, s.Account, s.ID, func(s *Session) { s.LastSeen = at })
}

// Prove notes that the password was proved in this session now (R3, R6).
func (b *Book) Prove(tx store.Tx, account, id string) error {
	return b.change(tx, account, id, func(s *Session) { s.Proved = tx.Now() })
}

// Fresh says whether the password was proved lately in s, and until when that
// counts (R3).
func (b *Book) Fresh(s Session, now time.Time) (until time.Time, ok bool) {
	if s.Proved.IsZero() {
		return time.Time{}, false
	}
	until = s.Proved.Add(b.cfg.Fresh)
	return until, now.Before(until) && s.Proved.Sub(now) <= clockSlack
}

// clockSlack is by how much a proof may lie in the future: a request reads the clock
// a little earlier than one that overtook it. More, and the clock was set back.
const clockSlack = time.Minute

// listPage is how many sessions List reads at a time.
const listPage = 256

// List returns the account's live sessions, oldest first.
func (b *Book) List(tx store.Tx, account string) ([]Session, error) {
	records, err := b.list(tx, account)
	if err != nil {
		return nil, err
	}
	sessions := make([]Session, len(records))
	for i, r := range records {
		sessions[i] = r.Session
	}
	return sessions, nil
}
