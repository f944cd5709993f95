package server

import (
	"context"

	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/dailybackup"
	"nightlatch/server/notice"
	"nightlatch/server/signup"
	"nightlatch/server/store"
)

// newBackups returns the runner of the daily backups, or nil if there are none.
func (s *Server) newBackups() (*dailybackup.Runner, error) {
	if s.cfg.BackupSource == nil {
		return nil, nil
	}
	return dailybackup.New(dailybackup.Config{
		Store: s.store, Source: s.cfg.BackupSource, Check: s.cfg.CheckData, Folder: s.cfg.BackupFolder,
		Now: s.cfg.Now, Log: s.cfg.Log, Tell: s.tellBackupFailed,
	})
}

// tellBackupFailed notifies the owner of the server that the daily backup failed.
func (s *Server) tellBackupFailed(tx store.Tx, f dailybackup.Failure) error {
	owner, err := signup.Owner(tx)
	if err != nil || owner == nil {
		return err // without an owner, only the log has the failure
	}
	return s.announcer.Announce(tx, owner, notice.Origin{Client: "Nightlatch"}, audit.Event{
		Type: api.EventBackupFailed, Refused: true, Details: map[string]string{"reason": string(f.Reason)},
	})
}

// SetBackups changes the daily backups for the operator. It notifies the owner of the server.
func (s *Server) SetBackups(ctx context.Context, change func(*dailybackup.Settings)) (told Told, err error) {
	s.busy.RLock()
	defer s.busy.RUnlock()
	err = s.store.Update(ctx, func(tx store.Tx) error {
		told = Told{}
		set, err := dailybackup.Load(tx)
		if err != nil {
			return err
		}
		change(&set)
		if err := dailybackup.Save(tx, set); err != nil {
			return err
		}
		owner, err := signup.Owner(tx)
		if err != nil || owner == nil {
			return err
		}
		on := "off"
		if set.On {
			on = "on"
		}
		return s.announcer.Telling(&told).Announce(tx, owner, operator, audit.Event{
			Type: api.EventBackupsChanged, Rule: "R6", Details: map[string]string{"folder": set.Folder, "on": on},
		})
	})
	return told, err
}

// FixedBackupFolder returns the folder that overrides the owner's setting, or
// "".
func (s *Server) FixedBackupFolder() string { return s.cfg.BackupFolder }
