package httpapi

import (
	"errors"
	"net/http"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/notice"
	"nightlatch/server/signup"
	"nightlatch/server/store"
)

// steward returns the steward that makes changes for a call.
func (h *Handler) steward(c *call) signup.Steward {
	return signup.Steward{Door: h.cfg.Door, Announcer: h.cfg.Announcer, From: notice.Origin{Client: clientName(c.r), RemoteAddr: remoteAddr(c.r)}}
}

// asOwner runs a change of the server's owner, in one transaction.
func (h *Handler) asOwner(c *call, do func(tx store.Tx, owner *account.Account) error) error {
	return h.change(c, func(tx store.Tx, a *account.Account) error {
		if err := onlyOwner(tx, a.ID); err != nil {
			return err
		}
		return do(tx, a)
	})
}

func onlyOwner(tx store.Tx, id string) error {
	owner, err := account.IsOwner(tx, id)
	if err == nil && !owner {
		return errNotOwner
	}
	return err
}

// serverSettings returns the owner's settings (R7).
func (h *Handler) serverSettings(c *call) (out api.ServerSettings, err error) {
	err = h.cfg.Store.View(c.r.Context(), func(tx store.Tx) error {
		if err := onlyOwner(tx, c.session.Account); err != nil {
			return err
		}
		mode, fixed, err := h.cfg.Door.Mode(tx)
		out = api.ServerSettings{SignUp: string(mode), SignUpFixed: fixed}
		return err
	})
	return out, err
}

// setServer changes the owner's settings (R7).
func (h *Handler) setServer(c *call, in api.ServerChange) (api.ServerSettings, error) {
	if in.SignUp == nil {
		return api.ServerSettings{}, malformedAs(api.ReasonMissing, "sign_up", "Say who may sign up: open, invite or closed.")
	}
	mode, err := signup.ParseMode(*in.SignUp)
	if err != nil {
		return api.ServerSettings{}, malformed("sign_up", "This has to be open, invite or closed.")
	}
	err = h.asOwner(c, func(tx store.Tx, owner *account.Account) error { return h.steward(c).SetMode(tx, owner, mode) })
	if err != nil {
		return api.ServerSettings{}, err
	}
	return h.serverSettings(c)
}

// invitations lists the open invitations, oldest first. The codes are not stored.
func (h *Handler) invitations(c *call) (out []api.Invitation, err error) {
	err = h.cfg.Store.View(c.r.Context(), func(tx store.Tx) error {
		out = []api.Invitation{}
		if err := onlyOwner(tx, c.session.Account); err != nil {
			return err
		}
		open, err := h.cfg.Door.Invitations(tx)
		for _, i := range open {
			out = append(out, i.API())
		}
		return err
	})
	return out, err
}

// invite makes an invitation (R7).
func (h *Handler) invite(c *call, in api.InvitationOrder) (out api.NewInvitation, err error) {
	err = h.asOwner(c, func(tx store.Tx, owner *account.Account) error {
		out, err = h.steward(c).Invite(tx, owner, in.Address)
		if errors.Is(err, account.ErrEmail) {
			return malformedText("address", "R7", err, "An address looks like name@example.org.")
		}
		return err
	})
	if err != nil {
		return api.NewInvitation{}, err
	}
	return out, nil
}

// takeBackInvitation ends an invitation.
func (h *Handler) takeBackInvitation(c *call) error {
	return h.asOwner(c, func(tx store.Tx, owner *account.Account) error {
		return h.steward(c).TakeBack(tx, owner, c.r.PathValue("id"))
	})
}

// handOn makes another account the owner's (R7).
func (h *Handler) handOn(c *call, in api.OwnerChange) (none, error) {
	return none{}, h.asOwner(c, func(tx store.Tx, _ *account.Account) error {
		to, err := account.ByLogin(tx, account.ParseUsername(in.Username))
		if errors.Is(err, account.ErrNotFound) {
			return errNoAccount
		}
		if err != nil {
			return err
		}
		_, err = h.steward(c).HandOn(tx, to)
		return err
	})
}

var errNoAccount = errors.New("httpapi: no such account")

// signUpProblems are the refusals of sign-up, invitations and the owner's
// role.
var signUpProblems = []row{
	{
		of:     []error{signup.ErrFixed},
		status: http.StatusConflict, code: api.Conflict, reason: "sign_up_fixed", rule: "R7",
		title:  "The flag --sign-up says who may sign up",
		detail: "The flag overrides the setting. Start the server without it, then change the setting.",
	},
	{
		of:     []error{signup.ErrClosed},
		status: http.StatusConflict, code: api.Conflict, reason: "sign_up_closed", rule: "R7",
		title:  "Sign-up is closed",
		detail: "An invitation could not be used now. Let people sign up by invitation, then invite.",
	},
	{
		of:     []error{signup.ErrFull},
		status: http.StatusConflict, code: api.Conflict, reason: "invitations_full", rule: "R7",
		title:  "There are too many open invitations",
		detail: "At most 100 can be open. Take some back, or wait until they expire.",
	},
	{
		of:     []error{signup.ErrInvitation},
		status: http.StatusNotFound, code: api.NotFound, reason: "invitation", rule: "R7",
		title:  "No such invitation",
		detail: "It was used, taken back or has expired. Look at the list again.",
	},
	{
		of:     []error{errNoAccount},
		status: http.StatusNotFound, code: api.NotFound, reason: "account", rule: "R7", field: "username",
		title:  "No such account",
		detail: "Check the user name. Upper and lower case count as the same.",
	},
}
