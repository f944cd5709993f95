package phone

import (
	"slices"
	"time"
)

// maxBackups is the number of backups that are kept. The oldest goes first.
const maxBackups = 5

// A Backup is a copy of a device's storage.
type Backup struct {
	Encrypted bool
	At        time.Time
	storage   Storage
}

// kept is what a backup takes of the storage. An encrypted backup keeps everything, a plain one
// none of the secrets (R92): only for whom the app was.
func (s Storage) kept(encrypted bool) Storage {
	if !encrypted {
		return Storage{App: App{Username: s.App.Username}}
	}
	s.Entries = slices.Clone(s.Entries)
	return s
}

// BackUp makes a backup. It goes to the owner's computer by cable, so it needs no network.
func (d *Device) BackUp(encrypted bool, at time.Time) error {
	if err := d.Usable(); err != nil {
		return err
	}
	d.Backups = append(d.Backups, Backup{Encrypted: encrypted, At: at, storage: d.kept(encrypted)})
	if over := len(d.Backups) - maxBackups; over > 0 {
		d.Backups = slices.Delete(d.Backups, 0, over)
	}
	return nil
}

// Restore replaces the storage by that of the latest backup.
func (d *Device) Restore() error {
	if err := d.Usable(); err != nil {
		return err
	}
	if len(d.Backups) == 0 {
		return ErrNoBackup
	}
	latest := d.Backups[len(d.Backups)-1]
	d.Storage, d.Pushes = latest.storage.kept(latest.Encrypted), nil
	return nil
}

// Wipe empties the storage, as the device's own settings do. SIM, backups and the settings that
// can be seen from outside stay.
func (d *Device) Wipe() error {
	if err := d.Usable(); err != nil {
		return err
	}
	d.Storage, d.Pushes = Storage{}, nil
	return nil
}

// Lose loses the device, in any state. The SIM is lost with it until the carrier moves its number.
func (d *Device) Lose() error {
	if d.State.Lost {
		return ErrLost
	}
	d.State.Lost = true
	return nil
}

// Find ends Lose. The device is as it was.
func (d *Device) Find() error {
	if !d.State.Lost {
		return ErrNotLost
	}
	d.State.Lost = false
	return nil
}

// Break breaks the device for good. Its SIM still works in another device.
func (d *Device) Break() error {
	if d.State.Broken {
		return ErrBroken
	}
	d.State.Broken = true
	return nil
}

// Replace returns a new, empty device, in any state of the old one: the carrier moves the number to it,
// and the owner's backups can be restored on it. The old device keeps its storage.
func (d *Device) Replace(id string) *Device {
	n := New(id, "")
	n.Backups = slices.Clone(d.Backups)
	MoveSIM(d, n)
	return n
}

// MoveSIM moves the number of a device to another one, by whoever asks the carrier for it: the
// owner with a new phone, or a stranger (SIM swap). A number that to had is lost to it.
func MoveSIM(from, to *Device) {
	if from != to {
		to.Number, from.Number = from.Number, ""
	}
}
