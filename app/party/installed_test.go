package party

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
)

// The package nightlatch-server in a clean Debian: installed, started as its documents say,
// upgraded from a package of a lower version, and removed.
func TestSlowInstalledServer(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithTimeout(t.Context(), 15*time.Minute)
	defer stop()
	i := openInstalled(ctx, t, "nightlatch-server")
	before := i.files()
	i.must(i.root.Apt(ctx, "install", i.lower))
	i.is("0.0.9")

	port := strconv.Itoa(freePort(t))
	flags := filepath.Join(i.root.Dir, "etc/nightlatch/server.env")
	setting := fmt.Sprintf("NIGHTLATCH_FLAGS=--listen 127.0.0.1:%s\n", port)
	if err := os.WriteFile(flags, []byte(setting), 0o644); err != nil {
		t.Fatal(err)
	}
	i.start(port)
	defer func() { // after a failure
		_, _ = i.root.Run(ctx, "", "/etc/init.d/nightlatch-server", "stop")
	}()
	i.must(i.root.Run(ctx, password+"\n", "nightlatch", "admin", "create-owner", "--user", "ada"))
	i.signsIn(port)

	i.must(i.root.Apt(ctx, "install", i.current))
	i.is(i.version)
	if text, err := os.ReadFile(flags); err != nil || string(text) != setting {
		t.Errorf("the upgrade changed the settings: %q %v", text, err)
	}
	i.service("stop")
	i.start(port)
	i.signsIn(port)

	if out, err := i.root.Apt(ctx, "install", i.lower); err == nil {
		t.Errorf("apt installed the lower version without a question:\n%s", out)
	}
	i.is(i.version)

	i.service("stop")
	if out := i.must(i.root.Apt(ctx, "remove", "nightlatch-server")); !strings.Contains(out, "/var/lib/nightlatch") {
		t.Errorf("removing does not say where the accounts stay:\n%s", out)
	}
	if _, err := os.Stat(filepath.Join(i.root.Dir, "var/lib/nightlatch/nightlatch.db")); err != nil {
		t.Errorf("removing deleted the accounts: %v", err)
	}
	i.must(i.root.Apt(ctx, "purge", "nightlatch-server"))
	if left := i.since(before); len(left) > 0 {
		t.Errorf("the package left %q", left)
	}
}

const password = "violet-anchor-kettle-59"

// An installed is a clean Debian and two versions of a package of the same code.
type installed struct {
	t              *testing.T
	ctx            context.Context
	root           *harness.CleanRoot
	name, version  string
	lower, current string // their paths in the system
}

func openInstalled(ctx context.Context, t *testing.T, name string) *installed {
	t.Helper()
	root, err := harness.OpenCleanRoot(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(root.Close)
	debs, err := harness.MakeDebs(ctx, "../..", t.TempDir(), name)
	if err != nil {
		t.Fatal(err)
	}
	i := &installed{t: t, ctx: ctx, root: root, name: name, version: debs.Version}
	i.lower = i.must(root.Give(ctx, debs.Lower))
	i.current = i.must(root.Give(ctx, debs.Current))
	return i
}

func (i *installed) must(out string, err error) string {
	i.t.Helper()
	if err != nil {
		i.t.Fatal(err)
	}
	return out
}

// is checks the version that is installed.
func (i *installed) is(version string) {
	i.t.Helper()
	if got := i.must(i.root.Run(i.ctx, "", "dpkg-query", "-W", "-f", "${Version} ${db:Status-Status}", i.name)); got != version+" installed" {
		i.t.Fatalf("%s is %q, want %s", i.name, got, version)
	}
}

func (i *installed) files() []string {
	i.t.Helper()
	all, err := i.root.Files()
	if err != nil {
		i.t.Fatal(err)
	}
	return all
}

// since lists the files that are new.
func (i *installed) since(before []string) []string {
	i.t.Helper()
	return slices.DeleteFunc(i.files(), func(path string) bool { return slices.Contains(before, path) })
}

func (i *installed) service(action string) {
	i.t.Helper()
	i.must(i.root.Run(i.ctx, "", "/etc/init.d/nightlatch-server", action))
}

// start starts the service and waits until it answers. It runs as a user of its own.
func (i *installed) start(port string) {
	i.t.Helper()
	i.service("start")
	err := harness.Within(i.ctx, time.Minute, "the service", func() (bool, error) {
		_, err := harness.Run(i.ctx, "", "curl", "-sf", "--max-time", "5", "http://127.0.0.1:"+port+"/api/v1/about")
		return err == nil, nil
	})
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(i.root.Dir, "var/log/nightlatch-server.log"))
		i.t.Fatalf("%v\n%s", err, log)
	}
	pid := strings.TrimSpace(i.must(i.root.Run(i.ctx, "", "cat", "/run/nightlatch-server.pid")))
	uid := strings.TrimSpace(i.must(i.root.Run(i.ctx, "", "stat", "-c", "%U", "/proc/"+pid)))
	if uid != "nightlatch" {
		i.t.Errorf("the service runs as %s", uid)
	}
}

// signsIn signs the owner in with curl.
func (i *installed) signsIn(port string) {
	i.t.Helper()
	url := "http://127.0.0.1:" + port + "/api/v1/me"
	for word, want := range map[string]string{password: "200", "not" + password: "401"} {
		out := i.must(harness.Run(i.ctx, "user = \"ada:"+word+"\"\n", "curl", "-sS", "--max-time", "30", "-K", "-", "-o", "/dev/null", "-w", "%{http_code}", url))
		if out != want {
			i.t.Fatalf("the owner's sign-in got %s, want %s", out, want)
		}
	}
}
