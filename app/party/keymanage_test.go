package party

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
)

// nightlatch key changes the PIN, credentials and state of a key. Yubico's tools check the
// results, except those tools that need a terminal.
func TestKeyManagement(t *testing.T) {
	s := serve(t, built.plain)
	ctx := within(t, 2*time.Minute)
	key := plug(t, ctx, s, "Blue", "")
	run := func(input, verb string, args ...string) outcome {
		return run(t, nil, input, built.plain, append([]string{"key", verb, "--device", key.Path}, args...)...)
	}
	done := func(got outcome, want string) {
		t.Helper()
		if got.status != 0 || got.stderr != "" || !strings.Contains(got.stdout, want) {
			t.Errorf("%+v, want %q", got, want)
		}
	}
	refused := func(got outcome, want string) {
		t.Helper()
		if got.status != 1 || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, want) {
			t.Errorf("%+v, want a refusal with %q", got, want)
		}
	}
	tool := func(input, name string, args ...string) string {
		t.Helper()
		out, err := harness.Run(ctx, input, name, args...)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}

	pin, newPIN := []string{"--pin-from", "-"}, []string{"--new-pin-from", "-"}
	both := append(pin, newPIN...)
	done(run("", "info"), "PIN\tnot set\n")
	done(run("", "info"), "model\tNightlatch lab key\n")
	refused(run("1234\n", "credentials", pin...), "no PIN yet")
	line := base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n"
	tool(line+"example.org\nbob\n"+line, "fido2-cred", "-M", "-r", key.Path)

	refused(run("2468\n", "set-pin"), "--new-pin-from")
	refused(run("123\n", "set-pin", newPIN...), "at least 4")
	done(run("2468\n", "set-pin", newPIN...), "")
	if info := tool("", "fido2-token", "-I", key.Path); !strings.Contains(info, ", clientPin") && !strings.Contains(info, " clientPin") {
		t.Errorf("fido2-token -I sees no PIN:\n%s", info)
	}
	refused(run("13579\n", "set-pin", newPIN...), "--pin-from")
	refused(run("2468\n", "set-pin", both...), "New PIN")
	refused(run("0000\n13579\n", "set-pin", both...), "7 tries")
	done(run("", "info"), "PIN\tset, 7 tries left\n")
	done(run("2468\n13579\n", "set-pin", both...), "")
	done(run("", "info"), "PIN\tset, 8 tries left\n")

	refused(run("13579\n", "credentials"), "--pin-from")
	refused(run("2468\n", "credentials", pin...), "7 tries")
	got := run("13579\n", "credentials", pin...)
	done(got, "1 kept\troom for 24\n")
	row := strings.Split(lines(got.stdout)[1], "\t")
	if len(row) < 3 || row[1] != "example.org" || row[2] != "bob" {
		t.Fatalf("the stored credential is %q", row)
	}
	refused(run("0000\n", "delete", append(pin, "--id", row[0])...), "7 tries")
	done(run("13579\n", "delete", append(pin, "--id", row[0])...), "")
	refused(run("13579\n", "delete", append(pin, "--id", row[0])...), "no credential with this ID")
	done(run("13579\n", "credentials", pin...), "0 kept\troom for 25\n")

	if err := s.Client.UnplugKey(ctx, key.ID); err != nil {
		t.Fatal(err)
	}
	refused(run("", "reset", "--yes"), "plug it in")
	if err := s.Client.ReplugKey(ctx, key.ID); err != nil { // a reset is now allowed for ten seconds
		t.Fatal(err)
	}
	keys, err := s.Client.LabKeys(ctx)
	if err != nil || len(keys) != 1 {
		t.Fatalf("keys %+v: %v", keys, err)
	}
	key = keys[0]
	done(run("", "reset", "--yes"), "")
	done(run("", "info"), "PIN\tnot set\n")
}
