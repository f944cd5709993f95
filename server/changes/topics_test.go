package changes_test

import (
	"slices"
	"testing"

	"nightlatch/server/api"
)

// The hub has the topics of the wire types, in the same order.
func TestTopics(t *testing.T) {
	t.Parallel()
	want := []string{"account", "keys", "backup-codes", "temporary-passwords", "sessions", "activity", "ceremony", "messages", "phone-apps", "login-requests"}
	if !slices.Equal(api.Topics(), want) {
		t.Errorf("topics %v", api.Topics())
	}
}
