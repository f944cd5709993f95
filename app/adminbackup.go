package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"nightlatch/app/secret"
	"nightlatch/server/backup"
)

// A backupCommand has the flags of `admin backup`.
type backupCommand struct {
	passphrase  secret.Secret
	recipient   string // age1…
	recoveryKey bool
	force       bool
	key         string // a recovery key that was made, to print
}

// backupPassphrase describes the secret that encrypts or opens a backup.
func backupPassphrase(name string) secret.Secret {
	return secret.Secret{Name: name, Flag: "--passphrase-from", Skip: backup.IsRemark}
}

// backup writes a backup: one file that opens on another computer. It works beside a
// running server, on a read-only data directory and on a full disk.
func (c *adminCommand) backup(ctx context.Context) error {
	if err := needDatabase(c.dir); err != nil {
		return err
	}
	file, err := filepath.Abs(c.file)
	if err != nil {
		return err
	}
	if err := c.checkBackupFile(file); err != nil {
		return err
	}
	lock, opener, key, err := c.backupKey(ctx)
	if err != nil {
		return err
	}
	p := c.progress("writing the backup")
	report := func(done, total int64) { p.set(done, total) }
	res, err := backup.WriteFile(ctx, backup.File{
		Path: file, Replace: c.backups.force, Lock: lock, Opener: opener,
		Fill: func(w io.Writer) error { return c.writeParts(ctx, w, report) },
		Check: func(ctx context.Context, parts io.Reader) (backup.Contents, error) {
			return c.checkParts(ctx, parts)
		},
	})
	p.end()
	if err != nil {
		return c.explainBackup(file, err)
	}
	return c.reportBackup(res, key)
}

// checkBackupFile refuses a file that cannot be written. It runs before the user types a
// secret.
func (c *adminCommand) checkBackupFile(file string) error {
	stat, err := os.Lstat(file)
	switch {
	case err == nil && stat.IsDir():
		return usagef("%s is a directory; name a file in it", c.file)
	case err == nil && !c.backups.force:
		return refuse(fs.ErrExist, "%s exists already. Choose another file, or give --force to replace it.", c.file)
	}
	if _, err := os.Stat(filepath.Dir(file)); err != nil {
		return refuse(err, "The backup could not be written to %s (%s). Choose a file in a directory that exists.", c.file, reason(err))
	}
	return nil
}

// backupKey returns the key that encrypts the backup, and the new recovery key of
// --recovery-key.
func (c *adminCommand) backupKey(ctx context.Context) (lock backup.Lock, opener backup.Opener, key string, err error) {
	b := &c.backups
	switch {
	case b.recipient != "":
		lock, err = backup.ParseRecipient(b.recipient)
		if err != nil {
			return lock, opener, "", usagef("--recipient takes the public half of a recovery key (age1…), not the recovery key itself")
		}
		return lock, backup.Opener{}, "", nil
	case b.recoveryKey:
		key, lock, opener, err = backup.NewRecoveryKey()
		return lock, opener, key, err
	}
	if b.passphrase.From == "" && !secret.IsTerminal(c.in) {
		return lock, opener, "", usagef("backup needs a key: --passphrase-from SOURCE, --recovery-key to make one, or --recipient RECIPIENT; at a terminal you can type a passphrase")
	}
	phrase, err := readSecret(ctx, c.terminal, &b.passphrase)
	if err != nil {
		return lock, opener, "", err
	}
	if backup.IsRecoveryKey(phrase) {
		return lock, opener, "", usagef("this is a recovery key, not a passphrase. Give its public half instead: --recipient age1…")
	}
	if b.passphrase.From == "" {
		again := backupPassphrase("The same passphrase again")
		second, err := readSecret(ctx, c.terminal, &again)
		if err != nil {
			return lock, opener, "", err
		}
		if second != phrase {
			return lock, opener, "", refuse(nil, "The two passphrases differ, so no backup was written. Try again.")
		}
	}
	lock, opener, err = backup.Passphrase(phrase)
	if errors.Is(err, backup.ErrPassphrase) {
		return lock, opener, "", refuse(err, "The passphrase is too short. Anyone who gets the file can try passphrases without a limit. Use at least %d characters, such as four words.", backup.PassphraseMin)
	}
	return lock, opener, "", err
}

// reportBackup prints the contents of the backup, the key that opens it, and how it was
// checked. The recovery key is on a line by itself.
func (c *adminCommand) reportBackup(res backup.Result, key string) error {
	m := res.Contents.Manifest
	var b writeErr
	b.printf(c.out, "%s: a backup of %s, made at %s, %s\n", c.file, counted(m.Accounts, "account"), m.Made.Format("2006-01-02 15:04:05 UTC"), size(res.Bytes))
	b.printf(c.out, "It contains the database and the database's key, so another computer needs nothing else.\n")
	checked := "It was opened again: its checksums are right, and its database is consistent and belongs to its key.\n"
	if c.unchecked {
		checked = "It was opened again and its checksums are right. There was no room to unpack and check its database. Check it with nightlatch admin verify FILE.\n"
	}
	b.printf(c.out, "%s", checked)
	switch {
	case key != "":
		b.printf(c.out, "Only this recovery key opens the backup. It is shown once. Print it or write it down, and keep it away from the backup.\n%s\n", key)
	case c.backups.recipient != "":
		b.printf(c.out, "Only the recovery key of this recipient opens the backup. The recovery key is not on this computer, so the check used the key that existed while the backup was written.\n")
	default:
		b.printf(c.out, "Only the passphrase opens the backup. A lost passphrase cannot be recovered.\n")
	}
	if b.err != nil && key != "" {
		_ = os.Remove(res.Path) // nobody could open it
		return refuse(b.err, "The recovery key could not be printed (%s), so the backup was deleted. Try again.", reason(b.err))
	}
	return b.err
}

// counted returns a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// A writeErr prints until the first error.
type writeErr struct{ err error }

func (e *writeErr) printf(w io.Writer, format string, args ...any) {
	if e.err == nil {
		_, e.err = fmt.Fprintf(w, format, args...)
	}
}

// explainBackup turns an error of writing a backup into a refusal. The data directory's
// errors already are refusals.
func (c *adminCommand) explainBackup(file string, err error) error {
	var known *refusal
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, fs.ErrExist):
		return refuse(err, "%s exists already. Choose another file, or give --force to replace it.", c.file)
	case errors.Is(err, context.Canceled):
		return refuse(err, "Interrupted. No backup was written.")
	case errors.Is(err, backup.ErrNotBackup), errors.Is(err, backup.ErrWrongKey):
		return refuse(err, "The backup was written to %s but could not be opened again (%v), so it was deleted. Check the disk, or choose another one.", file, err)
	}
	return refuse(err, "The backup could not be written to %s (%s). Free some space or choose another file.", c.file, reason(err))
}
