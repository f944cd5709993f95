package ui_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/backup"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/seal"
	"nightlatch/ui/uitest"
)

// The owner chooses a folder, gets the recovery key once, makes a backup, and
// sees why the next one failed. Leaving the page before the key is saved asks
// first.
func TestBackupsInTheWindow(t *testing.T) {
	s, err := bolt.Open(bolt.Config{Path: filepath.Join(t.TempDir(), "a.db"), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	keys := seal.New([32]byte{1})
	h := uitest.Build(t, server.Config{Policy: account.Classic(), KeepMail: true, BackupSource: func() (backup.Source, error) {
		return backup.Source{Database: s, MasterKey: keys.Export(), Fingerprint: keys.Fingerprint(), Program: "1", Now: time.Now}, nil
	}}, false)
	h.SignUp("mara", uitest.Password)
	h.Ctrl(fyne.KeyComma)
	h.Do("ui.settings.change-name", uitest.Key("ui.backups.title"))
	h.Sees("ui.backups.none", "ui.backups.key-none")
	h.Press(fyne.KeyReturn)
	h.Sees("ui.backups.folder-empty")
	folder := t.TempDir()
	h.TabTo("ui.backups.folder")
	h.Write("backups")
	h.Press(fyne.KeyReturn)
	h.Sees("ui.backups.folder-wrong")
	h.TabTo("ui.backups.folder")
	h.ClearField()
	h.Write(folder)
	h.Press(fyne.KeyReturn)
	h.Sees("ui.backups.key-made", "ui.backups.key-there")
	if !regexp.MustCompile(`AGE-SECRET-KEY-1`).MatchString(h.Seen()) {
		t.Errorf("the recovery key is not shown:\n%s", h.Seen())
	}
	h.Press(fyne.KeyEscape) // the key was not saved
	h.Sees("ui.backups.leave", "ui.backups.leave.why", "ui.backups.key-made")
	h.Misses("ui.codes.leave.why")
	h.Press(fyne.KeyEscape)
	h.Do("ui.backups.key-kept")
	h.Do("ui.backups.now")
	h.SeesFilled("ui.backups.last")
	made, err := filepath.Glob(filepath.Join(folder, "nightlatch-*.age"))
	if err != nil || len(made) != 1 {
		t.Errorf("made %v: %v\n%s", made, err, h.Seen())
	}
	if err := os.Rename(folder, folder+".away"); err != nil {
		t.Fatal(err)
	}
	h.Do("ui.backups.now")
	h.Sees("ui.backups.failed.no_folder")
	h.Press(fyne.KeyEscape)
	h.Sees("ui.backups.row-failed")
	h.Do("ui.settings.change-name", uitest.Key("ui.backups.title"))
	h.Sees("ui.backups.failed.no_folder")
	if err := os.Rename(folder+".away", folder); err != nil {
		t.Fatal(err)
	}
	_, err = h.Console.Server().BackUp(t.Context()) // another program of the owner, or the server itself
	uitest.Must(t, err)
	h.Misses("ui.backups.failed.no_folder") // the page reads the state by itself
	h.Press(fyne.KeyEscape)
	h.Sees("ui.backups.row-last")
	h.Do("ui.settings.change-name", uitest.Key("ui.backups.title"))
	h.Do("ui.backups.daily")
	h.Sees("ui.backups.saved")
	h.Press(fyne.KeyEscape)
	h.Sees("ui.backups.row-off")
}
