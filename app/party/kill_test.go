package party

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

func TestNothingAcknowledgedIsLostByKill(t *testing.T) {
	killServer(t, func(kills int, _ []*witness) bool { return kills == 12 })
}

// The slow form kills at least 60 times, and until each kind of action was acknowledged.
func TestSlowNothingAcknowledgedIsLostByKill(t *testing.T) {
	killServer(t, func(kills int, people []*witness) bool {
		missing := unacknowledged(people)
		if kills >= 200 {
			t.Errorf("%v were never acknowledged: the test tests too little", missing)
			return true
		}
		return kills >= 60 && len(missing) == 0
	})
}

// killServer kills the server with kill -9 at random moments until enough is true.
// Acknowledged changes must be there afterwards, others completely or not at all.
// Ceremonies continue at the same step. The database and every audit chain stay
// consistent.
func killServer(t *testing.T, enough func(kills int, people []*witness) bool) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 1))
	data := filepath.Join(t.TempDir(), "data")
	ctx := within(t, 10*time.Minute)

	var people []*witness
	for i := range 3 {
		people = append(people, &witness{
			t: t, name: fmt.Sprintf("robin.%d", i), phone: fmt.Sprintf("+1202555012%d", i),
			chance: rand.New(rand.NewPCG(seed, uint64(i+2))),
		})
	}
	address, clock := "127.0.0.1:0", time.Now()
	var last *harness.Server
	for kills := 0; ; kills++ {
		s, err := harness.Serve(ctx, built.plain, "--lab", "--listen", address, "--data", data)
		if err != nil {
			t.Fatalf("after %d kills: %v", kills, err)
		}
		last = s
		u, err := url.Parse(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		address = "127.0.0.1:" + u.Port()
		if _, err := s.Client.SetClock(ctx, clock); err != nil { // the time before the kill
			t.Fatal(err)
		}
		for _, p := range people {
			p.wake(ctx, s)
		}
		if t.Failed() || enough(kills, people) {
			break
		}

		live, die := context.WithCancel(ctx)
		var busy sync.WaitGroup
		for _, p := range people {
			busy.Go(func() { p.live(live) })
		}
		moment := time.NewTimer(time.Duration(chance.Int64N(int64(700 * time.Millisecond))))
		<-moment.C
		if now, err := s.Client.Clock(ctx); err == nil {
			clock = now.Add(2 * time.Minute)
		}
		s.Kill()
		die()
		busy.Wait()
		if got := run(t, nil, "", built.plain, "admin", "verify", "--data", data); got.status != 0 {
			t.Fatalf("after %d kills: %+v", kills+1, got)
		}
	}
	last.Kill()
}

// unacknowledged returns the kinds of actions that were never acknowledged.
func unacknowledged(people []*witness) []string {
	missing := []string{"sign-up", "enroll-text", "enroll-app", "sign-in", "backup-code", "redeem", "temporary-password", "turn-off"}
	for _, p := range people {
		missing = slices.DeleteFunc(missing, func(action string) bool { return p.done[action] > 0 })
	}
	return missing
}

// A state is the state of an account.
type state struct {
	exists    bool
	text, app bool
	codes     int // active
}

// A witness is a person who records what the server acknowledged.
type witness struct {
	t           *testing.T
	name, phone string
	chance      *rand.Rand
	p           *harness.Person

	known    state   // acknowledged
	possible []state // possible states, while an action is running
	temp     api.NewTemporaryPassword
	view     *api.View // the last acknowledged view of the running ceremony
	sent     bool      // an answer to it was sent
	used     string    // a backup code whose use was acknowledged
	done     map[string]int
}

// wake connects to the restarted server and compares its state with what it acknowledged.
func (s *witness) wake(ctx context.Context, srv *harness.Server) {
	t := s.t
	t.Helper()
	fresh := harness.NewPerson(srv.Client, s.name)
	fresh.Phone = s.phone
	if s.p == nil {
		s.p, s.done = fresh, map[string]int{}
		return
	}
	fresh.AppSecret, fresh.BackupCodes = s.p.AppSecret, s.p.BackupCodes
	fresh.Client = srv.Client.WithToken(s.p.Client.Token())
	s.p = fresh
	if s.view != nil && s.view.Kind != api.SignUp {
		s.resume(ctx)
	}
	s.view, s.sent = nil, false

	a, err := s.p.Client.Account(ctx)
	if err != nil {
		var no *api.Problem
		if s.known.exists || !errors.As(err, &no) || no.Status != 401 {
			t.Errorf("%s: the acknowledged session is gone: %v", s.name, err)
		}
		// The sign-up may have succeeded without an acknowledgement.
		if !s.known.exists && len(s.possible) > 0 && s.p.SignIn(ctx, "") == nil {
			s.known = state{exists: true}
		}
		s.possible = nil
		return
	}
	seen := state{exists: true, text: a.Methods.Text, app: a.Methods.App, codes: a.BackupCodes.Active}
	ok := seen == s.known
	for _, d := range s.possible {
		ok = ok || seen == d
	}
	if !ok {
		t.Errorf("%s: the account is %+v; acknowledged: %+v; possible: %+v", s.name, seen, s.known, s.possible)
	}
	s.known, s.possible = seen, nil
	s.checkSecrets(ctx)
}

// resume checks the ceremony that was running.
func (s *witness) resume(ctx context.Context) {
	got, err := s.p.Client.Ceremony(ctx, s.view.ID)
	var no *api.Problem
	switch {
	case err == nil && got.Rev < s.view.Rev:
		s.t.Errorf("%s: %s went back from revision %d (%s) to %d (%s)", s.name, s.view.Kind, s.view.Rev, s.view.State, got.Rev, got.State)
	case err == nil && got.Rev > s.view.Rev && !s.sent:
		s.t.Errorf("%s: %s changed without an answer", s.name, s.view.Kind)
	case errors.As(err, &no) && no.Status == 404 && s.sent:
		// The answer that was sent completed it.
	case err != nil:
		s.t.Errorf("%s: %s cannot be resumed at %s: %v", s.name, s.view.Kind, s.view.State, err)
	}
}

// checkSecrets checks that issued secrets work, and used ones do not.
func (s *witness) checkSecrets(ctx context.Context) {
	if s.temp.ID != "" && (s.known.text || s.known.app) {
		list, err := s.p.Client.TemporaryPasswords(ctx)
		now, cerr := s.p.Client.Clock(ctx)
		if err != nil || cerr != nil {
			s.t.Errorf("%s: %v %v", s.name, err, cerr)
			return
		}
		found := now.After(s.temp.Expires)
		for _, r := range list {
			found = found || r.ID == s.temp.ID && r.State == "live"
		}
		if !found {
			s.t.Errorf("%s: the acknowledged temporary password is gone: %+v", s.name, list)
		}
	}
	if s.used != "" {
		got, err := s.p.Client.CheckBackupCode(ctx, s.used)
		if err != nil || got.State == "active" {
			s.t.Errorf("%s: a backup code that was used up is %q again: %v", s.name, got.State, err)
		}
	}
}
