// Package backup writes and reads backups: one file with all data that a server needs to run
// on another computer.
//
// A backup is a tar file with plain parts, encrypted with age (age-encryption.org/v1) for
// a passphrase or for a recovery key. It can be opened without Nightlatch: "age -d backup |
// tar x" unpacks a data directory. The master key is one of the parts, even if the original is
// in a keyring, because another computer needs it.
//
// A file gets its name after it was completed, opened again and compared.
package backup

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"time"

	"nightlatch/server/store"
)

// The parts of a backup, in their order.
const (
	partReadme   = "README.txt"
	partManifest = "manifest.json"
	PartKey      = "master.key"
	PartDatabase = "nightlatch.db"
	PartLab      = "lab" // only of a lab's data
	partSums     = "SHA256SUMS"
)

// format is the version of the parts. A reader refuses newer ones.
const format = 1

// Errors of reading a backup.
var (
	// ErrNotBackup reports a file that is no backup, or a damaged one.
	ErrNotBackup = errors.New("backup: not a backup, or damaged")
	// ErrBare reports a database file without a key.
	ErrBare = errors.New("backup: a bare database")
	// ErrNewer reports a backup of a newer version of the program.
	ErrNewer = errors.New("backup: made by a newer version")
	// ErrWrongKey reports a passphrase or recovery key that does not open the backup.
	ErrWrongKey = errors.New("backup: wrong passphrase or recovery key")
	// ErrOtherKind reports a passphrase for a backup that needs a recovery key, or the
	// other way round.
	ErrOtherKind = errors.New("backup: needs a key of the other kind")
)

// A Manifest describes a backup.
type Manifest struct {
	Format      int       `json:"format"`
	Program     string    `json:"program"` // the version that made it
	Made        time.Time `json:"made"`
	Accounts    int       `json:"accounts"`
	Database    int64     `json:"database_bytes"`
	Fingerprint string    `json:"key_fingerprint"` // of the master key, hexadecimal
	Lab         bool      `json:"lab,omitempty"`
}

// A Database can be copied while it is in use.
type Database interface {
	// Snapshot calls fn with a read transaction, the size of a copy in bytes, and a function
	// that writes the copy.
	Snapshot(ctx context.Context, fn func(tx store.Tx, size int64, copyTo func(io.Writer) error) error) error
}

// A Source has the contents of a backup.
type Source struct {
	Database    Database
	MasterKey   string // the contents of the key's file, not of one that names a keyring's entry
	Fingerprint [16]byte
	Lab         *string // the lab's file, nil if the data are not a lab's
	Program     string  // version
	Now         func() time.Time
	// Progress, which may be nil, receives the number of processed bytes of the database.
	Progress func(done, total int64)
}

func (s Source) manifest(tx store.Tx, size int64) (Manifest, error) {
	m := Manifest{
		Format: format, Program: s.Program, Made: s.Now().UTC().Truncate(time.Second),
		Database: size, Fingerprint: hex.EncodeToString(s.Fingerprint[:]), Lab: s.Lab != nil,
	}
	const page = 1000
	for after := ""; ; {
		items, err := tx.Scan("uniq/login/", after, page)
		if err != nil {
			return m, err
		}
		m.Accounts += len(items)
		if len(items) < page {
			return m, nil
		}
		after = items[len(items)-1].Key
	}
}

// readme explains a backup to somebody who opens it without Nightlatch.
const readme = `This is a backup of Nightlatch.

nightlatch.db   the database: accounts, methods, sessions, activity
master.key      the key of the database; who has both can read everything
manifest.json   when it was made, with which version, how many accounts
SHA256SUMS      checksums: sha256sum -c SHA256SUMS

To restore it, use the backup itself: nightlatch admin restore FILE --data DIR
This directory is a data directory, too: nightlatch --data THIS-DIRECTORY opens it. But then
sessions that were ended since are open again, and nobody is told. Do not leave it unencrypted.
`
