// Package loginrequest has the requests of sign-ins to the account's phone: approve or deny
// (R50 to R52).
//
// A request is a record below its account. It is answered once, within ten minutes, in one
// transaction with the move of the ceremony that waits for it.
package loginrequest

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/store"
)

// Errors of login requests.
var (
	ErrUnknown  = errors.New("loginrequest: no such request")
	ErrAnswered = errors.New("loginrequest: it was answered already (R52)")
	ErrExpired  = errors.New("loginrequest: it has expired (R52)")
	ErrFull     = errors.New("loginrequest: too many open requests (R52)")
)

const (
	// Kind is the part of the store key of a request that follows the account's part.
	Kind = "loginreq"
	// kept is how many requests of an account are kept, and keptFor how long.
	kept    = 32
	keptFor = 30 * 24 * time.Hour
	// choices is how many numbers a phone shows (R50).
	choices = 3
)

func prefix(account string) string  { return "acct/" + account + "/" + Kind + "/" }
func key(account, id string) string { return prefix(account) + id }

// A Request is a sign-in that waits for an approval.
type Request struct {
	ID         string                `json:"id"`
	Ceremony   string                `json:"ceremony"` // ID of the sign-in
	Client     string                `json:"client"`
	RemoteAddr string                `json:"remote_addr"`
	Created    time.Time             `json:"created"`
	Expires    time.Time             `json:"expires"`
	Number     int                   `json:"number,omitempty"`  // the one that the sign-in page shows; 0 without matching (R50)
	Numbers    []int                 `json:"numbers,omitempty"` // that the phone shows, with Number among them
	State      api.LoginRequestState `json:"state"`             // as stored; see At
	Answered   time.Time             `json:"answered,omitzero"`
	By         string                `json:"by,omitempty"` // the client that answered
	Reported   bool                  `json:"reported,omitempty"`
}

// At returns the state at a time: an open request expires by itself.
func (r Request) At(now time.Time) api.LoginRequestState {
	if r.State == api.RequestOpen && !store.Valid(now, r.Created, r.Expires) {
		return api.RequestExpired
	}
	return r.State
}

// View returns the request in the form that its owner sees. The numbers are for a phone app.
func (r Request) View(now time.Time, phone bool) api.LoginRequestView {
	v := api.LoginRequestView{
		ID: r.ID, Client: r.Client, RemoteAddr: r.RemoteAddr, Created: r.Created, Expires: r.Expires,
		State: r.At(now), By: r.By, Reported: r.Reported,
	}
	if phone && v.State == api.RequestOpen {
		v.Numbers = r.Numbers
	}
	if !r.Answered.IsZero() {
		at := r.Answered
		v.Answered = &at
	}
	return v
}

// Make makes a request for the sign-in in a ceremony. Beyond the policy's number of open
// requests it returns ErrFull and changes nothing.
func Make(tx store.Tx, p account.Policy, accountID, ceremony, client, remoteAddr string) (Request, error) {
	all, err := List(tx, accountID)
	if err != nil {
		return Request{}, err
	}
	now := tx.Now().UTC()
	if full(all, p, now) {
		return Request{}, ErrFull
	}
	for _, old := range all[min(len(all), kept-1):] {
		if err := remove(tx, accountID, old); err != nil {
			return Request{}, err
		}
	}
	r := Request{
		ID: strings.ToLower(rand.Text()), Ceremony: ceremony, Client: client, RemoteAddr: remoteAddr,
		Created: now, Expires: now.Add(p.LoginRequestLife), State: api.RequestOpen,
	}
	if p.LoginRequestMatchNumber {
		r.Numbers = numbers()
		r.Number = r.Numbers[below(choices)]
	}
	if err := store.ExpireAt(tx, now.Add(keptFor), key(accountID, r.ID)); err != nil {
		return Request{}, fmt.Errorf("loginrequest: %w", err)
	}
	return r, save(tx, accountID, r)
}

// Full reports whether an account has as many open requests as it may have (R52).
func Full(tx store.Tx, p account.Policy, accountID string) (bool, error) {
	all, err := List(tx, accountID)
	return err == nil && full(all, p, tx.Now()), err
}

