package httpapi

import (
	"testing"

	"nightlatch/assets"
	"nightlatch/server/api"
)

// Each reason for a conflict has words of its own for people: the general ones say that
// something has changed in the meantime, which is false for a rule of the policy.
func TestEveryConflictHasWords(t *testing.T) {
	t.Parallel()
	w, err := assets.New("en")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, r := range table {
		if r.code != api.Conflict {
			continue
		}
		found++
		for _, part := range []string{"what", "why", "next"} {
			if key := "error." + r.code + "." + r.reason + "." + part; r.reason == "" || !w.Has(key) {
				t.Errorf("%q has no text %s", r.title, key)
			}
		}
	}
	if found < 8 {
		t.Errorf("found only %d conflicts", found)
	}
}
