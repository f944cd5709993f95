package httpapi

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/backup"
	"nightlatch/server/dailybackup"
	"nightlatch/server/store"
)

// backUpLimit is how long a request waits for a backup. The backup goes on after that.
const backUpLimit = 20 * time.Second

// backups returns the settings of the daily backups and the results of the
// last ones.
func (h *Handler) backups(c *call) (out api.Backups, err error) {
	err = h.cfg.Store.View(c.r.Context(), func(tx store.Tx) error {
		if err := h.backupsOwner(tx, c); err != nil {
			return err
		}
		s, err := h.cfg.Backups.Status(tx)
		out = backupsAPI(s)
		return err
	})
	return out, err
}

func (h *Handler) backupsOwner(tx store.Tx, c *call) error {
	if err := onlyOwner(tx, c.session.Account); err != nil {
		return err
	}
	if h.cfg.Backups == nil {
		return errNoBackups
	}
	return nil
}

func backupsAPI(s dailybackup.Status) api.Backups {
	out := api.Backups{
		On: s.On, Folder: s.Folder, FolderFixed: s.Fixed, Recipient: s.Recipient, Running: s.Running, Kept: dailybackup.Kept,
	}
	if !s.Next.IsZero() {
		next := s.Next.UTC()
		out.Next = &next
	}
	if m := s.Last; m != nil {
		out.Last = &api.BackupMade{At: m.At, File: m.File, Bytes: m.Bytes, Accounts: m.Accounts}
	}
	if f := s.Failed; f != nil {
		out.Failed = &api.BackupFailed{At: f.At, Reason: string(f.Reason)}
	}
	return out
}

// setBackups changes the settings of the daily backups. A backup contains the
// data of all accounts, so the change is announced (R6).
func (h *Handler) setBackups(c *call, in api.BackupsChange) (out api.BackupsChanged, err error) {
	if in.On == nil && in.Folder == nil && !in.NewKey {
		return out, malformedAs(api.ReasonMissing, "folder", "Say what to change: on, folder or new_key.")
	}
	if in.Folder != nil && (!filepath.IsAbs(*in.Folder) || len(*in.Folder) > 4096) {
		return out, malformed("folder", "This has to be the whole path of a folder on the server's computer, from its root on.")
	}
	var key, recipient string
	if in.NewKey {
		text, lock, _, err := backup.NewRecoveryKey()
		if err != nil {
			return out, err
		}
		key, recipient = text, lock.Recipient()
	}
	err = h.change(c, func(tx store.Tx, a *account.Account) error {
		if err := h.backupsOwner(tx, c); err != nil {
			return err
		}
		now, err := h.cfg.Backups.Status(tx)
		if err != nil {
			return err
		}
		if now.Fixed && (in.On != nil || in.Folder != nil) {
			return errFolderFixed
		}
		next, err := dailybackup.Load(tx)
		if err != nil {
			return err
		}
		if in.On != nil {
			next.On = *in.On
		}
		if in.Folder != nil {
			next.Folder = filepath.Clean(*in.Folder)
		}
		if in.NewKey {
			next.Recipient = recipient
		}
		switch {
		case next.On && !now.Fixed && next.Folder == "":
			return malformedAs(api.ReasonMissing, "folder", "Choose a folder first.")
		case next.On && next.Recipient == "":
			return malformedAs(api.ReasonMissing, "new_key", "Make a recovery key first: without one nobody could open the backups.")
		}
		if err := dailybackup.Save(tx, next); err != nil {
			return err
		}
		details := map[string]string{"folder": next.Folder, "on": onOff(next.On || now.Fixed)}
		if in.NewKey {
			details["key"] = "new"
		}
		return h.announceBy(c, tx, a, audit.Event{Type: api.EventBackupsChanged, Rule: "R6", Details: details})
	})
	if err != nil {
		return api.BackupsChanged{}, err
	}
	out.RecoveryKey = key
	out.Backups, err = h.backups(c)
	return out, err
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// backUp writes a backup now. The answer has the result, also of a failure.
func (h *Handler) backUp(c *call, _ none) (api.Backups, error) {
	err := h.cfg.Store.View(c.r.Context(), func(tx store.Tx) error { return h.backupsOwner(tx, c) })
	if err != nil {
		return api.Backups{}, err
	}
	ctx, cancel := context.WithTimeout(c.r.Context(), backUpLimit)
	defer cancel()
	err = h.cfg.Backups.BackUp(ctx)
	switch {
	case errors.Is(err, dailybackup.ErrRunning), errors.Is(err, context.DeadlineExceeded): // the answer reports that a backup is running
	case err != nil:
		h.cfg.Log.Error("the backup failed", "error", err)
	}
	return h.backups(c)
}

var (
	errNoBackups   = errors.New("httpapi: no daily backups here")
	errFolderFixed = errors.New("httpapi: the folder of the backups is fixed")
)

// backupsProblems are the refusals of daily backups.
var backupsProblems = []row{
	{
		of:     []error{errNoBackups},
		status: http.StatusConflict, code: api.Conflict, reason: "no_backups",
		title:  "This server makes no daily backups",
		detail: "Its data are temporary, as in a lab. Use a server with a data directory.",
	},
	{
		of:     []error{errFolderFixed},
		status: http.StatusConflict, code: api.Conflict, reason: "folder_fixed",
		title:  "The flag --backup-dir says where backups go",
		detail: "The flag overrides the setting. Start the server without it, then change the setting.",
	},
}
