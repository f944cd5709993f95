// Package phoneapp has the phones that are registered as an account's app. A phone gets login
// requests (R50, package loginrequest), and with its app key it shows login codes without a
// network (R90, R91).
//
// A registration belongs to a session, which does not age (R44). When the session ends, the
// registration is void, and with it the app key. Readers check that; the record is deleted
// later.
package phoneapp

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/session"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// Errors of phone apps.
var (
	ErrUnknown      = errors.New("phoneapp: no such phone app")
	ErrFull         = errors.New("phoneapp: no more phone apps (R50)")
	ErrTwoFactorOff = errors.New("phoneapp: an app key needs two-factor (R91)")
)

// Kind is the part of the store key of a phone app that follows the account's part.
const Kind = "phoneapp"

func prefix(account string) string  { return "acct/" + account + "/" + Kind + "/" }
func key(account, id string) string { return prefix(account) + id }

// An App is a registered phone.
type App struct {
	ID      string           `json:"id"`
	Session string           `json:"session"` // ID; the app is void without it
	Name    string           `json:"name"`
	Added   time.Time        `json:"added"`
	Push    *api.PushAddress `json:"push,omitempty"`

	Sealed   []byte `json:"sealed,omitempty"`    // the app key: base32, encrypted with the store key as associated data; none while two-factor is off
	Turn     int    `json:"turn,omitempty"`      // Account.TwoFactorTurns when the key was made: a key from before two-factor was turned off is void
	LastStep int64  `json:"last_step,omitempty"` // last accepted time step; it and earlier ones are refused (R22)

	// Told are time steps whose codes were refused as early. Those codes are used up (R23).
	Told []int64 `json:"told,omitempty"`
}

// HasKey reports whether the app has a key that is valid now.
func (p App) HasKey(a *account.Account) bool {
	return len(p.Sealed) > 0 && !a.TwoFactorSince.IsZero() && p.Turn == a.TwoFactorTurns
}

// A Config configures a Store.
type Config struct {
	Sealer   *seal.Sealer
	Sessions *session.Store
	Policy   account.Policy
}

// A Store has the phone apps of all accounts.
type Store struct{ cfg Config }

// New checks the configuration.
func New(cfg Config) (*Store, error) {
	if cfg.Sealer == nil || cfg.Sessions == nil || cfg.Policy.PhoneAppsMax <= 0 {
		return nil, errors.New("phoneapp: sealer, sessions and policy are needed")
	}
	return &Store{cfg}, nil
}

// List returns the account's apps, oldest first. Those whose session has ended are left out.
func (st *Store) List(tx store.Tx, accountID string) ([]App, error) {
	live, _, err := st.all(tx, accountID)
	return live, err
}

// all reads the records: those with a live session, and the others.
func (st *Store) all(tx store.Tx, accountID string) (live, void []App, err error) {
	items, err := tx.Scan(prefix(accountID), "", 4*st.cfg.Policy.PhoneAppsMax)
	if err != nil {
		return nil, nil, fmt.Errorf("phoneapp: list: %w", err)
	}
	for _, item := range items {
		var p App
		if err := json.Unmarshal(item.Value, &p); err != nil {
			return nil, nil, fmt.Errorf("phoneapp: list: %w", err)
		}
		switch _, err := st.cfg.Sessions.Load(tx, accountID, p.Session); {
		case errors.Is(err, session.ErrUnknown):
			void = append(void, p)
		case err != nil:
			return nil, nil, err
		default:
			live = append(live, p)
		}
	}
	slices.SortStableFunc(live, func(a, b App) int { return a.Added.Compare(b.Added) })
	return live, void, nil
}

// Load returns one app, or ErrUnknown.
func (st *Store) Load(tx store.Tx, accountID, id string) (App, error) {
	return st.find(tx, accountID, func(p App) bool { return p.ID == id })
}

// BySession returns the app of a session, or ErrUnknown.
func (st *Store) BySession(tx store.Tx, accountID, sessionID string) (App, error) {
	return st.find(tx, accountID, func(p App) bool { return p.Session == sessionID })
}

func (st *Store) find(tx store.Tx, accountID string, match func(App) bool) (App, error) {
	all, err := st.List(tx, accountID)
	if err != nil {
		return App{}, err
	}
	if i := slices.IndexFunc(all, match); i >= 0 {
		return all[i], nil
	}
	return App{}, ErrUnknown
}

// Register makes a session the account's app and keeps the session alive. A session that is an
// app already gets the new name and address. The app has no key yet. It reports whether the app
// is new. Error: ErrFull.
func (st *Store) Register(tx store.Tx, a *account.Account, sessionID, name string, push *api.PushAddress) (p App, added bool, err error) {
	live, void, err := st.all(tx, a.ID)
	if err != nil {
		return App{}, false, err
	}
	for _, gone := range void {
		if err := tx.Delete(key(a.ID, gone.ID)); err != nil {
			return App{}, false, fmt.Errorf("phoneapp: register: %w", err)
		}
	}
	if i := slices.IndexFunc(live, func(p App) bool { return p.Session == sessionID }); i >= 0 {
		p = live[i]
		p.Name, p.Push = name, push
		return p, false, st.save(tx, a.ID, p)
	}
	if len(live) >= st.cfg.Policy.PhoneAppsMax {
		return App{}, false, ErrFull
	}
	p = App{ID: strings.ToLower(rand.Text()), Session: sessionID, Name: name, Push: push, Added: tx.Now().UTC()}
	if err := st.cfg.Sessions.KeepAlive(tx, a.ID, sessionID); err != nil {
		return App{}, false, err
	}
	return p, true, st.save(tx, a.ID, p)
}

func (st *Store) save(tx store.Tx, accountID string, p App) error {
	if err := store.Save(tx, key(accountID, p.ID), p); err != nil {
		return fmt.Errorf("phoneapp: save: %w", err)
	}
	return store.Bump(tx, accountID)
}

// Delete ends a registration, its app key and its session.
func (st *Store) Delete(tx store.Tx, accountID string, p App) error {
	if err := tx.Delete(key(accountID, p.ID)); err != nil {
		return fmt.Errorf("phoneapp: delete: %w", err)
	}
	if err := st.cfg.Sessions.End(tx, accountID, p.Session); err != nil && !errors.Is(err, session.ErrUnknown) {
		return err
	}
	return store.Bump(tx, accountID)
}
