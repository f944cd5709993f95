package softkey

import (
	"testing"
	"testing/synctest"
	"time"

	"nightlatch/fido/ctap2/wire"
)

// stocked returns a key with a PIN and with credentials of two relying parties.
func stocked(t *testing.T, number int) (*Key, *host) {
	t.Helper()
	k := newKey(t, Config{Capacity: 4})
	for _, c := range []struct{ rp, user string }{{"localhost", "alice"}, {"example.org", "alice"}, {"localhost", "bob"}} {
		st, _ := run(t, k, wire.MakeCredential, makeParams(m{
			2: m{"id": c.rp, "name": "The " + c.rp}, 3: m{"id": []byte(c.user), "name": c.user}, 7: m{"rk": true},
		}))
		if st != ok {
			t.Fatalf("make: %#02x", st)
		}
	}
	h := newHost(t, k, number)
	h.setPIN("1234", ok)
	return k, h
}

// CTAP section 6.8: discoverable credentials are counted, listed, renamed and deleted.
func TestManage(t *testing.T) {
	t.Parallel()
	bothProtocols(t, func(t *testing.T, number int) {
		k, h := stocked(t, number)
		token := h.byPIN("1234", wire.MayManage, "", ok)
		if st, a := h.manage(token, wire.ManageMetadata, nil); st != ok || *a.Existing != 3 || *a.Remaining != 1 {
			t.Errorf("metadata: %#02x, %+v", st, a)
		}
		st, a := h.manage(token, wire.ManageRPsBegin, nil)
		if st != ok || a.RPs != 2 || a.RP.ID != "localhost" || a.RP.Name != "The localhost" || string(a.RPIDHash) != string(hashed("localhost")) {
			t.Errorf("relying parties: %#02x, %+v", st, a)
		}
		if st, a = next(t, k, m{1: wire.ManageRPsNext}); st != ok || a.RP.ID != "example.org" || a.RPs != 0 {
			t.Errorf("the next: %#02x, %+v", st, a)
		}
		if st, _ = next(t, k, m{1: wire.ManageRPsNext}); st != notAllowed {
			t.Errorf("a third: %#02x", st)
		}
		st, a = h.manage(token, wire.ManageBegin, m{1: hashed("localhost")})
		if st != ok || a.Credentials != 2 || a.User.Name != "alice" || a.Protect != 1 || len(a.PublicKey) == 0 {
			t.Errorf("credentials: %#02x, %+v", st, a)
		}
		if st, a = next(t, k, m{1: wire.ManageNext}); st != ok || a.User.Name != "bob" || a.Credentials != 0 {
			t.Errorf("the next: %#02x, %+v", st, a)
		}
		bob := m{"id": a.Credential.ID, "type": "public-key"}
		for _, tt := range []struct {
			name       string
			subcommand int
			params     m
			want       code
		}{
			{"rename with another account", wire.ManageUpdate, m{2: bob, 3: m{"id": []byte("alice"), "name": "x"}}, invalidParameter},
			{"rename to nothing", wire.ManageUpdate, m{2: bob}, missingParameter},
			{"rename", wire.ManageUpdate, m{2: bob, 3: m{"id": []byte("bob"), "name": "Robert"}}, ok},
			{"delete an unknown credential", wire.ManageDelete, m{2: m{"id": hash, "type": "public-key"}}, noCredentials},
			{"list without a relying party", wire.ManageBegin, m{}, missingParameter},
			{"list an unknown relying party", wire.ManageBegin, m{1: hash}, noCredentials},
		} {
			if st, _ := h.manage(token, tt.subcommand, tt.params); st != tt.want {
				t.Errorf("%s: status %#02x, want %#02x", tt.name, st, tt.want)
			}
		}
		if r := k.State().Credentials[2]; r.UserName != "Robert" || r.DisplayName != "" {
			t.Errorf("renamed to %+v", r)
		}
		if st, _ := h.manage(token, wire.ManageDelete, m{2: bob}); st != ok || len(k.State().Credentials) != 2 {
			t.Errorf("delete: %#02x", st)
		}
	})
}

// A token for one relying party gives no access to the others (CTAP sections 6.8.2 to
// 6.8.6).
func TestManageOneRelyingParty(t *testing.T) {
	t.Parallel()
	k, h := stocked(t, 2)
	id := func(i int) m { return m{2: m{"id": k.State().Credentials[i].ID, "type": "public-key"}} }
	for _, tt := range []struct {
		name       string
		subcommand int
		params     any
		want       code
	}{
		{"count", wire.ManageMetadata, nil, pinAuthInvalid},
		{"list relying parties", wire.ManageRPsBegin, nil, pinAuthInvalid},
		{"list the other's", wire.ManageBegin, m{1: hashed("localhost")}, pinAuthInvalid},
		{"list its own", wire.ManageBegin, m{1: hashed("example.org")}, ok},
		{"delete the other's", wire.ManageDelete, id(0), pinAuthInvalid},
		{"delete its own", wire.ManageDelete, id(1), ok},
	} {
		token := h.byPIN("1234", wire.MayManage, "example.org", ok)
		if st, _ := h.manage(token, tt.subcommand, tt.params); st != tt.want {
			t.Errorf("%s: status %#02x, want %#02x", tt.name, st, tt.want)
		}
	}
}

// Any other command ends an enumeration, and so does half a minute (CTAP section 6).
func TestSeriesEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, h := stocked(t, 2)
		token := h.byPIN("1234", wire.MayManage, "", ok)
		series := map[string]struct {
			begin func() code
			next  func() code
		}{
			"relying parties": {
				func() code { st, _ := h.manage(token, wire.ManageRPsBegin, nil); return st },
				func() code { st, _ := next(t, k, m{1: wire.ManageRPsNext}); return st },
			},
			"credentials": {
				func() code { st, _ := h.manage(token, wire.ManageBegin, m{1: hashed("localhost")}); return st },
				func() code { st, _ := next(t, k, m{1: wire.ManageNext}); return st },
			},
			"assertions": {
				func() code { st, _ := run(t, k, wire.GetAssertion, assertParams(nil)); return st },
				func() code { st, _ := run(t, k, wire.GetNextAssertion, nil); return st },
			},
		}
		for name, s := range series {
			token = h.byPIN("1234", wire.MayManage, "", ok) // an assertion uses it up
			if st := s.begin(); st != ok {
				t.Fatalf("%s: %#02x", name, st)
			}
			<-time.After(nextTimeout - time.Second)
			if st := s.next(); st != ok {
				t.Errorf("%s: the next: %#02x", name, st)
			}
			s.begin()
			_, _ = run(t, k, wire.GetInfo, nil)
			if st := s.next(); st != notAllowed {
				t.Errorf("%s: after another command: %#02x", name, st)
			}
			s.begin()
			<-time.After(nextTimeout + time.Second)
			if st := s.next(); st != notAllowed {
				t.Errorf("%s: after half a minute: %#02x", name, st)
			}
		}
	})
}
