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

// What nightlatch admin changes in an account (R43, R102) takes effect when the server runs
// again, and is in the account's activity.
func TestAdminUnlocksAndResetsAccounts(t *testing.T) {
	t.Parallel()
	ctx := within(t, 2*time.Minute)
	dir := filepath.Join(t.TempDir(), "data")
	start := func() *harness.Server { return labServer(ctx, t, dir) }
	admin := func(verb, user string, elsewhere ...string) outcome {
		t.Helper()
		args := []string{"admin", verb, "--data", append(elsewhere, dir)[0], "--user", user}
		if verb == "reset-two-factor" {
			args = append(args, "--yes")
		}
		return run(t, nil, "", built.plain, args...)
	}

	s := start()
	robin := protect(t, s, "robin", "+12025550192")
	wrong := harness.NewPerson(s.Client, "robin")
	wrong.Password = "another night latch"
	for range 5 {
		if err := wrong.SignIn(ctx, ""); err == nil {
			t.Fatal("a wrong password signed in")
		}
	}
	if err := robin.SignIn(ctx, api.App); err == nil {
		t.Fatal("R43: the sixth try was not throttled")
	}
	for _, verb := range []string{"unlock", "reset-two-factor"} {
		checkRefusal(t, admin(verb, "nobody"), "no account named nobody") // the running server answers
	}
	stop(ctx, t, s)

	for _, verb := range []string{"unlock", "reset-two-factor"} {
		checkRefusal(t, admin(verb, "nobody"), "no account named nobody")
		checkRefusal(t, admin(verb, "robin", "/nowhere"), "/nowhere")
		for _, want := range []string{"to the user when the lab runs next", "nothing was changed"} {
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
	for _, want := range []api.EventType{api.EventUnlocked, api.EventTwoFactorReset} {
		if !slices.ContainsFunc(activity, func(a api.Activity) bool { return a.Type == want && a.Client == "nightlatch admin" }) {
			t.Errorf("%s is not in the activity: %+v", want, activity)
		}
	}
	stop(ctx, t, s)
	if got := run(t, nil, "", built.plain, "admin", "verify", "--data", dir); got.status != 0 {
		t.Errorf("%+v", got)
	}
}

// Each verb prints one line about what it changed. A verb that deletes something needs
// --yes.
func TestAdminReportsWhatItChanged(t *testing.T) {
	t.Parallel()
	dir := stoppedServer(t)
	admin := func(input string, args ...string) outcome {
		t.Helper()
		return run(t, nil, input, built.plain, append([]string{"admin"}, args...)...)
	}
	for _, tt := range []struct{ args, input, want string }{
		{"set-owner --data DIR --user ROBIN", "", "ROBIN owns this server"},
		{"set-mail --data DIR --addr mail.example.org:587 --from a@example.org", "", "mail is sent through mail.example.org:587"},
		{"set-mail --data DIR --off", "", "no mail is sent"},
		{"set-text-gateway --data DIR --url https://example.org/texts", "token\n", "text messages are sent through this gateway"},
		{"set-text-gateway --data DIR --off", "", "no text messages are sent"},
	} {
		got := admin(tt.input, strings.Fields(strings.Replace(tt.args, "DIR", dir, 1))...)
		if got.status != 0 || got.stderr != "" || strings.Count(got.stdout, "\n") != 1 && !strings.HasPrefix(tt.args, "set-owner") || !strings.Contains(got.stdout, tt.want) {
			t.Errorf("%s: %+v", tt.args, got)
		}
	}
	if got := admin("", "reset-two-factor", "--data", dir, "--user", "robin"); got.status != 2 || got.stdout != "" || !strings.Contains(got.stderr, "--yes") {
		t.Errorf("%+v", got)
	}
}
