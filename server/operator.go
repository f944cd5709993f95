package server

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/delivery"
	"nightlatch/server/notice"
	"nightlatch/server/signup"
	"nightlatch/server/store"
	"nightlatch/server/throttle"
	"nightlatch/server/twofactor"
)

// The operations of the operator, who owns the machine that the server runs on (R102,
// `nightlatch admin`). They are not available over HTTP. The account's owner gets a
// mail and finds them in the activity list.

// operator is the origin in the activity list.
var operator = notice.Origin{Client: "nightlatch admin"}

// Told says on which channels notices to the account's owner were queued.
type Told = notice.Told

// ErrNoChange reports that the account is in that state already.
var ErrNoChange = errors.New("server: nothing to change")

// ErrOwned reports that the server has an owner.
var ErrOwned = errors.New("server: it has an owner")

// operate runs fn on the account of a user name, in one transaction. fn announces its
// change with the given announcer. Errors: account.ErrNotFound; ErrNoChange.
func (s *Server) operate(ctx context.Context, username string, fn func(tx store.Tx, a *account.Account, announcer *notice.Announcer) error) (told Told, err error) {
	s.busy.RLock()
	defer s.busy.RUnlock()
	err = s.store.Update(ctx, func(tx store.Tx) error {
		told = Told{}
		a, err := account.ByLogin(tx, account.ParseUsername(username))
		if err != nil {
			return err
		}
		return fn(tx, a, s.announcer.Telling(&told))
	})
	return told, err
}

// Unlock resets the failures of an account, in first-party and third-party clients. An
// account that was disabled after too many failures can be used again (R43). The owner
// still has to sign in.
func (s *Server) Unlock(ctx context.Context, username string) (Told, error) {
	return s.operate(ctx, username, func(tx store.Tx, a *account.Account, announcer *notice.Announcer) error {
		count, err := s.proofs.Counts.Unlock(tx, a.ID)
		if err != nil {
			return err
		}
		if count == 0 {
			return ErrNoChange
		}
		return announcer.Announce(tx, a, operator, audit.Event{
			Type: api.EventUnlocked, Rule: "R43", Details: map[string]string{"failures": strconv.Itoa(count)},
		})
	})
}

// EndSessions ends all sessions of an account, also those that its owner
// cannot end (R44), and forgets its devices.
func (s *Server) EndSessions(ctx context.Context, username string) (Told, error) {
	return s.operate(ctx, username, func(tx store.Tx, a *account.Account, announcer *notice.Announcer) error {
		n, err := s.sessions.EndOthers(tx, a.ID, "")
		if err != nil {
			return err
		}
		if err := throttle.ForgetOthers(tx, a.ID, ""); err != nil {
			return err
		}
		if n == 0 {
			return ErrNoChange
		}
		return announcer.Announce(tx, a, operator, audit.Event{
			Type: api.EventSessionsEnded, Rule: "R44", Details: map[string]string{"count": strconv.Itoa(n), "all": "true"},
		})
	})
}

// ResetTwoFactor turns off every method of an account whose owner lost them all (R102).
// Two-factor is off, backup codes and temporary passwords are void (R61), and the
// password alone is enough. It is announced by mail and by text.
func (s *Server) ResetTwoFactor(ctx context.Context, username string) (Told, error) {
	return s.operate(ctx, username, func(tx store.Tx, a *account.Account, announcer *notice.Announcer) error {
		e, err := account.Enrolled(tx, a)
		if err != nil {
			return err
		}
		if !e.TwoFactor() {
			return ErrNoChange
		}
		removed, err := twofactor.Reset(tx, a)
		if err != nil {
			return err
		}
		if !removed.TwoFactorOff {
			return fmt.Errorf("server: %s still has a second step", a.Username)
		}
		return announcer.AnnounceRemoval(tx, a, operator, removed)
	})
}