func full(all []Request, p account.Policy, now time.Time) bool {
	open := 0
	for _, r := range all {
		if r.At(now) == api.RequestOpen {
			open++
		}
	}
	return open >= p.LoginRequestsOpen
}

// numbers returns different random numbers of two digits.
func numbers() []int {
	var out []int
	for len(out) < choices {
		if n := 10 + below(90); !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// below returns a random number from 0 to n-1.
func below(n int64) int {
	v, err := rand.Int(rand.Reader, big.NewInt(n))
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return int(v.Int64())
}

// List returns the requests: open ones first, then the newest first.
func List(tx store.Tx, accountID string) ([]Request, error) {
	items, err := tx.Scan(prefix(accountID), "", 2*kept)
	if err != nil {
		return nil, fmt.Errorf("loginrequest: list: %w", err)
	}
	all := make([]Request, len(items))
	for i, item := range items {
		if err := json.Unmarshal(item.Value, &all[i]); err != nil {
			return nil, fmt.Errorf("loginrequest: list: %w", err)
		}
	}
	now := tx.Now()
	closed := func(r Request) int {
		if r.At(now) == api.RequestOpen {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(all, func(a, b Request) int {
		return cmp.Or(cmp.Compare(closed(a), closed(b)), b.Created.Compare(a.Created))
	})
	return all, nil
}

// Load returns one request, or ErrUnknown.
func Load(tx store.Tx, accountID, id string) (Request, error) {
	var r Request
	switch err := store.Load(tx, key(accountID, id), &r); {
	case errors.Is(err, store.ErrNotFound):
		return Request{}, ErrUnknown
	case err != nil:
		return Request{}, fmt.Errorf("loginrequest: %w", err)
	}
	return r, nil
}

// Answer closes an open request. A wrong number denies and reports it (R52). Errors: ErrExpired,
// ErrAnswered.
func Answer(tx store.Tx, accountID string, r Request, d api.Decision, by string) (Request, error) {
	switch r.At(tx.Now()) {
	case api.RequestOpen:
	case api.RequestExpired:
		return r, ErrExpired
	default:
		return r, ErrAnswered
	}
	r.State, r.Reported = api.RequestDenied, d.Report
	if d.Decision == api.Approve {
		r.State, r.Reported = api.RequestApproved, false
		if r.Number != 0 && d.Number != r.Number {
			r.State, r.Reported = api.RequestDenied, true
		}
	}
	r.Answered, r.By = tx.Now().UTC(), by
	return r, save(tx, accountID, r)
}

// Withdraw closes a request whose sign-in no longer waits for it. It does nothing if the
// request is not open or does not exist.
func Withdraw(tx store.Tx, accountID, id string) error {
	r, err := Load(tx, accountID, id)
	switch {
	case errors.Is(err, ErrUnknown):
		return nil
	case err != nil:
		return err
	case r.State != api.RequestOpen:
		return nil
	}
	r.State = api.RequestWithdrawn
	return save(tx, accountID, r)
}

func save(tx store.Tx, accountID string, r Request) error {
	if err := store.Save(tx, key(accountID, r.ID), r); err != nil {
		return fmt.Errorf("loginrequest: save: %w", err)
	}
	return store.Bump(tx, accountID)
}

func remove(tx store.Tx, accountID string, r Request) error {
	if err := tx.Delete(key(accountID, r.ID)); err != nil {
		return fmt.Errorf("loginrequest: remove: %w", err)
	}
	if err := store.CancelExpiry(tx, r.Created.Add(keptFor), key(accountID, r.ID)); err != nil {
		return fmt.Errorf("loginrequest: remove: %w", err)
	}
	return nil
}

// Gone closes a request that was to be approved, but whose sign-in no longer exists.
func Gone(tx store.Tx, accountID string, r Request) error {
	r.State, r.Answered, r.By = api.RequestWithdrawn, time.Time{}, ""
	return save(tx, accountID, r)
}
