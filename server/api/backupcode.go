package api

import (
	"bytes"
	"encoding/json"
)

// A BackupCodeEntry is a backup code in the list. The code itself is not stored.
type BackupCodeEntry struct {
	Number  int    `json:"number"`         // from 1, in the order of generation
	State   string `json:"state"`          // active, used, void
	Created Time   `json:"created"`        // when it was generated
	Used    *Time  `json:"used,omitempty"` // when it was used; absent before

	Kept        KeptHow `json:"kept,omitempty"`         // how its owner last proved to have a copy (R77); absent if never
	KeptAt      *Time   `json:"kept_at,omitempty"`      // when that was
	KeptUnknown bool    `json:"kept_unknown,omitempty"` // true: it is older than this record, so that a copy may exist

	Voided         *Time     `json:"voided,omitempty"`           // when it became void; absent if that was not recorded
	VoidedBy       EventType `json:"voided_by,omitempty"`        // the event that voided it: backup-codes-voided (a code was used out of order), backup-codes-replaced, two-factor-off or two-factor-reset
	VoidedByNumber int       `json:"voided_by_number,omitempty"` // the number of the code that was used out of order (R73)
}

// A KeptHow says how the owner of a backup code proved to have a copy. The clipboard is no
// copy (R77).
type KeptHow string

// The ways to keep a code. KeptChecked is recorded by POST /api/v1/backup-codes/check.
const (
	KeptPrinted KeptHow = "printed"
	KeptSaved   KeptHow = "saved"
	KeptChecked KeptHow = "checked"
)

// A BackupCodeKept says what a client did with a code:
// POST /api/v1/backup-codes/{number}/kept.
type BackupCodeKept struct {
	How KeptHow `json:"how"` // printed or saved
}

// BackupCodeCount is how many codes to generate. Without a count one is generated, and the
// answer is an object; with a count it is a list.
type BackupCodeCount struct {
	Count *int `json:"count,omitempty"` // from 1 to 5
}

// A NewBackupCode is a new backup code, shown once (R76).
type NewBackupCode struct {
	Number int    `json:"number"` // its number
	Code   string `json:"code"`   // as printed: `7kmq-2xwd-9hfz-3r8n`
}

// NewBackupCodes are codes that were just generated. On the wire they are a list, or a
// single code if the request had no count.
type NewBackupCodes struct {
	List  bool
	Codes []NewBackupCode
}

// MarshalJSON encodes the codes.
func (n NewBackupCodes) MarshalJSON() ([]byte, error) {
	if n.List || len(n.Codes) != 1 {
		return json.Marshal(n.Codes)
	}
	return json.Marshal(n.Codes[0])
}

// UnmarshalJSON decodes both forms.
func (n *NewBackupCodes) UnmarshalJSON(b []byte) error {
	n.List = bytes.HasPrefix(bytes.TrimSpace(b), []byte("["))
	if n.List {
		return json.Unmarshal(b, &n.Codes)
	}
	n.Codes = make([]NewBackupCode, 1)
	return json.Unmarshal(b, &n.Codes[0])
}

// A BackupCodeCheck is the body and answer of "Check your copy" (R77):
// POST /api/v1/backup-codes/check {"code"} → {"number","state"}.
type BackupCodeCheck struct {
	Code   string `json:"code,omitempty"`   // in the request: a backup code, in any spelling (R76)
	Number int    `json:"number,omitempty"` // its number; absent for an unknown code
	State  string `json:"state,omitempty"`  // active, used, void, unknown
}
