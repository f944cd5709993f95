// Package dailybackup makes a backup of the server every day, in a folder, and keeps the last
// seven.
//
// A backup is encrypted for the public half of a recovery key (package backup), so the
// server needs no secret for it. A failure is stored in the database and reported to the
// server's owner; existing backups are kept.
package dailybackup

import (
	"errors"
	"fmt"
	"time"

	"nightlatch/server/backup"
	"nightlatch/server/store"
)

// Kept is how many backups stay in the folder.
const Kept = 7

const (
	every = 24 * time.Hour // from one backup to the next
	again = time.Hour      // until another attempt after a failure
)

const (
	settingsKey = "conf/backups"
	stateKey    = "conf/backups-state"
)

// Settings are the owner's settings. They contain no secret.
type Settings struct {
	On        bool   `json:"on,omitempty"`
	Folder    string `json:"folder,omitempty"`    // an absolute path
	Recipient string `json:"recipient,omitempty"` // public half of the recovery key; "" if there is none yet
}

// Load reads the settings. Without any, daily backups are off.
func Load(tx store.Tx) (s Settings, err error) {
	return s, load(tx, settingsKey, &s)
}

// Save writes the settings. A new folder or key is tried soon.
func Save(tx store.Tx, s Settings) error {
	if s.Recipient != "" {
		if _, err := backup.ParseRecipient(s.Recipient); err != nil {
			return fmt.Errorf("dailybackup: %w", err)
		}
	}
	before, err := Load(tx)
	if err != nil {
		return err
	}
	if before != s {
		state, err := loadState(tx)
		if err != nil {
			return err
		}
		state.Failed = nil
		if before.Folder != s.Folder || before.Recipient != s.Recipient {
			state.Last = nil // it has another folder or key
		}
		if err := saveState(tx, state); err != nil {
			return err
		}
	}
	if err := store.Save(tx, settingsKey, s); err != nil {
		return fmt.Errorf("dailybackup: %w", err)
	}
	return nil
}

// A State has the results of the last attempts.
type State struct {
	Last   *Done    `json:"last,omitempty"`
	Failed *Failure `json:"failed,omitempty"` // since Last
}

// Done describes the last backup.
type Done struct {
	At       time.Time `json:"at"`
	File     string    `json:"file"` // its name in the folder
	Bytes    int64     `json:"bytes"`
	Accounts int       `json:"accounts"`
}

// A Failure is the last attempt that failed.
type Failure struct {
	At     time.Time `json:"at"`
	Reason Reason    `json:"reason"`
}

// A Reason says why there is no backup.
type Reason string

// The reasons.
const (
	NoKey    Reason = "no_key"    // no recovery key was made yet
	NoFolder Reason = "no_folder" // the folder does not exist: a disk may not be connected
	Denied   Reason = "denied"    // the folder cannot be written to
	Full     Reason = "full"      // no space is left there
	Disk     Reason = "disk"      // the backup could not be written, or not be opened again
	Data     Reason = "data"      // the database or its key could not be read
)

func loadState(tx store.Tx) (s State, err error) { return s, load(tx, stateKey, &s) }

func saveState(tx store.Tx, s State) error {
	if err := store.Save(tx, stateKey, s); err != nil {
		return fmt.Errorf("dailybackup: %w", err)
	}
	return nil
}

func load(tx store.Tx, key string, v any) error {
	if err := store.Load(tx, key, v); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("dailybackup: %w", err)
	}
	return nil
}
