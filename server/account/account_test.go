package account

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
	"nightlatch/server/store/storetest"
)

var start = time.Date(2026, time.November, 22, 18, 0, 0, 0, time.UTC)

func newStore(t testing.TB) store.Store {
	t.Helper()
	return storetest.New(t, func() time.Time { return start })
}

func update(t testing.TB, s store.Store, fn func(tx store.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, s store.Store, fn func(tx store.Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

const phc = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"

// create stores a new account and returns its ID.
func create(t testing.TB, s store.Store, username string) string {
	t.Helper()
	a := New(username, phc)
	update(t, s, func(tx store.Tx) error { return Create(tx, a) })
	return a.ID
}

func TestCreateLoadSave(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	id := create(t, s, "Ann.Lee")
	update(t, s, func(tx store.Tx) error {
		for _, spelling := range []string{"Ann.Lee", "ann.lee", "ANN.LEE"} {
			a, err := ByLogin(tx, spelling)
			if err != nil {
				return err
			}
			if a.ID != id || a.Username != "Ann.Lee" || !a.Created.Equal(start) || a.Password != phc {
				t.Errorf("ByLogin(%q) = %+v", spelling, a)
			}
		}
		a, err := Load(tx, id)
		if err != nil {
			return err
		}
		a.Email = "ann@example.org"
		return Save(tx, a)
	})
	view(t, s, func(tx store.Tx) error {
		a, err := Load(tx, id)
		if err == nil && a.Email != "ann@example.org" {
			t.Errorf("saved as %+v", a)
		}
		return err
	})
}

func TestUnknownNames(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	view(t, s, func(tx store.Tx) error {
		for _, name := range []string{"nobody", "", "a/b", "\x00", strings.Repeat("x", 10<<20), "../uniq"} {
			if _, err := ByLogin(tx, name); !errors.Is(err, ErrNotFound) {
				t.Errorf("ByLogin(%.20q): %v", name, err)
			}
		}
		if _, err := Load(tx, "nobody"); !errors.Is(err, ErrNotFound) {
			t.Errorf("Load: %v", err)
		}
		return nil
	})
}

func TestUsernameIsTakenInBothCasesR0(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	view(t, s, func(tx store.Tx) error {
		if any, err := Any(tx); any || err != nil {
			t.Errorf("Any in an empty store = %v, %v", any, err)
		}
		return nil
	})
	create(t, s, "ann")
	err := s.Update(t.Context(), func(tx store.Tx) error { return Create(tx, New("ANN", phc)) })
	if !errors.Is(err, ErrUsernameTaken) {
		t.Errorf("Create: %v; want ErrUsernameTaken", err)
	}
	err = s.Update(t.Context(), func(tx store.Tx) error { return Create(tx, New("an", phc)) })
	if !errors.Is(err, ErrUsername) {
		t.Errorf("Create: %v; want ErrUsername", err)
	}
	view(t, s, func(tx store.Tx) error {
		if any, err := Any(tx); !any || err != nil {
			t.Errorf("Any = %v, %v", any, err)
		}
		return nil
	})
}

// Of 64 clients that sign up with the same name, one gets it.
func TestRacingForAName(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var wg sync.WaitGroup
	won := make(chan string, 64)
	for i := range 64 {
		wg.Go(func() {
			name := "ann"
			if i%2 == 0 {
				name = "ANN"
			}
			a := New(name, phc)
			switch err := s.Update(t.Context(), func(tx store.Tx) error { return Create(tx, a) }); {
			case err == nil:
				won <- a.ID
			case !errors.Is(err, ErrUsernameTaken):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Fatalf("%d won; want 1", len(won))
	}
	winner := <-won
	view(t, s, func(tx store.Tx) error {
		a, err := ByLogin(tx, "ann")
		if err == nil && a.ID != winner {
			t.Error("the name does not belong to the client that succeeded")
		}
		return err
	})
}

// A record must be small, so that a million accounts fit in the page cache.
func TestRecordIsSmall(t *testing.T) {
	t.Parallel()
	a := New("a_name.of_twenty_chr", strings.Repeat("x", len("$argon2id$v=19$m=19456,t=2,p=1$")+22+1+43))
	a.Created = start
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	size := len(b) + len(key(a.ID)) + len(loginKey(a.Username)) + len(a.ID) + len("acctrev/"+a.ID) + 8
	if size > 400 {
		t.Errorf("an account without methods takes %d bytes:\n%s", size, b)
	}
	t.Logf("record %d bytes, with keys and indexes %d", len(b), size)
}

func TestIDs(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		id := newID()
		if !isID(id) || seen[id] {
			t.Fatalf("ID %q", id)
		}
		seen[id] = true
	}
	for _, bad := range []string{"", "../../acct", strings.Repeat("A", 26), strings.Repeat("1", 26), strings.Repeat("a", 27)} {
		if isID(bad) {
			t.Errorf("isID(%q)", bad)
		}
	}
}

func TestViewBeforeAnyMethod(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	id := create(t, s, "ann")
	view(t, s, func(tx store.Tx) error {
		a, err := Load(tx, id)
		if err != nil {
			return err
		}
		got, err := View(tx, a, Hardened())
		if want := (api.Account{Username: "ann", Policy: "hardened", Created: start, Recommended: api.App}); !reflect.DeepEqual(got, want) {
			t.Errorf("View = %+v; want %+v", got, want)
		}
		return err
	})
}

func TestView(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	id := create(t, s, "ann")
	appAdded := start.Add(-time.Hour)
	update(t, s, func(tx store.Tx) error {
		a, err := Load(tx, id)
		if err != nil {
			return err
		}
		a.Email, a.EmailConfirmed = "ann@example.org", true
		a.Phone, a.PhoneVerified, a.Discoverable = "+12025550143", true, true
		a.TextOn, a.TextAdded = true, start
		a.ActiveBackupCodes = []int{3, 4}
		a.MethodUsed(api.App)
		a.MethodUsed(api.BackupCode) // R41
		if !a.MethodAdded(tx) || a.MethodAdded(tx) {
			t.Error("MethodAdded does not distinguish the first method from later ones")
		}
		a.FirstBackupCode, a.NextBackupCode = 1, 5 // two are used, so that few are left (R78)
		if err := SetApp(tx, id, AppSecret{Sealed: []byte{1}, Added: appAdded}); err != nil {
			return err
		}
		for i := range 2 {
			if _, err := AddKey(tx, id, keyFor(i)); err != nil {
				return err
			}
		}
		if err := Save(tx, a); err != nil {
			return err
		}
		got, err := View(tx, a, Classic())
		if err != nil {
			return err
		}
		if *got.TextAdded != start || *got.AppAdded != appAdded {
			t.Errorf("added %v, %v", got.TextAdded, got.AppAdded)
		}
		got.TextAdded, got.AppAdded = nil, nil
		want := api.Account{
			Username: "ann", Email: "ann@example.org", EmailConfirmed: true,
			Phone: "+12025550143", PhoneVerified: true, Discoverable: true,
			TwoFactor: true, Methods: api.Methods{Text: true, App: true, Keys: 2},
			LastMethod: api.App, BackupCodes: api.BackupCodes{Active: 2, Next: 3, Low: true},
			Policy: "classic", Created: start,
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("View = %+v; want %+v", got, want)
		}
		return nil
	})
}
