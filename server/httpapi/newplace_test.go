package httpapi

import (
	"maps"
	"slices"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/session"
)

func TestNewPlaces(t *testing.T) {
	t.Parallel()
	at := func(minute int) time.Time { return time.Date(2026, 3, 2, 12, minute, 0, 0, time.UTC) }
	signIn := func(minute int, address string) audit.Record {
		return audit.Record{At: at(minute), Event: audit.Event{Type: api.EventSignedIn, RemoteAddr: address}}
	}
	made := audit.Record{At: at(0), Event: audit.Event{Type: api.EventAccountCreated, RemoteAddr: "seed", Client: "seed"}}
	sessions := []session.Session{
		{ID: "first", RemoteAddr: "192.0.2.1", Created: at(1)},
		{ID: "again", RemoteAddr: "192.0.2.1", Created: at(3)},
		{ID: "new", RemoteAddr: "198.51.100.7", Created: at(4)},
		{ID: "then known", RemoteAddr: "198.51.100.7", Created: at(6)},
	}
	got := placesAmong(sessions, []audit.Record{signIn(6, "198.51.100.7"), signIn(4, "198.51.100.7"), signIn(3, "192.0.2.1"), signIn(1, "192.0.2.1"), made})
	if want := []string{"new"}; !slices.Equal(slices.Sorted(maps.Keys(got)), want) {
		t.Errorf("new places %v, want %v", got, want)
	}
	for address, want := range map[string]bool{"": false, "console": false, "127.0.0.1": false, "::1": false, "seed": false, "192.0.2.1": true, "2001:db8::1": true} {
		if isFar(address) != want {
			t.Errorf("%q is another computer: %v", address, !want)
		}
	}
}
