package server

import (
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/changes"
)

func TestTopicsOf(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]changes.Topics{
		"acct/a":                 changes.Account,
		"acct/a/authn/app":       changes.Account,
		"acct/a/authn/key-b":     changes.Account | changes.Keys,
		"acct/a/bcode/000001":    changes.Account | changes.BackupCodes,
		"acct/a/temppw/b":        changes.TemporaryPasswords,
		"acct/a/sess/b":          changes.Account | changes.Sessions,
		"acct/a/sesscut":         changes.Account | changes.Sessions,
		"acct/a/open/s/turn-off": changes.Ceremony,
		"acct/a/code/b":          changes.Ceremony,
		"aud/a/0001":             changes.Activity,
		"audh/a":                 0,
		"acctrev/a":              0,
		"uniq/login/a":           0,
		"":                       0,
	} {
		account, got := rules().TopicsOf(key)
		if got != want || got != 0 && account != "a" {
			t.Errorf("%s is %v of %q, want %v", key, got.Names(), account, want.Names())
		}
	}
	if subject, got := rules().TopicsOf("cerm/a"); subject != "cerm/a" || got != changes.Ceremony { // for who waits in it
		t.Errorf("cerm/a is %v of %q", got.Names(), subject)
	}
	if all := changes.Topics(1<<len(api.Topics()) - 1).Names(); len(all) != len(api.Topics()) {
		t.Errorf("topics %v", all)
	}
}
