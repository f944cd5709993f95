package httpapi_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/backup"
	"nightlatch/server/servertest"
	"nightlatch/server/store"
	"nightlatch/server/store/bolt"
)

// withBackups configures daily backups. They copy a separate database file.
func withBackups(t *testing.T) servertest.Option {
	t.Helper()
	s, err := bolt.Open(bolt.Config{Path: filepath.Join(t.TempDir(), "a.db"), Now: func() time.Time { return servertest.Start }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return func(cfg *server.Config) {
		cfg.BackupSource = func() (backup.Source, error) {
			return backup.Source{Database: s, MasterKey: cfg.Sealer.Export(), Fingerprint: cfg.Sealer.Fingerprint(), Program: "1.2.3", Now: cfg.Now}, nil
		}
	}
}

func makeOwner(t *testing.T, w *servertest.World, name string) {
	t.Helper()
	id := w.Account(name).ID
	if err := w.Store.Update(t.Context(), func(tx store.Tx) error { return account.SetOwner(tx, id) }); err != nil {
		t.Fatal(err)
	}
}

// The owner sets the folder, gets the recovery key once, and sees the results
// of the backups. Other accounts, and a session without the proof, are
// refused.
func TestDailyBackupsOfTheOwner(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, withBackups(t))
	makeOwner(t, w, "bob")
	ctx, folder, yes := t.Context(), t.TempDir(), true
	owner := w.SignIn("bob")
	var problem *api.Problem
	for _, try := range []func() error{
		func() error { _, err := w.SignIn("ada").Backups(ctx); return err },
		func() error { _, err := w.SignIn("ada").BackUp(ctx); return err },
		func() error { _, err := w.SignIn("ada").SetBackups(ctx, api.BackupsChange{On: &yes}); return err },
	} {
		if err := try(); !errors.As(err, &problem) || problem.Code != api.NotOwner {
			t.Errorf("not the owner: %v", err)
		}
	}
	for field, change := range map[string]api.BackupsChange{
		"folder": {On: &yes}, "new_key": {On: &yes, Folder: &folder},
	} {
		if _, err := owner.SetBackups(ctx, change); !errors.As(err, &problem) || problem.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	relative := "backups"
	if _, err := owner.SetBackups(ctx, api.BackupsChange{Folder: &relative}); !errors.As(err, &problem) || problem.Field != "folder" {
		t.Errorf("a relative folder: %v", err)
	}
	set := servertest.Must[api.BackupsChanged](t)(owner.SetBackups(ctx, api.BackupsChange{On: &yes, Folder: &folder, NewKey: true}))
	if !set.On || set.Folder != folder || !strings.HasPrefix(set.RecoveryKey, "AGE-SECRET-KEY-1") || set.Last != nil || set.Kept != 7 {
		t.Errorf("%+v", set.Backups)
	}
	made := servertest.Must[api.Backups](t)(owner.BackUp(ctx))
	if made.Last == nil || made.Failed != nil || made.Recipient == "" {
		t.Fatalf("%+v", made)
	}
	f, err := os.Open(filepath.Join(folder, made.Last.File))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	opener, err := backup.OpenerFor(set.RecoveryKey)
	if err == nil {
		_, err = backup.Decrypt(f, opener)
	}
	if err != nil {
		t.Error(err)
	}
	// The recovery key is in no other answer, no record and no log line.
	for key, value := range w.Dump() {
		if strings.Contains(value, set.RecoveryKey) {
			t.Errorf("the recovery key is in %s", key)
		}
	}
	if strings.Contains(w.Log.String(), "AGE-SECRET") {
		t.Error("the recovery key is in the log")
	}
	// A failure is in the answer, and the owner gets a notice.
	if err := os.Rename(folder, folder+".away"); err != nil {
		t.Fatal(err)
	}
	failed := servertest.Must[api.Backups](t)(owner.BackUp(ctx))
	if failed.Failed == nil || failed.Failed.Reason != "no_folder" || failed.Last == nil {
		t.Errorf("%+v", failed)
	}
	if got := w.ActivityTypes(owner, 2); got[0] != api.EventBackupFailed || got[1] != api.EventBackupsChanged {
		t.Errorf("activity %v", got)
	}
	w.DeliverAll()
	if mails := w.MailSubjects(servertest.BobMail); !strings.Contains(mails[len(mails)-1], "backup failed") {
		t.Errorf("mails %q", mails)
	}
	if err := w.Clock.Advance(11 * time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := owner.SetBackups(ctx, api.BackupsChange{NewKey: true}); !errors.As(err, &problem) || problem.Code != api.ReauthenticationRequired {
		t.Errorf("without the proof: %v", err)
	}
}

// A server with temporary data makes no backups, and the flag overrides the
// setting.
func TestWhereNoBackupsAreSet(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	makeOwner(t, w, "bob")
	var problem *api.Problem
	if _, err := w.SignIn("bob").Backups(t.Context()); !errors.As(err, &problem) || problem.Reason != "no_backups" {
		t.Errorf("got %v", err)
	}
	folder := t.TempDir()
	fixed := servertest.New(t, withBackups(t), func(cfg *server.Config) { cfg.BackupFolder = folder })
	makeOwner(t, fixed, "bob")
	owner := fixed.SignIn("bob")
	if _, err := owner.SetBackups(t.Context(), api.BackupsChange{Folder: &folder}); !errors.As(err, &problem) || problem.Reason != "folder_fixed" {
		t.Errorf("got %v", err)
	}
	set := servertest.Must[api.BackupsChanged](t)(owner.SetBackups(t.Context(), api.BackupsChange{NewKey: true}))
	if !set.On || !set.FolderFixed || set.Folder != folder || set.RecoveryKey == "" {
		t.Errorf("%+v", set.Backups)
	}
	if made := servertest.Must[api.Backups](t)(owner.BackUp(t.Context())); made.Last == nil {
		t.Errorf("%+v", made)
	}
}
