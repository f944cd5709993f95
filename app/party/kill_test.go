package party

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

// manyKills is enough for every kind of change to be acknowledged at least once.
const manyKills = 60

func TestNothingAcknowledgedIsLostByKill(t *testing.T) { killServer(t, 12) }

func TestSlowNothingAcknowledgedIsLostByKill(t *testing.T) { killServer(t, manyKills) }

// killServer kills the server with kill -9 at random moments, kills times. Acknowledged
// changes must be there afterwards, others completely or not at all. Ceremonies continue
// at the same step. The database and every audit chain stay consistent.
func killServer(t *testing.T, kills int) {
	t.Helper()
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 1))
	data := filepath.Join(t.TempDir(), "data")
	ctx := within(t, 5*time.Minute)

	var people []*survivor
	for i := range 3 {
		people = append(people, &survivor{
			t: t, name: fmt.Sprintf("robin.%d", i), phone: fmt.Sprintf("+1202555012%d", i),
			chance: rand.New(rand.NewPCG(seed, uint64(i+2))),
		})
	}
	address, clock := "127.0.0.1:0", time.Now()
	var last *harness.Server
	for round := range kills + 1 {
		s, err := harness.Serve(ctx, built.plain, "--lab", "--listen", address, "--data", data)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		last = s
		u, err := url.Parse(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		address = "127.0.0.1:" + u.Port()
		if _, err := s.Client.SetClock(ctx, clock); err != nil { // the lab's clock is not kept
			t.Fatal(err)
		}
		for _, p := range people {
			p.wake(ctx, s)
		}
		if t.Failed() || round == kills {
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
			t.Fatalf("round %d: %+v", round, got)
		}
	}
	last.Kill()
	total := map[string]int{}
	for _, p := range people {
		for deed, n := range p.done {
			total[deed] += n
		}
	}
	t.Logf("acknowledged: %v", total)
	for _, deed := range []string{"sign-up", "enroll-text", "enroll-app", "sign-in", "backup-code", "redeem", "temporary-password", "turn-off"} {
		if total[deed] == 0 && kills >= manyKills {
			t.Errorf("no %s was acknowledged: the test tests too little", deed)
		}
	}
}

// A belief is what a person knows of the account.
type belief struct {
	exists    bool
	text, app bool
	codes     int // active
}

// A survivor is somebody who notes what the server acknowledged.
type survivor struct {
	t           *testing.T
	name, phone string
	chance      *rand.Rand
	p           *harness.Person

	known belief   // acknowledged
	doubt []belief // what may be instead, since a deed was under way
	temp  api.NewTemporaryPassword
	view  *api.View // the last acknowledged view of a ceremony that goes on
	sent  bool      // an answer to it was under way
	used  string    // a backup code whose use was acknowledged
	done  map[string]int
}

// wake connects to the restarted server and looks whether it knows what it said.
func (s *survivor) wake(ctx context.Context, srv *harness.Server) {
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
		// Signing up may have been under way.
		if !s.known.exists && len(s.doubt) > 0 && s.p.SignIn(ctx, "") == nil {
			s.known = belief{exists: true}
		}
		s.doubt = nil
		return
	}
	seen := belief{exists: true, text: a.Methods.Text, app: a.Methods.App, codes: a.BackupCodes.Active}
	ok := seen == s.known
	for _, d := range s.doubt {
		ok = ok || seen == d
	}
	if !ok {
		t.Errorf("%s: the account is %+v; acknowledged was %+v, under way %+v", s.name, seen, s.known, s.doubt)
	}
	s.known, s.doubt = seen, nil
	s.checkSecrets(ctx)
}

// resume looks at the ceremony that was under way.
func (s *survivor) resume(ctx context.Context) {
	got, err := s.p.Client.Ceremony(ctx, s.view.ID)
	var no *api.Problem
	switch {
	case err == nil && got.Rev < s.view.Rev:
		s.t.Errorf("%s: %s fell back from revision %d (%s) to %d (%s)", s.name, s.view.Kind, s.view.Rev, s.view.State, got.Rev, got.State)
	case err == nil && got.Rev > s.view.Rev && !s.sent:
		s.t.Errorf("%s: %s went on by itself", s.name, s.view.Kind)
	case errors.As(err, &no) && no.Status == 404 && s.sent:
		// The answer under way was the last one.
	case err != nil:
		s.t.Errorf("%s: %s cannot be resumed at %s: %v", s.name, s.view.Kind, s.view.State, err)
	}
}

// checkSecrets looks whether secrets that were handed out work, and those that
// were used up do not.
func (s *survivor) checkSecrets(ctx context.Context) {
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
