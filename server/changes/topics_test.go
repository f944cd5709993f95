package changes_test

import (
	"slices"
	"testing"

	"nightlatch/server/api"
)

// The topics of the wire types are those of the hub, in its order.
func TestTopics(t *testing.T) {
	t.Parallel()
	want := []string{"account", "keys", "backup-codes", "temporary-passwords", "sessions", "activity", "ceremony", "messages"}
	if !slices.Equal(api.Topics(), want) {
		t.Errorf("topics %v", api.Topics())
	}
}
