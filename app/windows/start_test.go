package windows

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
)

// An installed desk has the programs of `make windows-program` in a folder of their own.
type installed struct {
	*desk
	ctx    context.Context
	folder string
}

func install(t *testing.T) installed {
	t.Helper()
	d := installed{desk: openDesk(t), ctx: within(t, 5*time.Minute)}
	d.folder = d.wine.DriveC("Program Files", "Nightlatch")
	if err := os.MkdirAll(d.folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nightlatch.exe", "nightlatch.com"} {
		b, err := os.ReadFile(filepath.Join(filepath.Dir(built(t)), name))
		if err == nil {
			err = os.WriteFile(filepath.Join(d.folder, name), b, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// doubleClick starts the program as the desktop does: without streams.
func (d installed) doubleClick(args ...string) {
	d.t.Helper()
	ctx, stop := context.WithTimeout(d.ctx, time.Minute)
	defer stop()
	words := append([]string{"/c", "start", "", d.wine.Path(filepath.Join(d.folder, "nightlatch.exe"))}, args...)
	cmd := d.wine.Command(ctx, nil, "cmd.exe", words...) // its output would be passed on as that of the program
	if err := cmd.Run(); err != nil {
		d.t.Errorf("a start from the desktop: %v", err)
	}
}

// shows waits until the display shows exactly the windows with these titles.
func (d installed) shows(titles ...string) {
	d.t.Helper()
	var got []string
	err := harness.Within(d.ctx, time.Minute, "the windows "+strings.Join(titles, ", "), func() (bool, error) {
		got = d.display.Titles(d.ctx)
		return slices.Equal(got, titles), d.ctx.Err()
	})
	if err != nil {
		d.t.Fatalf("%v; there are %q", err, got)
	}
}

// picture keeps a picture of the display in build/windows.
func (d installed) picture(name string) {
	d.t.Helper()
	p, err := d.display.Settled(d.ctx)
	if err == nil {
		err = harness.SavePNG(filepath.Join("../../build/windows", name+".png"), p)
	}
	if err != nil {
		d.t.Error(err)
	}
}

func (d installed) press(keys ...string) {
	d.t.Helper()
	if err := d.display.Press(d.ctx, keys...); err != nil {
		d.t.Fatal(err)
	}
}

// A double-click opens the window and nothing else. A wrong
// command line is told in a message box. The data are where Windows keeps them.
func TestDoubleClick(t *testing.T) {
	d := install(t)
	d.doubleClick()
	d.shows("Create your account – Nightlatch")
	d.picture("start")
	data, err := d.wine.LocalAppData()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nightlatch.db", "master.key", "instance.sock"} {
		if _, err := os.Stat(filepath.Join(data, "Nightlatch", name)); err != nil {
			t.Errorf("data: %v", err)
		}
	}
	d.shows("Create your account – Nightlatch")
	d.press("alt+F4")
	d.shows()
	err = harness.Within(d.ctx, time.Minute, "the end of the program", func() (bool, error) {
		_, err := os.Stat(filepath.Join(data, "Nightlatch", "instance.sock"))
		return os.IsNotExist(err), nil
	})
	if err != nil {
		t.Error(err)
	}

	d.doubleClick("--unknown")
	d.shows("Nightlatch")
	d.picture("wrong-argument")
}

// In a terminal the program is a terminal's program: output, errors, pipes, redirection and the
// exit status.
func TestTerminal(t *testing.T) {
	d := install(t)
	shell := func(line string) string {
		t.Helper()
		cmd := d.wine.Command(d.ctx, nil, "cmd.exe", "/c", line)
		cmd.Dir = d.folder
		out, _ := cmd.CombinedOutput() // its status is that of the last command
		return strings.ReplaceAll(string(out), "\r\n", "\n")
	}
	if got := shell("nightlatch version"); !strings.Contains(got, "features: window") {
		t.Errorf("version: %q", got)
	}
	if got := shell("nightlatch nonsense || echo failed"); !strings.Contains(got, `nightlatch: there is no command "nonsense"`) || !strings.Contains(got, "failed") {
		t.Errorf("a wrong command: %q", got)
	}
	if got := shell("nightlatch version > out.txt && type out.txt"); !strings.Contains(got, "features: window") {
		t.Errorf("a file: %q", got)
	}
	if got := shell(`echo "" | nightlatch.com admin check --data C:\none 2>&1 >NUL`); !strings.Contains(got, "nightlatch:") {
		t.Errorf("pipes: %q", got)
	}
	for status, args := range map[int][]string{0: {"version"}, 1: {"admin", "verify", "--data", `C:\none`}, 2: {"nonsense", "two words"}} {
		cmd := d.wine.Command(d.ctx, nil, filepath.Join(d.folder, "nightlatch.com"), args...)
		out, _ := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != status {
			t.Errorf("%q: status %d: %s", args, cmd.ProcessState.ExitCode(), out)
		}
	}

	ctx, stop := context.WithTimeout(d.ctx, time.Minute)
	defer stop()
	serve := d.wine.Command(ctx, nil, filepath.Join(d.folder, "nightlatch.com"), "serve", "--lab", "--listen", "127.0.0.1:0")
	out, err := serve.StdoutPipe()
	if err == nil {
		err = serve.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadBytes('\n')
	var ready struct{ Ready bool }
	if err := json.Unmarshal(line, &ready); err != nil || !ready.Ready {
		t.Errorf("serve printed %q", line)
	}
	_ = serve.Process.Kill() // wine has no Ctrl+C for a program without a console
	_ = serve.Wait()
}

// Keys are looked after with fido2.dll if an administrator runs the program and the DLL is
// beside it. A DLL elsewhere, or one that is not libfido2, is not used.
func TestKeyLibraryIsOptional(t *testing.T) {
	d := install(t)
	version := func() string {
		t.Helper()
		out, err := d.wine.Command(d.ctx, nil, filepath.Join(d.folder, "nightlatch.com"), "version").CombinedOutput()
		if err != nil {
			t.Errorf("%v: %s", err, out)
		}
		return string(out)
	}
	const there = "features: window, security keys"
	if got := version(); strings.Contains(got, there) {
		t.Errorf("without the library: %s", got)
	}
	module, err := exec.CommandContext(d.ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/keys-pub/go-libfido2").Output()
	if err != nil {
		t.Fatal(err)
	}
	copyTo := func(from, to string) {
		t.Helper()
		b, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, b, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	dlls, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(module)), "windows", "lib", "*.dll"))
	if err != nil || len(dlls) < 3 {
		t.Fatalf("%q, %v", dlls, err)
	}
	for _, dll := range dlls {
		copyTo(dll, d.wine.DriveC("windows", filepath.Base(dll))) // in the PATH
	}
	if got := version(); strings.Contains(got, there) {
		t.Errorf("with a library in the PATH: %s", got)
	}
	for _, dll := range dlls {
		copyTo(dll, filepath.Join(d.folder, filepath.Base(dll)))
	}
	if got := version(); !strings.Contains(got, there) {
		t.Errorf("with the library: %s", got)
	}
	copyTo(filepath.Join(d.folder, "cbor.dll"), filepath.Join(d.folder, "fido2.dll"))
	if got := version(); strings.Contains(got, there) {
		t.Errorf("with another DLL under its name: %s", got)
	}
}
