package httpapi

import (
	"context"
	"net/netip"

	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/session"
)

// placeEvents is how many of the newest events are compared for new places.
const placeEvents = 1000

// newPlaces returns the sessions that began at an address from which nobody had signed in
// before, by ID. The first sign-in of an account and this computer are no new places.
func (h *Handler) newPlaces(ctx context.Context, account string, sessions []session.Session) (map[string]bool, error) {
	var far []session.Session
	for _, s := range sessions {
		if isFar(s.RemoteAddr) {
			far = append(far, s)
		}
	}
	if len(far) == 0 {
		return nil, nil
	}
	signedIn := func(r audit.Record) bool { return r.Type == api.EventSignedIn || r.Type == api.EventAccountCreated }
	records, _, err := audit.Search(ctx, h.cfg.Store, account, 0, placeEvents, placeEvents, signedIn)
	return placesAmong(far, records), err
}

// isFar reports whether an address is that of another computer.
func isFar(address string) bool {
	a, err := netip.ParseAddr(address)
	return err == nil && !a.IsLoopback()
}

// placesAmong compares sessions with the sign-ins of their account.
func placesAmong(sessions []session.Session, signIns []audit.Record) map[string]bool {
	fresh := map[string]bool{}
	for _, s := range sessions {
		known, earlier := false, false
		for _, r := range signIns {
			if r.RemoteAddr == "seed" || r.Client == "seed" || !r.At.Before(s.Created) {
				continue
			}
			earlier = true
			known = known || r.RemoteAddr == s.RemoteAddr
		}
		if earlier && !known {
			fresh[s.ID] = true
		}
	}
	return fresh
}
