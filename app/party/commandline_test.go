package party

import (
	"bufio"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

func TestCommandLine(t *testing.T) {
	seed := filepath.Join(t.TempDir(), "seed.json")
	if err := os.WriteFile(seed, []byte(`{"accounts":[{"username":"x","password":7}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	none := []string{"DISPLAY=", "WAYLAND_DISPLAY="}
	for _, tt := range []struct {
		args   string
		status int
		stderr string // must contain this
		stdout string
	}{
		{"version", 0, "", "nightlatch "},
		{"help", 0, "", "nightlatch serve"},
		{"serve -h", 0, "", "-policy"},
		{"", 1, "no display", ""},
		{"dance", 2, "dance", ""},
		{"version now", 2, "arguments", ""},
		{"--nonsense", 2, "nonsense", ""},
		{"serve --nonsense", 2, "nonsense", ""},
		{"serve now", 2, "now", ""},
		{"serve --policy lax", 2, "classic or hardened", ""},
		{"--policy lax", 2, "classic or hardened", ""},
		{"--lab --policy lax", 2, "classic or hardened", ""},
		{"serve --listen 0.0.0.0:8440", 2, "TLS", ""},
		{"serve --listen :8440", 2, "TLS", ""},
		{"serve --listen [::]:8440", 2, "TLS", ""},
		{"serve --listen 192.0.2.1:8440", 2, "TLS", ""},
		{"serve --listen example.org:8440", 2, "TLS", ""},
		{"serve --listen 127.0.0.1", 2, "127.0.0.1:8440", ""},
		{"serve --listen 127.0.0.1:http", 2, "port", ""},
		{"serve --listen 127.0.0.1:70000", 2, "port", ""},
		{"serve --rp-id https://example.org", 2, "relying-party ID", ""},
		{"serve --rp-id example.org --origin http://example.org", 2, "only over https", ""},
		{"serve --rp-id example.org --origin https://example.com", 2, "does not belong", ""},
		{"serve --origin https://example.org", 2, "does not belong", ""},
		{"--rp-id 127.0.0.1", 2, "relying-party ID", ""},
		{"serve --lab --seed /nowhere.json", 1, "/nowhere.json", ""},
		{"serve --lab --seed " + seed, 1, "password", ""},
		{"key", 2, "sign-in", ""},
		{"key -h", 0, "", "set-pin"},
		{"admin -h", 0, "", "reset-two-factor [--data DIR]"},
		{"key turn", 2, "turn", ""},
		{"key enroll", 2, "NIGHTLATCH_SESSION", ""},
		{"key enroll --session nls_x", 2, "--session-file", ""},
		{"key enroll --session-file /nowhere", 1, "no such file", ""},
		{"key sign-in --user x --pin-from 2468", 2, "file:PATH", ""},
		{"key delete", 2, "--id", ""},
		{"key delete --id +", 2, "credentials", ""},
		{"key reset", 2, "--yes", ""},
		{"key info --server http://localhost:1", 1, "No Nightlatch server answers", ""},
		{"key -h", 0, "", "credentials"},
		{"key set-pin -h", 0, "", "-device"},
		{"key info --device /nowhere", 1, "not there", ""},
		{"key sign-in", 2, "--user", ""},
		{"key list --server nowhere", 2, "--server", ""},
		{"key list --server http://192.0.2.1:8440", 2, "https", ""},
		{"key sign-in --user x --server http://localhost:1", 1, "nightlatch serve", ""},
		{"admin", 2, "verify", ""},
		{"admin dance", 2, "verify", ""},
		{"admin backup", 2, "FILE", ""},
		{"admin backup --data /nowhere", 2, "FILE", ""},
		{"admin backup a --data /nowhere b", 2, "unexpected argument", ""},
		{"admin backup -h", 0, "", "Without --data it is "},
		{"admin -h", 0, "", "A running server does the work"},
		{"admin unlock", 2, "--user NAME", ""},
		{"admin reset-two-factor", 2, "--user NAME", ""},
		{"admin udev-rule --data /tmp", 2, "data", ""},
		{"admin verify --data /nowhere", 1, "/nowhere", ""},
		{"completion", 2, "bash, zsh, fish", ""},
		{"completion tcsh", 2, "bash, zsh, fish", ""},
		{"completion fish", 0, "", "complete -c nightlatch"},
		{"man", 2, "directory", ""},
		{"man /nowhere", 1, "/nowhere", ""},
		{"help", 0, "", "nightlatch completion"},
		{"licenses", 0, "", "fyne.io/fyne/v2"},
		{"licenses now", 2, "now", ""},
	} {
		t.Run("nightlatch "+tt.args, func(t *testing.T) {
			t.Parallel()
			got := run(t, none, "", built.plain, strings.Fields(tt.args)...)
			if got.status != tt.status || !strings.Contains(got.stderr, tt.stderr) || !strings.Contains(got.stdout, tt.stdout) {
				t.Errorf("%+v", got)
			}
			if tt.status != 0 && (got.stdout != "" || strings.Count(got.stderr, "\n") != 1) {
				t.Errorf("a refusal is one line on standard error: %+v", got)
			}
		})
	}
}

// serve prints nothing but the ready line to standard output, and ends cleanly after a signal.
func TestServePrintsReadyLineAndEndsCleanly(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "new", "data")
			cmd := exec.CommandContext(within(t, time.Minute), built.plain, "serve", "--lab", "--data", dir, "--listen", "localhost:0")
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			manager := listenAsManager(t)
			cmd.Env = append(os.Environ(), "NOTIFY_SOCKET="+manager.LocalAddr().String())
			var logs strings.Builder
			cmd.Stderr = &logs
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(stdout)
			lines.Scan()
			if got := toldManager(t, manager); !strings.HasPrefix(got, "READY=1\nSTATUS=Serving http://localhost:") {
				t.Errorf("the service manager was told %q", got)
			}
			if !regexp.MustCompile(`^\{"ready":true,"url":"http://localhost:[0-9]+","lab":true\}$`).MatchString(lines.Text()) {
				t.Errorf("the ready line is %s", lines.Text())
			}
			for _, name := range []string{".", database, "master.key"} {
				stat, err := os.Stat(filepath.Join(dir, name))
				if err != nil || stat.Mode().Perm()&0o077 != 0 {
					t.Errorf("%s is accessible by others: %v %v", name, stat.Mode(), err)
				}
			}
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if lines.Scan() {
				t.Errorf("after the ready line came %q", lines.Text())
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("%v\n%s", err, &logs)
			}
			if got := toldManager(t, manager); got != "STOPPING=1" {
				t.Errorf("at the end the service manager was told %q", got)
			}
			for line := range strings.Lines(logs.String()) {
				if !json.Valid([]byte(line)) {
					t.Errorf("logged %s", line)
				}
			}
		})
	}
}

// listenAsManager listens as systemd does for what its services tell it.
func listenAsManager(t *testing.T) *net.UnixConn {
	t.Helper()
	dir, err := os.MkdirTemp("", "n") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func toldManager(t *testing.T, conn *net.UnixConn) string {
	t.Helper()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1000)
	n, err := conn.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

// Open event streams do not keep the server from ending.
func TestServeEndsWithOpenStreams(t *testing.T) {
	s := serve(t, built.plain)
	ctx := within(t, time.Minute)
	p := harness.NewPerson(s.Client, "robin")
	if err := p.SignUp(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Client.Events(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Client.LabEvents(ctx); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if status, err := s.Stop(ctx); status != 0 || err != nil || time.Since(begun) > 3*time.Second {
		t.Errorf("status %d after %v: %v", status, time.Since(begun), err)
	}
}

// Without a display the lab is served, with its demo accounts and the policy of the command
// line.
func TestLabWithoutDisplay(t *testing.T) {
	for policy, args := range map[string][]string{"classic": {"--lab"}, "hardened": {"--lab", "--policy", "hardened"}} {
		t.Run(policy, func(t *testing.T) { labWithoutDisplay(t, policy, args...) })
	}
}

func labWithoutDisplay(t *testing.T, policy string, args ...string) {
	ctx := within(t, time.Minute)
	s, err := harness.Start(ctx, []string{"DISPLAY=", "WAYLAND_DISPLAY="}, built.plain, args...)
	if err != nil {
		t.Fatal(err)
	}
	if about, err := s.Client.About(ctx); err != nil || about.Policy != policy {
		t.Errorf("policy %q: %v", about.Policy, err)
	}
	accounts, err := s.Client.LabAccounts(ctx)
	if err != nil || len(accounts) < 3 {
		t.Fatalf("demo accounts %+v: %v", accounts, err)
	}
	if !strings.Contains(s.Log(), "no display") {
		t.Errorf("it says %s", s.Log())
	}
	for _, a := range accounts {
		v, err := s.Client.Begin(ctx, api.Begin{Kind: api.SignIn})
		if err == nil {
			v, err = s.Client.Answer(ctx, v.ID, v.Rev, api.Credentials{Username: a.Username, Password: a.Password})
		}
		if err != nil || v.Refusal != nil {
			t.Errorf("%s cannot sign in: %+v %v", a.Username, v.Refusal, err)
		}
	}
	stop(ctx, t, s)
}

// A lab that cannot use the default address prints a warning, because clients of that
// address reach another program.
func TestLabWarnsThatItsPortIsTaken(t *testing.T) {
	if l, err := net.Listen("tcp", "127.0.0.1:8440"); err == nil { // else another program listens already
		t.Cleanup(func() { _ = l.Close() })
	}
	cmd := exec.CommandContext(within(t, time.Minute), built.plain, "--lab")
	cmd.Env = append(os.Environ(), "DISPLAY=", "WAYLAND_DISPLAY=")
	stdout, err := cmd.StdoutPipe()
	var said strings.Builder
	cmd.Stderr = &said
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	bufio.NewScanner(stdout).Scan() // the ready line
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(said.String(), "another program listens on 127.0.0.1:8440") {
		t.Errorf("%v: %s", err, &said)
	}
}
