package signup

import (
	"errors"
	"fmt"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/delivery"
	"nightlatch/server/notice"
	"nightlatch/server/store"
)

// A Steward makes the owner's changes and announces them. Clients use it over
// HTTP, the operator with `nightlatch admin`.
type Steward struct {
	Door      *Door
	Announcer *notice.Announcer
	From      notice.Origin
}

// Invite creates an invitation, and mails it if the server sends mail to other
// computers. by is the account that invites, nil if the server has no owner.
// The returned code is for the inviter. The mail has another one, which proves
// the address. Errors: those of Door.Invite.
func (s Steward) Invite(tx store.Tx, by *account.Account, address string) (api.NewInvitation, error) {
	id := ""
	if by != nil {
		id = by.ID
	}
	i, shown, inMail, err := s.Door.Invite(tx, id, address, s.Announcer.Capabilities().Mail)
	if err != nil {
		return api.NewInvitation{}, err
	}
	if i.Mailed {
		args := map[string]string{"code": inMail, "until": i.Expires.Format(time.RFC1123)}
		if by != nil {
			args["by"] = by.Username
		}
		err := delivery.Enqueue(tx, s.Door.cfg.Sealer, delivery.Message{
			Channel: api.ByEmail, To: i.Address, Template: delivery.Invitation, Args: args, Until: i.Expires, Account: id, Secret: true,
		})
		if err != nil {
			return api.NewInvitation{}, err
		}
	}
	return api.NewInvitation{Code: shown, Invitation: i.API()}, s.tell(tx, by, api.EventInvited, map[string]string{"address": account.MaskEmail(i.Address)})
}

// TakeBack deletes an invitation. Error: ErrInvitation.
func (s Steward) TakeBack(tx store.Tx, by *account.Account, id string) error {
	i, err := s.Door.TakeBack(tx, id)
	if err != nil {
		return err
	}
	return s.tell(tx, by, api.EventInviteTakenBack, map[string]string{"address": account.MaskEmail(i.Address)})
}

// SetMode changes who may sign up. Errors: ErrMode, ErrFixed.
func (s Steward) SetMode(tx store.Tx, by *account.Account, m Mode) error {
	before, err := s.Door.SetMode(tx, m)
	if err != nil || before == m {
		return err
	}
	return s.tell(tx, by, api.EventSignUpChanged, map[string]string{"sign_up": string(m)})
}

// HandOn makes an account the owner of the server, and notifies the previous
// owner as well. changed is false if the account already was the owner.
func (s Steward) HandOn(tx store.Tx, to *account.Account) (changed bool, err error) {
	before, err := account.Owner(tx)
	if err != nil || before == to.ID {
		return false, err
	}
	if err := account.SetOwner(tx, to.ID); err != nil {
		return false, err
	}
	if err := s.tell(tx, to, api.EventOwnerMade, nil); err != nil {
		return false, err
	}
	if err := account.Save(tx, to); err != nil { // the account view has changed: notify its clients
		return false, err
	}
	old, err := account.Load(tx, before)
	if errors.Is(err, account.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if err := s.tell(tx, old, api.EventOwnerHandedOn, map[string]string{"account": to.Username}); err != nil {
		return false, err
	}
	return true, account.Save(tx, old)
}

// Owner loads the account that owns the server, or nil.
func Owner(tx store.Tx) (*account.Account, error) {
	id, err := account.Owner(tx)
	if err != nil || id == "" {
		return nil, err
	}
	a, err := account.Load(tx, id)
	if errors.Is(err, account.ErrNotFound) {
		return nil, nil
	}
	return a, err
}

func (s Steward) tell(tx store.Tx, a *account.Account, event api.EventType, details map[string]string) error {
	if a == nil {
		return nil
	}
	if err := s.Announcer.Announce(tx, a, s.From, audit.Event{Type: event, Rule: "R7", Details: details}); err != nil {
		return fmt.Errorf("signup: %w", err)
	}
	return nil
}

// API returns the invitation as its owner sees it.
func (i Invitation) API() api.Invitation {
	return api.Invitation{ID: i.ID, Address: i.Address, Created: i.Created, Expires: i.Expires, Mailed: i.Mailed}
}
