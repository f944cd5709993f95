package main

import (
	"errors"
	"fmt"
	"strings"

	"nightlatch/server/store/seal"
)

// keySentences has the message for each error of package seal about the key of a database.
// %[1]s is the key's file, %[2]s the database, %[3]v the error. More specific errors come
// first.
var keySentences = []struct {
	is       error
	sentence string
}{
	{seal.ErrNoKeyring, "The key of %[2]s is in the keyring of your desktop, but this session has no keyring. Start Nightlatch from that desktop, or restore a backup, which contains the key (nightlatch admin restore)."},
	{seal.ErrNoEntry, "The key of %[2]s was in your keyring, which does not have it any more. %[1]s contains the name of the entry. Bring that keyring back, or restore a backup, which contains the key (nightlatch admin restore); nothing was changed."},
	{seal.ErrEntryDamaged, "The entry for the key of %[2]s in your keyring is not a key. %[1]s contains the name of the entry. Restore a backup, which contains the key (nightlatch admin restore); nothing was changed."},
	{seal.ErrSilent, "The key of %[2]s is in your keyring, which does not answer. Restart the keyring's program (or sign out of the desktop and in again), then start Nightlatch again."},
	{seal.ErrLocked, "The key of %[2]s is in your keyring, which is locked. Unlock the keyring and start Nightlatch again."},
	{seal.ErrKeyring, "The key of %[2]s is in your keyring, which did not return it (%[3]v). Unlock the keyring, if it is locked, and start Nightlatch again."},
	{seal.ErrKeyMissing, "The key %[1]s is missing, and %[2]s cannot be opened without it. Put your copy of the key back, or restore a backup, which contains the key (nightlatch admin restore); nothing was changed."},
	{seal.ErrKeyDamaged, "The key %[1]s is damaged, and %[2]s cannot be opened without it. Put your copy of the key back, or restore a backup, which contains the key (nightlatch admin restore); nothing was changed."},
	{seal.ErrKeyUnreadable, "The key %[1]s is there and cannot be read (%[3]v), so the database cannot be opened. Repair the file, or put your copy of the key there; nothing was changed."},
}

func explainMasterKey(key, database string, fresh bool, err error) string {
	if fresh {
		return fmt.Sprintf("The key %s cannot be used (%v). There is no database beside it yet, so move it away; the next start makes a new key.", key, keyReason(err))
	}
	for _, s := range keySentences {
		if errors.Is(err, s.is) {
			return fmt.Sprintf(s.sentence, key, database, keyReason(err))
		}
	}
	return fmt.Sprintf("The key %s cannot be used (%s).", key, reason(err))
}

// keyReason returns the last part of the text of an error of package seal, which is its cause.
func keyReason(err error) string {
	text := reason(err)
	if at := strings.LastIndex(text, ": "); at >= 0 {
		return text[at+2:]
	}
	return text
}
