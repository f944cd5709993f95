package api

// Backups are the daily backups of the server: GET, PUT and POST /api/v1/backups. Only the
// server's owner may see them.
type Backups struct {
	On          bool          `json:"on"`             // a backup is made every day
	Folder      string        `json:"folder"`         // where they are; an empty string if none was chosen
	FolderFixed bool          `json:"folder_fixed"`   // the flag --backup-dir says so, and neither can be changed
	Recipient   string        `json:"recipient"`      // public half of the recovery key; an empty string if none was made
	Running     bool          `json:"running"`        // one is being written
	Next        *Time         `json:"next,omitempty"` // when the next one is due; absent if they are off
	Last        *BackupMade   `json:"last"`           // the last one; `null` if there is none
	Failed      *BackupFailed `json:"failed"`         // the last attempt, if it failed; else `null`
	Kept        int           `json:"kept"`           // how many stay in the folder
}

// BackupMade describes a daily backup.
type BackupMade struct {
	At       Time   `json:"at"`       // when it was made
	File     string `json:"file"`     // its name in the folder
	Bytes    int64  `json:"bytes"`    // how large it is
	Accounts int    `json:"accounts"` // how many accounts it has
}

// BackupFailed is an attempt that failed.
type BackupFailed struct {
	At     Time   `json:"at"`     // when it was made
	Reason string `json:"reason"` // no_key, no_folder, denied, full, disk or data
}

// BackupsChange changes the fields that are set: PUT /api/v1/backups.
type BackupsChange struct {
	On     *bool   `json:"on,omitempty"`      // whether a backup is made every day
	Folder *string `json:"folder,omitempty"`  // an absolute path on the server's computer
	NewKey bool    `json:"new_key,omitempty"` // make a recovery key, for the backups from now on
}

// BackupsChanged is the answer to PUT /api/v1/backups.
type BackupsChanged struct {
	Backups
	RecoveryKey string `json:"recovery_key,omitempty"` // if one was made; only this answer has it
}
