package party

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/fido"
	"nightlatch/fido/virtual"
	"nightlatch/server/api"
)

// Every program of this computer can use a virtual key, but a server without a lab refuses
// it.
func TestLabKeyOutsideTheLab(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	dir := t.TempDir()
	seed := filepath.Join(dir, "seed.json")
	people := `{"accounts":[{"username":"dot","password":"correct horse battery","email":"dot@example.org"}]}`
	if err := os.WriteFile(seed, []byte(people), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := harness.Serve(ctx, built.plain, "--listen", "127.0.0.1:0", "--data", filepath.Join(dir, "data"), "--keep-mail", "--seed", seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = s.Stop(ctx) })
	bench, err := virtual.New(virtual.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bench.Close() })
	key, err := bench.Plug("Blue", fido.USB, "")
	if err == nil {
		err = bench.SetAutoTouch(key.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}

	dot := harness.NewPerson(s.Client, "dot")
	dot.Password = "correct horse battery"
	if err := dot.SignIn(ctx, ""); err != nil {
		t.Fatal(err)
	}
	got := run(t, session(dot.Client.Token()), dot.Password+"\n", built.plain, "key", "enroll", "--server", s.URL, "--device", key.Path)
	if got.status != 1 || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, "virtual key of the lab") {
		t.Errorf("enroll: %+v", got)
	}
	if keys, err := dot.Client.Keys(ctx); err != nil || len(keys) != 0 {
		t.Errorf("keys %+v: %v", keys, err)
	}
	account, err := dot.Client.Account(ctx)
	if err != nil || account.TwoFactor || account.Methods != (api.Methods{}) {
		t.Errorf("account %+v: %v", account, err)
	}
}

// R34: a key and its copy are used in turn. The server marks the key as copied, and the
// policy hardened refuses it from then on.
func TestCopiedKey(t *testing.T) {
	for _, policy := range []string{"classic", "hardened"} {
		t.Run(policy, func(t *testing.T) {
			s := serve(t, built.plain, "--policy", policy)
			ctx := within(t, 2*time.Minute)
			p := protect(t, s, "robin", "+12025550111")
			key := plug(t, ctx, s, "Blue", "2468")
			use := func(path string, args ...string) outcome {
				t.Helper()
				command := slices.Concat([]string{"key", args[0], "--server", s.URL, "--device", path}, passwordAndPIN, args[1:])
				return run(t, session(p.Client.Token()), p.Password+"\n2468\n", built.plain, command...)
			}
			if got := use(key.Path, "enroll", "--label", "Blue"); got.status != 0 {
				t.Fatalf("enroll: %+v", got)
			}
			twin, err := s.Client.CopyKey(ctx, key.ID, "Blue, copy")
			if err == nil {
				err = s.Client.SetAutoTouch(ctx, twin.ID, true)
			}
			if err != nil {
				t.Fatal(err)
			}
			copied := func(want bool) {
				t.Helper()
				keys, err := p.Client.Keys(ctx)
				if err != nil || len(keys) != 1 || keys[0].PossiblyCopied != want || !keys[0].Lab {
					t.Errorf("keys %+v: %v; want one of the lab, copied: %v", keys, err, want)
				}
			}
			if got := use(key.Path, "sign-in", "--user", p.Name); got.status != 0 {
				t.Fatalf("sign-in: %+v", got)
			}
			copied(false)
			got := use(twin.Path, "sign-in", "--user", p.Name)
			switch {
			case policy == "classic" && got.status != 0:
				t.Errorf("sign-in with the copy: %+v", got)
			case policy == "hardened" && (got.status != 1 || !strings.Contains(got.stderr, "may have been copied")):
				t.Errorf("sign-in with the copy: %+v", got)
			}
			copied(true)
			if got := use(key.Path, "sign-in", "--user", p.Name); (got.status == 0) != (policy == "classic") {
				t.Errorf("sign-in with the first one again: %+v", got)
			}
		})
	}
}

// With --server, the commands use the lab's only key without --device.
func TestLabKeyNeedsNoPath(t *testing.T) {
	s := serve(t, built.plain)
	ctx := within(t, 2*time.Minute)
	p := protect(t, s, "robin", "+12025550111")
	use := func(input, verb string, args ...string) outcome {
		t.Helper()
		return run(t, session(p.Client.Token()), input, built.plain, append([]string{"key", verb, "--server", s.URL}, args...)...)
	}
	done := func(got outcome, want string) {
		t.Helper()
		if got.status != 0 || got.stderr != "" || !strings.Contains(got.stdout, want) {
			t.Errorf("%+v, want %q", got, want)
		}
	}
	if got := use("", "list"); got.status != 0 || got.stdout != "" || !strings.Contains(got.stderr, "No security key is plugged in") {
		t.Errorf("list without a key: %+v", got)
	}
	if got := use("", "info"); got.status != 1 || !strings.Contains(got.stderr, "No security key is plugged in") {
		t.Errorf("info without a key: %+v", got)
	}
	key := plug(t, ctx, s, "Blue", "")
	done(use("", "list"), key.Path+"\tusb\tBlue\tLAB\n")
	done(use("", "info"), "path\t"+key.Path+"\nvirtual\tLAB\n")
	done(use("2468\n", "set-pin", "--new-pin-from", "-"), "the PIN is set\n")
	done(use(p.Password+"\n2468\n", "enroll", append(passwordAndPIN, "--label", "Blue one")...), "enrolled as Blue one\n")
	got := use(p.Password+"\n2468\n", "sign-in", append(passwordAndPIN, "--user", p.Name)...)
	if a, err := s.Client.WithToken(strings.TrimSpace(got.stdout)).Account(ctx); err != nil || a.Username != p.Name {
		t.Errorf("sign-in: %+v: %v", got, err)
	}
	plug(t, ctx, s, "Red", "")
	if got := use("", "info"); got.status != 1 || !strings.Contains(got.stderr, "More than one security key") {
		t.Errorf("two of them: %+v", got)
	}
}

