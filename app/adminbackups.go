package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"nightlatch/server/backup"
	"nightlatch/server/dailybackup"
)

// checkBackups checks the flags of set-backups, and makes the recovery key.
func (c *adminCommand) checkBackups() error {
	r := &c.request
	switch {
	case r.Off && (r.Folder != "" || r.Recipient != "" || c.backups.recoveryKey):
		return usagef("set-backups takes --off alone")
	case r.Recipient != "" && c.backups.recoveryKey:
		return usagef("set-backups takes one of --recovery-key and --recipient")
	case !r.Off && r.Folder == "" && r.Recipient == "" && !c.backups.recoveryKey:
		return usagef("set-backups needs --folder DIR, a key, or --off")
	}
	if r.Folder != "" {
		folder, err := filepath.Abs(r.Folder)
		if err != nil {
			return err
		}
		if stat, err := os.Stat(folder); err != nil || !stat.IsDir() {
			return usagef("--folder %s is not a directory; make it, or connect its disk, first", r.Folder)
		}
		r.Folder = folder
	}
	if r.Recipient != "" {
		if _, err := backup.ParseRecipient(r.Recipient); err != nil {
			return usagef("--recipient takes the public half of a recovery key (age1…), not the recovery key itself")
		}
	}
	if c.backups.recoveryKey {
		key, lock, _, err := backup.NewRecoveryKey()
		if err != nil {
			return err
		}
		c.backups.key, r.Recipient = key, lock.Recipient()
	}
	return nil
}

// printRecoveryKey prints a new recovery key, alone on its line.
func (c *adminCommand) printRecoveryKey() error {
	if c.backups.key == "" {
		return nil
	}
	_, err := fmt.Fprintf(c.out, "From now on only this recovery key opens new backups. It is shown once. Print it or write it down, and keep it away from the backups.\n%s\n", c.backups.key)
	if err != nil {
		return refuse(err, "The recovery key could not be printed (%s), so new backups could not be opened. Make another key: nightlatch admin set-backups --recovery-key.", reason(err))
	}
	return nil
}

// setBackups changes the daily backups.
func (o *operator) setBackups(ctx context.Context, r adminRequest) error {
	var set dailybackup.Settings
	_, err := o.server.SetBackups(ctx, func(s *dailybackup.Settings) {
		s.On = !r.Off
		if r.Folder != "" {
			s.Folder = r.Folder
		}
		if r.Recipient != "" {
			s.Recipient = r.Recipient
		}
		set = *s
	})
	if err != nil {
		return err
	}
	when := "when the server runs"
	if o.running {
		when = "from now on"
	}
	fixed := o.server.FixedBackupFolder()
	switch {
	case fixed != "" && set.Recipient != "":
		o.report.say(fmt.Sprintf("the setting was changed; while the server runs with --backup-dir, a backup is still made in %s every day", fixed))
	case r.Off:
		o.report.say("no daily backups are made any more; existing backups are kept")
	case set.Recipient == "":
		o.report.say("no backup is made yet, because there is no recovery key: nightlatch admin set-backups --recovery-key")
	case set.Folder == "":
		o.report.say("backups are made with this key once there is a folder: --folder here, or the server's flag --backup-dir")
	default:
		o.report.say(fmt.Sprintf("%s, a backup is made in %s every day, and the last %d are kept", when, set.Folder, dailybackup.Kept))
	}
	return nil
}
