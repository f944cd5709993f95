package httpapi

import (
	"errors"
	"net/http"
	"strconv"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/backupcode"
	"nightlatch/server/fairqueue"
	"nightlatch/server/rawtext"
	"nightlatch/server/store"
	"nightlatch/server/temppassword"
)

// backupCodes lists the numbers and states of the backup codes (R76).
func (h *Handler) backupCodes(c *call) ([]api.BackupCodeEntry, error) {
	var out []api.BackupCodeEntry
	err := h.cfg.Store.View(c.r.Context(), func(tx store.Tx) error {
		out = []api.BackupCodeEntry{}
		entries, err := backupcode.List(tx, c.session.Account)
		for _, e := range entries {
			out = append(out, e.API())
		}
		return err
	})
	return out, err
}

// newBackupCode issues one more code (R70, R71).
func (h *Handler) newBackupCode(c *call, _ none) (api.NewBackupCode, error) {
	return h.issueBackupCode(c, func(tx store.Tx, a *account.Account, sum []byte) (int, audit.Event, error) {
		number, err := backupcode.Issue(tx, a, sum, h.cfg.Policy.BackupCodesMax)
		return number, audit.Event{Type: api.EventBackupCodeIssued, Rule: "R70"}, err
	})
}

// replaceBackupCodes voids every code and issues one (R71).
func (h *Handler) replaceBackupCodes(c *call, _ none) (api.NewBackupCode, error) {
	return h.issueBackupCode(c, func(tx store.Tx, a *account.Account, sum []byte) (int, audit.Event, error) {
		number, voided, err := backupcode.Replace(tx, a, sum)
		return number, audit.Event{
			Type: api.EventBackupCodesReplaced, Rule: "R71", Details: map[string]string{"voided": strconv.Itoa(voided)},
		}, err
	})
}

type issuing func(tx store.Tx, a *account.Account, sum []byte) (number int, e audit.Event, err error)

// issueBackupCode hashes a new code outside the transaction and issues it inside. A
// request that must be refused is refused before the slow hash.
func (h *Handler) issueBackupCode(c *call, issue issuing) (api.NewBackupCode, error) {
	var a *account.Account
	code := backupcode.New()
	err := h.cfg.Store.View(c.r.Context(), func(tx store.Tx) (err error) {
		if a, err = account.Load(tx, c.session.Account); err != nil {
			return err
		}
		return needsTwoFactor(tx, a)
	})
	if err != nil {
		return api.NewBackupCode{}, err
	}
	sum, err := backupcode.Sum(fairqueue.WithClass(c.r.Context(), fairqueue.Begun), h.cfg.Hasher, a, code)
	if err != nil {
		return api.NewBackupCode{}, err
	}
	out := api.NewBackupCode{Code: backupcode.Format(code)}
	err = h.change(c, func(tx store.Tx, a *account.Account) error {
		if err := needsTwoFactor(tx, a); err != nil {
			return err
		}
		number, event, err := issue(tx, a, sum)
		if err != nil {
			return err
		}
		out.Number = number
		if event.Details == nil {
			event.Details = map[string]string{}
		}
		event.Details["number"] = strconv.Itoa(number)
		return h.announceBy(c, tx, a, event)
	})
	if err != nil {
		return api.NewBackupCode{}, err
	}
	return out, nil
}

// needsTwoFactor returns an error if two-factor is off, for resources that exist only
// while it is on (R61, R70, R80).
func needsTwoFactor(tx store.Tx, a *account.Account) error {
	e, err := account.Enrolled(tx, a)
	if err == nil && !e.TwoFactor() {
		return errTwoFactorOff
	}
	return err
}

// checkBackupCode returns the number and the state of a code and does not use it up
// (R77). Failures are not counted, because a code has 80 random bits. The hasher's
// queue limits the work.
func (h *Handler) checkBackupCode(c *call, in api.BackupCodeCheck) (api.BackupCodeCheck, error) {
	var a *account.Account
	err := h.cfg.Store.View(c.r.Context(), func(tx store.Tx) (err error) {
		a, err = account.Load(tx, c.session.Account)
		return err
	})
	if err != nil {
		return api.BackupCodeCheck{}, err
	}
	sum, err := backupcode.Sum(fairqueue.WithClass(c.r.Context(), fairqueue.Begun), h.cfg.Hasher, a, in.Code)
	switch {
	case errors.Is(err, backupcode.ErrMalformed) && rawtext.Parsed(in.Code) != "":
		return api.BackupCodeCheck{}, malformed("code", "A backup code has 16 letters and digits, such as 7kmq-2xwd-9hfz-3r8n.")
	case errors.Is(err, backupcode.ErrMalformed):
		return api.BackupCodeCheck{}, malformedAs(api.ReasonMissing, "code", "Type a backup code.")
	case err != nil:
		return api.BackupCodeCheck{}, err
	}
	var out api.BackupCodeCheck
	err = h.cfg.Store.View(c.r.Context(), func(tx store.Tx) error {
		number, state, err := backupcode.Check(tx, a.ID, sum)
		out = api.BackupCodeCheck{Number: number, State: string(state)}
		return err
	})
	return out, err
}

var errTwoFactorOff = errors.New("httpapi: two-factor is off (R61)")

// backupCodeProblems are the refusals of backup codes.
var backupCodeProblems = []row{
	{
		of:     []error{backupcode.ErrFull},
		status: http.StatusConflict, code: api.BackupCodesFull, rule: "R71", limit: account.BackupCodesMax,
		title:  "Five backup codes are active already",
		detail: "At most five can be active at a time. Use them up, or replace all of them.",
	},
	{
		of:     []error{errTwoFactorOff, temppassword.ErrTwoFactorOff},
		status: http.StatusConflict, code: api.TwoFactorRequired, rule: "R61",
		title:  "Two-factor authentication is off",
		detail: "Backup codes and temporary passwords exist only while it is on. Turn on a method first.",
	},
}