// SetDelivery changes how messages are sent, and notifies the owner of the
// server, as for a change in the window. used reports whether the server uses
// the new settings; the lab has fixed senders.
func (s *Server) SetDelivery(ctx context.Context, change func(*delivery.Settings)) (used bool, err error) {
	s.busy.RLock()
	defer s.busy.RUnlock()
	err = s.http.SetDelivery(ctx, change, func(tx store.Tx, set delivery.Settings) error {
		owner, err := signup.Owner(tx)
		if err != nil || owner == nil {
			return err
		}
		details := map[string]string{"mail": "off", "text": "off"}
		if set.Mail != nil {
			details["mail"] = set.Mail.Host()
		}
		if set.Text != nil {
			details["text"] = "on" // a URL may contain a secret
		}
		return s.announcer.Announce(tx, owner, operator, audit.Event{Type: api.EventDeliveryChanged, Rule: "R6", Details: details})
	})
	return !s.fixedDelivery(), err
}

// Capabilities returns what can be sent now.
func (s *Server) Capabilities() delivery.Capabilities { return s.senders.Capabilities() }

// steward returns the Steward for the operator's changes (R7).
func (s *Server) steward(told *Told) signup.Steward {
	return signup.Steward{Door: s.door, Announcer: s.announcer.Telling(told), From: operator}
}

// SetSignUp changes the owner's setting of who may sign up. Errors: signup.ErrMode,
// signup.ErrFixed.
func (s *Server) SetSignUp(ctx context.Context, mode signup.Mode) error {
	s.busy.RLock()
	defer s.busy.RUnlock()
	return s.store.Update(ctx, func(tx store.Tx) error {
		owner, err := signup.Owner(tx)
		if err != nil {
			return err
		}
		return s.steward(&Told{}).SetMode(tx, owner, mode)
	})
}

// Invite makes an invitation in the name of the owner, and returns its code.
// Errors: account.ErrEmail, signup.ErrFull, signup.ErrClosed.
func (s *Server) Invite(ctx context.Context, address string) (made api.NewInvitation, err error) {
	s.busy.RLock()
	defer s.busy.RUnlock()
	err = s.store.Update(ctx, func(tx store.Tx) error {
		owner, err := signup.Owner(tx)
		if err != nil {
			return err
		}
		made, err = s.steward(&Told{}).Invite(tx, owner, address)
		return err
	})
	return made, err
}

// SetOwner transfers the owner's role to an account. Errors:
// account.ErrNotFound; ErrNoChange.
func (s *Server) SetOwner(ctx context.Context, username string) (told Told, err error) {
	return s.operate(ctx, username, func(tx store.Tx, a *account.Account, announcer *notice.Announcer) error {
		changed, err := signup.Steward{Door: s.door, Announcer: announcer, From: operator}.HandOn(tx, a)
		if err == nil && !changed {
			return ErrNoChange
		}
		return err
	})
}

// CreateOwner creates an account that owns the server, unless the server has
// an owner. Errors: account.ErrUsername, account.ErrUsernameTaken,
// *account.PasswordError, ErrOwned.
func (s *Server) CreateOwner(ctx context.Context, username, password string) error {
	s.busy.RLock()
	defer s.busy.RUnlock()
	username = account.ParseUsername(username)
	if err := account.CheckUsername(username); err != nil {
		return err
	}
	if err := account.CheckPassword(s.cfg.Policy, username, password); err != nil {
		return err
	}
	password, err := account.NormalizePassword(password)
	if err != nil {
		return err
	}
	phc, err := s.cfg.Hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		a := account.New(username, phc)
		if err := account.Create(tx, a); err != nil {
			return err
		}
		switch claimed, err := account.ClaimOwner(tx, a.ID); {
		case err != nil:
			return err
		case !claimed:
			return ErrOwned
		}
		return s.announcer.Announce(tx, a, operator,
			audit.Event{Type: api.EventAccountCreated, Rule: "R0"}, audit.Event{Type: api.EventOwnerMade, Rule: "R7"})
	})
}

// SetupCode returns the set-up code of this start, or "" if the server has an
// owner or is a lab. The code creates the owner's account over the network
// (R7).
func (s *Server) SetupCode(ctx context.Context) (code string, err error) {
	if s.cfg.Lab != nil {
		return "", nil
	}
	err = s.store.View(ctx, func(tx store.Tx) error {
		code, err = s.door.SetupCode(tx)
		return err
	})
	return code, err
}