// At a terminal, a message says how to touch a virtual key.
func TestLabKeyTouchedFromATerminal(t *testing.T) {
	s := serve(t, built.plain)
	ctx := within(t, time.Minute)
	p := protect(t, s, "robin", "+12025550111")
	key, err := s.Client.PlugKey(ctx, api.LabKey{Name: "Blue", Transport: "usb"})
	if err != nil {
		t.Fatal(err)
	}
	line := built.plain + " key enroll --server " + s.URL
	cmd := exec.CommandContext(ctx, "script", "--quiet", "--return", "--command", line, "/dev/null")
	cmd.Env = append(os.Environ(), "NIGHTLATCH_SESSION="+p.Client.Token())
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for lines := bufio.NewScanner(output); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if call, found := strings.CutPrefix(strings.TrimSpace(lines.Text()), "curl "); found {
			if _, err := harness.Run(ctx, "", "curl", append([]string{"--silent", "--fail-with-body"}, strings.Fields(call)...)...); err != nil {
				t.Error(err)
			}
		}
	}
	_ = input.Close()
	if err := cmd.Wait(); err != nil || !strings.Contains(said.String(), "/lab/v1/keys/"+key.ID+"/touch") || !strings.Contains(said.String(), "enrolled as ") {
		t.Errorf("%v\n%s", err, &said)
	}
}

// R31: with --device, a virtual key keeps its transport.
func TestLabKeyByPathKeepsItsTransport(t *testing.T) {
	s := serve(t, built.plain)
	ctx := within(t, time.Minute)
	p := protect(t, s, "robin", "+12025550111")
	for _, transport := range []string{"nfc", "usb"} {
		key, err := s.Client.PlugKey(ctx, api.LabKey{Name: transport, Transport: transport})
		if err == nil {
			err = s.Client.SetAutoTouch(ctx, key.ID, true)
		}
		if err != nil {
			t.Fatal(err)
		}
		got := run(t, session(p.Client.Token()), p.Password+"\n", built.plain, "key", "enroll", "--server", s.URL, "--device", key.Path, "--label", transport)
		if got.status != 0 {
			t.Fatalf("enroll: %+v", got)
		}
	}
	keys, err := p.Client.Keys(ctx)
	if err != nil || len(keys) != 2 {
		t.Fatalf("keys %+v: %v", keys, err)
	}
	for _, k := range keys {
		if len(k.Transports) != 1 || k.Transports[0] != k.Label {
			t.Errorf("the key %s has the transports %q", k.Label, k.Transports)
		}
	}
}

// A key that is unplugged while its PIN is typed at a terminal ends the prompt at once.
func TestKeyUnpluggedAtThePrompt(t *testing.T) {
	s := serve(t, built.plain, "--policy", "hardened")
	ctx := within(t, time.Minute)
	p := protect(t, s, "robin", "+12025550111")
	for _, verb := range []string{"credentials", "set-pin", "enroll"} {
		key := plug(t, ctx, s, "Blue", "2468")
		line := built.plain + " key " + verb + " --server " + s.URL + " --device " + key.Path
		cmd := exec.CommandContext(ctx, "script", "--quiet", "--return", "--command", line, "/dev/null")
		cmd.Env = append(os.Environ(), session(p.Client.Token())...)
		input, err := cmd.StdinPipe() // nothing is typed
		if err != nil {
			t.Fatal(err)
		}
		output, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		shown := bufio.NewReader(output)
		if _, err := shown.ReadString(':'); err != nil {
			t.Fatal(err)
		}
		if err := s.Client.UnplugKey(ctx, key.ID); err != nil {
			t.Fatal(err)
		}
		rest, err := io.ReadAll(shown)
		if err != nil || !strings.Contains(string(rest), "The security key was removed") || strings.Contains(string(rest), "Cancelled") {
			t.Errorf("%s: %v\n%s", verb, err, rest)
		}
		_ = input.Close()
		if err := cmd.Wait(); err == nil {
			t.Errorf("%s: status 0", verb)
		}
	}
}
