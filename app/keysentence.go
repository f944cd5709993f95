package main

import (
	"errors"
	"fmt"
	"strings"

	"nightlatch/server/store/seal"
)

// keySentences says what is wrong with the key of a database, for each error of package
// seal. %[1]s is the key's file, %[2]s the database, %[3]v the error. The more exact errors
// come first.
var keySentences = []struct {
	is       error
	sentence string
}{
	{seal.ErrNoKeyring, "The key of %[2]s is kept in the keyring of your desktop, and this session has no keyring. Start Nightlatch from that desktop, or restore a backup, which has the key in it (nightlatch admin restore)."},
	{seal.ErrNoEntry, "The key of %[2]s was kept in your keyring, which does not have it any more. %[1]s says under which name. Bring that keyring back, or restore a backup, which has the key in it (nightlatch admin restore); nothing was changed."},
	{seal.ErrEntryDamaged, "What your keyring keeps as the key of %[2]s is not a key. %[1]s says under which name it is kept. Restore a backup, which has the key in it (nightlatch admin restore); nothing was changed."},
	{seal.ErrSilent, "The key of %[2]s is in your keyring, which takes the question and does not answer. Start the keyring's program again (or sign out of the desktop and in again), then start Nightlatch again."},
	{seal.ErrLocked, "The key of %[2]s is in your keyring, which nobody unlocked. Unlock the keyring and start Nightlatch again."},
	{seal.ErrKeyring, "The key of %[2]s is in your keyring, which did not give it (%[3]v). Unlock the keyring, if it is locked, and start Nightlatch again."},
	{seal.ErrKeyMissing, "The key %[1]s is missing, and %[2]s cannot be opened without it. Put your copy of the key back, or restore a backup, which has the key in it (nightlatch admin restore); nothing was changed."},
	{seal.ErrKeyDamaged, "The key %[1]s is damaged, and %[2]s cannot be opened without it. Put your copy of the key back, or restore a backup, which has the key in it (nightlatch admin restore); nothing was changed."},
	{seal.ErrKeyUnreadable, "The key %[1]s is there and cannot be read (%[3]v), and without it no database can be opened. Mend that, or put your copy of the key there; nothing was changed."},
}

func explainMasterKey(key, database string, fresh bool, err error) string {
	if fresh {
		return fmt.Sprintf("The key %s cannot be used (%v). There is no database beside it yet: move it away, and the next start makes a new key.", key, keyReason(err))
	}
	for _, s := range keySentences {
		if errors.Is(err, s.is) {
			return fmt.Sprintf(s.sentence, key, database, keyReason(err))
		}
	}
	return fmt.Sprintf("The key %s cannot be used (%s).", key, reason(err))
}

// keyReason returns the cause of an error of package seal: the last part of its text.
func keyReason(err error) string {
	text := reason(err)
	if at := strings.LastIndex(text, ": "); at >= 0 {
		return text[at+2:]
	}
	return text
}
