package party

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

// What the owner of the machine does to an account from a terminal (R43, R102)
// is there when the server runs again, and in the account's activity.
func TestAdminOpensAndResetsAccounts(t *testing.T) {
	t.Parallel()
	ctx := within(t, 2*time.Minute)
	dir := filepath.Join(t.TempDir(), "data")
	start := func() *harness.Server {
		t.Helper()
		s, err := harness.Serve(ctx, built.plain, "--lab", "--listen", "127.0.0.1:0", "--data", dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Kill)
		return s
	}
	stop := func(s *harness.Server) {
		t.Helper()
		if status, err := s.Stop(ctx); status != 0 || err != nil {
			t.Fatalf("status %d: %v\n%s", status, err, s.Log())
		}
	}
	admin := func(verb, user string) outcome {
		t.Helper()
		return run(t, nil, "", built.plain, "admin", verb, "--data", dir, "--user", user)
	}

	s := start()
	robin := protect(t, s, "robin", "+12025550192")
	wrong := harness.NewPerson(s.Client, "robin")
	wrong.Password = "another night latch"
	for range 5 {
		if err := wrong.SignIn(ctx, ""); err == nil {
			t.Fatal("a wrong password was let in")
		}
	}
	if err := robin.SignIn(ctx, api.App); err == nil {
		t.Fatal("R43: the sixth try need not wait")
	}
	for _, verb := range []string{"unlock", "reset-two-factor"} {
		checkRefusal(t, admin(verb, "robin"), "already running")
	}
	stop(s)

	for _, verb := range []string{"unlock", "reset-two-factor"} {
		checkRefusal(t, admin(verb, "nobody"), "no account named nobody")
		checkRefusal(t, run(t, nil, "", built.plain, "admin", verb, "--data", "/nowhere", "--user", "robin"), "/nowhere")
		for _, want := range []string{"told when the server runs next", "nothing was changed"} {
			if got := admin(verb, "Robin"); got.status != 0 || got.stderr != "" || !strings.Contains(got.stdout, want) {
				t.Errorf("%s: %+v, want %q", verb, got, want)
			}
		}
	}

	s = start()
	robin.Client = s.Client
	if err := robin.SignIn(ctx, ""); err != nil {
		t.Errorf("the password alone: %v", err)
	}
	activity, err := robin.Client.Activity(ctx, "", 20)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"unlocked", "two-factor-reset"} {
		if !slices.ContainsFunc(activity, func(a api.Activity) bool { return a.Type == want && a.Client == "nightlatch admin" }) {
			t.Errorf("%s is not in the activity: %+v", want, activity)
		}
	}
	stop(s)
	if got := run(t, nil, "", built.plain, "admin", "verify", "--data", dir); got.status != 0 {
		t.Errorf("%+v", got)
	}
}
