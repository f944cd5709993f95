package api

// An Action is something that the owner of an account can do. Those that are ceremonies have
// the name of their kind.
type Action string

// The actions that the policy, the account's state or the server's set-up can refuse.
const (
	ActEnrollText         Action = "enroll-text"
	ActEnrollKey          Action = "enroll-key"
	ActChangePhone        Action = "change-phone"
	ActDeletePhone        Action = "delete-phone"           // DELETE /api/v1/phone
	ActDeleteKey          Action = "delete-key"             // DELETE /api/v1/keys/{id}
	ActBackupCode         Action = "backup-code"            // POST /api/v1/backup-codes
	ActReplaceBackupCodes Action = "replace-backup-codes"   // POST /api/v1/backup-codes/replace
	ActTemporaryPassword  Action = "new-temporary-password" // POST /api/v1/temporary-passwords
	ActTestMail           Action = "test-mail"              // POST /api/v1/delivery/test, by the owner of the server
)

// Actions lists them.
func Actions() []Action {
	return []Action{
		ActEnrollText, ActEnrollKey, ActChangePhone, ActDeletePhone, ActDeleteKey,
		ActBackupCode, ActReplaceBackupCodes, ActTemporaryPassword, ActTestMail,
	}
}

// A RefusedAction is an action that would be refused now, with the refusal.
type RefusedAction struct {
	Action Action `json:"action"`           // what would be refused
	Code   string `json:"code"`             // of the refusal, for programs
	Reason string `json:"reason,omitempty"` // more detail than the code
	Rule   string `json:"rule,omitempty"`   // the rule behind it, such as `R17`
	Title  string `json:"title"`            // why, in short, in English
	Detail string `json:"detail"`           // why, and what to do, in English
	Limit  int    `json:"limit,omitempty"`  // keys_full, backup_codes_full, temporary_passwords_full: the number that is reached
	First  *Begin `json:"first,omitempty"`  // the ceremony that has to be finished first
}

// Refuses returns why an action would be refused now, nil if it would not.
func (a Account) Refuses(what Action) *RefusedAction {
	for i := range a.Unavailable {
		if a.Unavailable[i].Action == what {
			return &a.Unavailable[i]
		}
	}
	return nil
}
