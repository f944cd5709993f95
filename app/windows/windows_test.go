// Package windows contains the tests of the program for Windows. They cross-compile it and
// run it under wine, with webauthn.dll replaced by a library of the tests. `make windows`
// runs them.
package windows

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/fido/webauthndll/webauthndlltest"
	"nightlatch/server/api"
)

// A desk is a Windows system under wine with a display. withServer adds a program without
// a window, a lab's server on Linux, and a person with an account there.
type desk struct {
	t       *testing.T
	display *harness.Display
	wine    *harness.Wine
	dll     *webauthndlltest.Server
	library string // the compiled webauthn.dll, not yet installed
	program string
	url     string
	mara    *harness.Person
}

// openDesk makes the Windows system and its webauthn.dll, which is not installed yet.
func openDesk(t *testing.T) *desk {
	t.Helper()
	ctx := within(t, 10*time.Minute)
	d := &desk{t: t}
	dir := t.TempDir()
	var err error
	if d.display, err = harness.OpenDisplay(ctx, 1280, 900); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.display.Close)
	if d.wine, err = harness.OpenWine(ctx, dir, d.display.Name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.wine.Close(); err != nil {
			t.Error(err)
		}
	})
	if d.library, err = webauthndlltest.Build(ctx, dir); err != nil {
		t.Fatal(err)
	}
	if d.dll, err = webauthndlltest.Listen(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.dll.Close() })
	return d
}

// withServer builds the program without cgo, as the package of the server has it, and
// starts the same for Linux.
func (d *desk) withServer() {
	d.t.Helper()
	ctx := within(d.t, 10*time.Minute)
	dir := d.t.TempDir()
	var err error
	if d.program, err = harness.BuildForWindows(ctx, dir, "nightlatch.exe", "nightlatch/app"); err != nil {
		d.t.Fatal(err)
	}
	linux, err := harness.BuildWithoutCgo(ctx, dir, "nightlatch", "nightlatch/app")
	if err != nil {
		d.t.Fatal(err)
	}
	s, err := harness.Serve(ctx, linux, "--lab", "--listen", "127.0.0.1:0", "--data", filepath.Join(dir, "data"))
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(s.Kill)
	d.url, d.mara = s.URL, harness.NewPerson(s.Client, "mara")
	d.mara.Phone = "+12025550143"
	err = d.mara.SignUp(ctx)
	if err == nil {
		err = d.mara.Enroll(ctx, api.EnrollText)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// install puts webauthn.dll into the system directory.
func (d *desk) install() { d.copyTo(d.wine.System("webauthn.dll")) }

func (d *desk) copyTo(path string) {
	d.t.Helper()
	dll, err := os.ReadFile(d.library)
	if err == nil {
		err = os.WriteFile(path, dll, 0o700)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// run runs the program for Windows.
func (d *desk) run(args ...string) outcome {
	d.t.Helper()
	cmd := d.command(within(d.t, 2*time.Minute), args...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		d.t.Fatal(err)
	}
	unix := func(b *strings.Builder) string { return strings.ReplaceAll(b.String(), "\r\n", "\n") }
	return outcome{status: cmd.ProcessState.ExitCode(), stdout: unix(&out), stderr: unix(&errs)}
}

// env names the test's key to webauthn.dll.
func (d *desk) env() []string { return []string{webauthndlltest.Environment + "=" + d.dll.Address()} }

func (d *desk) command(ctx context.Context, args ...string) *exec.Cmd {
	env := append(d.env(), "NIGHTLATCH_SESSION="+d.mara.Client.Token())
	cmd := d.wine.Command(ctx, env, d.program, args...)
	cmd.Stdin = strings.NewReader(d.mara.Password + "\n")
	cmd.Dir = filepath.Dir(d.library)
	return cmd
}

// await waits for an event of the library.
func (d *desk) await(ctx context.Context, event <-chan struct{}, what string) {
	d.t.Helper()
	select {
	case <-event:
	case <-ctx.Done():
		d.t.Fatalf("timed out: %s", what)
	}
}

func (d *desk) enroll(label string) outcome {
	d.t.Helper()
	return d.run("key", "enroll", "--server", d.url, "--label", label, "--password-from", "-")
}

func (d *desk) signIn() outcome {
	d.t.Helper()
	return d.run("key", "sign-in", "--server", d.url, "--user", d.mara.Name, "--password-from", "-")
}

// refused reports an outcome that is no refusal in the given words.
func refused(t *testing.T, what string, got outcome, words string) {
	t.Helper()
	if got.status != 1 || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, words) {
		t.Errorf("%s: %+v; want a refusal with %q", what, got, words)
	}
}

// worked reports an outcome that is no success.
func worked(t *testing.T, what string, got outcome, prefix string) {
	t.Helper()
	if got.status != 0 || got.stderr != "" || !strings.HasPrefix(got.stdout, prefix) {
		t.Errorf("%s: %+v", what, got)
	}
}

// An outcome is the result of a program.
type outcome struct {
	status         int
	stdout, stderr string
}

// within returns a context with a deadline, so that a hanging test is reported by name.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
