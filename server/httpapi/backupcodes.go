package httpapi

import (
	"errors"
	"fmt"
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
	"nightlatch/server/unavailable"
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

// newBackupCodes issues codes (R70, R71). With a count the answer is a list, without one a
// single code.
func (h *Handler) newBackupCodes(c *call, in api.BackupCodeCount) (api.NewBackupCodes, error) {
	return h.issueBackupCodes(c, in, func(tx store.Tx, a *account.Account, sums [][]byte) ([]int, audit.Event, error) {
		numbers, err := backupcode.IssueAll(tx, a, sums, h.cfg.Policy.BackupCodesMax)
		return numbers, audit.Event{Type: api.EventBackupCodeIssued, Rule: "R70", Details: map[string]string{}}, err
	})
}

// replaceBackupCodes voids every code and issues others (R71).
func (h *Handler) replaceBackupCodes(c *call, in api.BackupCodeCount) (api.NewBackupCodes, error) {
	return h.issueBackupCodes(c, in, func(tx store.Tx, a *account.Account, sums [][]byte) ([]int, audit.Event, error) {
		numbers, voided, err := backupcode.Replace(tx, a, sums...)
		return numbers, audit.Event{
			Type: api.EventBackupCodesReplaced, Rule: "R71", Details: map[string]string{"voided": strconv.Itoa(voided)},
		}, err
	})
}

type issuing func(tx store.Tx, a *account.Account, sums [][]byte) (numbers []int, e audit.Event, err error)

// issueBackupCodes hashes new codes outside the transaction and issues them inside, all or
// none, with one notice. A request that must be refused is refused before the slow hashes.
func (h *Handler) issueBackupCodes(c *call, in api.BackupCodeCount, issue issuing) (api.NewBackupCodes, error) {
	count, most := 1, h.cfg.Policy.BackupCodesMax
	if in.Count != nil {
		count = *in.Count
	}
	if count < 1 || count > most {
		return api.NewBackupCodes{}, malformed("count", fmt.Sprintf("From 1 to %d codes can be generated at once.", most))
	}
	var a *account.Account
	err := h.cfg.Store.View(c.r.Context(), func(tx store.Tx) (err error) {
		if a, err = account.Load(tx, c.session.Account); err != nil {
			return err
		}
		return h.possible(tx, a, api.ActReplaceBackupCodes)
	})
	if err != nil {
		return api.NewBackupCodes{}, err
	}
	out := api.NewBackupCodes{List: in.Count != nil, Codes: make([]api.NewBackupCode, count)}
	sums := make([][]byte, count)
	for i := range count {
		code := backupcode.New()
		out.Codes[i].Code = backupcode.Format(code)
		sums[i], err = backupcode.Sum(fairqueue.WithClass(c.r.Context(), fairqueue.Begun), h.cfg.Hasher, a, code)
		if err != nil {
			return api.NewBackupCodes{}, err
		}
	}
	err = h.change(c, func(tx store.Tx, a *account.Account) error {
		if err := h.possible(tx, a, api.ActReplaceBackupCodes); err != nil {
			return err
		}
		numbers, event, err := issue(tx, a, sums)
		if err != nil {
			return err
		}
		for i, number := range numbers {
			out.Codes[i].Number = number
		}
		event.Details["number"] = strconv.Itoa(numbers[0])
		if count > 1 {
			event.Details["last"] = strconv.Itoa(numbers[count-1])
			event.Details["count"] = strconv.Itoa(count)
		}
		return h.announceBy(c, tx, a, event)
	})
	if err != nil {
		return api.NewBackupCodes{}, err
	}
	return out, nil
}

// keptBackupCode records that a client has printed or saved a code (R77).
func (h *Handler) keptBackupCode(c *call, in api.BackupCodeKept) (out api.BackupCodeEntry, err error) {
	if in.How != api.KeptPrinted && in.How != api.KeptSaved {
		return out, malformed("how", "A code was printed or saved. To record that a copy is right, check it.")
	}
	number, err := strconv.Atoi(c.r.PathValue("number"))
	if err != nil {
		return out, backupcode.ErrUnknown
	}
	err = h.change(c, func(tx store.Tx, a *account.Account) error {
		entry, err := backupcode.MarkKept(tx, a, number, in.How)
		out = entry.API()
		return err
	})
	return out, err
}

// checkBackupCode returns the number and the state of a code and does not use it up
// (R77). The owner of a code that was checked has a copy. Failures are not counted, because a code has 80 random bits. The hasher's
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
	err = h.change(c, func(tx store.Tx, a *account.Account) error {
		number, state, err := backupcode.CheckCopy(tx, a, sum)
		out = api.BackupCodeCheck{Number: number, State: string(state)}
		return err
	})
	return out, err
}

// backupCodeProblems are the refusals of backup codes.
var backupCodeProblems = []row{
	{
		of:     []error{backupcode.ErrFull},
		status: http.StatusConflict, code: api.BackupCodesFull, rule: "R71", limit: account.BackupCodesMax,
		title:  "Five backup codes are active already",
		detail: "At most five can be active at a time. Use them up, or replace all of them.",
	},
	{
		of:     []error{backupcode.ErrUnknown},
		status: http.StatusNotFound, code: api.NotFound, reason: "code", rule: "R77",
		title:  "No such backup code",
		detail: "No backup code has this number. Look at the list again.",
	},
	{
		of:     []error{backupcode.ErrInactive},
		status: http.StatusConflict, code: api.Conflict, reason: "code_inactive", rule: "R77",
		title:  "That code is not active",
		detail: "It was used or is void, so a copy of it is of no use. Look at the list again.",
	},
	{
		of:     []error{unavailable.ErrTwoFactorOff, temppassword.ErrTwoFactorOff},
		status: http.StatusConflict, code: api.TwoFactorRequired, rule: "R61",
		title:  "Two-factor authentication is off",
		detail: "Backup codes and temporary passwords exist only while it is on. Turn on a method first.",
	},
}
