package signin_test

import (
	"bytes"
	"fmt"
	"testing"

	"nightlatch/server/api"
	. "nightlatch/server/ceremony/ceremonytest"
)

// R31: an account with the maximum number of keys, whose IDs have the maximum length (W3C
// WebAuthn Level 3, §4, credential ID), can be opened with each of them.
func TestTwentyLongIDs(t *testing.T) {
	t.Parallel()
	w := New(t, Setup{})
	ada := w.SignUp("ada")
	keys := make([]*Key, w.Policy.KeysMax)
	for i := range keys {
		walk := ada.Prelude(api.EnrollKey).In("touch-key")
		keys[i] = NewKey(t)
		keys[i].ID = bytes.Repeat([]byte{byte(i)}, 1023)
		walk.Answer(keys[i].Create(walk.View.Step.(api.UseSecurityKey).Create)).In("name-key")
		walk.Answer(api.Label{Label: fmt.Sprintf("key %d", i+1)}).In("finished")
	}
	for _, key := range keys {
		walk := ada.SignIn().In("security-key")
		walk.Answer(key.Get(walk.View.Step.(api.UseSecurityKey).Get)).SignedIn()
	}
}
