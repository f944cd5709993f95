package windows

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
	installer "nightlatch/app/packages/windows"
)

// An installation is a Windows 10 with two versions of both installers.
type installation struct {
	*desk
	older, newer installer.Installers
	pictures     string
}

func openInstallation(t *testing.T) *installation {
	t.Helper()
	i := &installation{desk: openDesk(t), pictures: filepath.Join("..", "..", "build", "windows", "pictures")}
	// wine 8 begins as Windows 7.
	i.reg("add", `HKCU\Software\Wine`, "/v", "Version", "/d", "win10", "/f")
	if err := i.wine.Close(); err != nil {
		t.Fatal(err)
	}
	ctx := within(t, 10*time.Minute)
	tree := t.TempDir()
	program := os.Getenv("NIGHTLATCH_WINDOWS_PROGRAM") // the Makefile has built it
	if program == "" {
		var err error
		if program, err = harness.BuildWindowForWindows(ctx, t.TempDir(), "nightlatch.exe", "nightlatch/app"); err != nil {
			t.Fatal(err)
		}
	}
	for from, to := range map[string]string{program: "nightlatch.exe", "../../LICENSE": "LICENSE.txt"} {
		b, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(filepath.Join(tree, to), b, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	out := t.TempDir()
	for version, made := range map[string]*installer.Installers{"1.0.0": &i.older, "1.1.0": &i.newer} {
		c := installer.Config{Root: "../..", Tree: tree, Out: out, Version: version, Date: time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC)}
		if version == "1.0.0" { // a file that the newer version no longer has
			c.Tree = t.TempDir()
			if err := os.CopyFS(c.Tree, os.DirFS(tree)); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(c.Tree, "old.txt"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var err error
		if *made, err = installer.Build(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	return i
}

// dos returns the path of a file of Linux as Windows names it.
func dos(path string) string {
	drive := "Z:"
	if _, below, ok := strings.Cut(path, "/drive_c/"); ok {
		drive, path = "C:", "/"+below
	}
	return drive + strings.ReplaceAll(path, "/", `\`)
}

// exits runs a program of Windows to its end and returns its exit code, of which Linux shows
// eight bits.
func (i *installation) exits(args ...string) int {
	i.t.Helper()
	cmd := i.wine.Command(within(i.t, 3*time.Minute), nil, args[0], args[1:]...)
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		i.t.Fatalf("%q: %v", args, err)
	}
	return cmd.ProcessState.ExitCode()
}

func (i *installation) want(code int, args ...string) {
	i.t.Helper()
	if got := i.exits(args...); got != code {
		i.t.Fatalf("%q: exit code %d, want %d", args, got, code)
	}
}

// reg runs reg.exe and returns what it printed.
func (i *installation) reg(args ...string) string {
	i.t.Helper()
	out, _ := i.wine.Command(within(i.t, time.Minute), nil, "reg", args...).CombinedOutput() // a missing key is an answer
	return string(out)
}

// ours returns all files and folders with the program's name in the system, without the data
// and settings of the person.
func (i *installation) ours() (found []string) {
	i.t.Helper()
	err := filepath.WalkDir(i.drive(), func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		at := filepath.ToSlash(path)
		if strings.Contains(filepath.Base(at), "ightlatch") && !strings.Contains(at, "/Local/Nightlatch") && !strings.Contains(at, "/fyne/") && !strings.Contains(at, "/Temp/") {
			found = append(found, at[strings.Index(at, "drive_c")+len("drive_c"):])
		}
		return nil
	})
	if err != nil {
		i.t.Fatal(err)
	}
	return found
}

// drive is the drive C: of the system.
func (i *installation) drive() string { return i.wine.System(filepath.Join("..", "..")) }

// user returns a path below the profile of the person.
func (i *installation) user(path string) string {
	i.t.Helper()
	homes, err := filepath.Glob(filepath.Join(i.drive(), "users", "*", filepath.FromSlash(path)))
	if err != nil || len(homes) != 1 {
		i.t.Fatalf("%s: %q, %v", path, homes, err)
	}
	return homes[0]
}

func (i *installation) has(what, text string, parts ...string) {
	i.t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			i.t.Errorf("%s lacks %q:\n%s", what, part, text)
		}
	}
}

// open starts the program and returns a walk through its window.
func (i *installation) open(args ...string) walk {
	i.t.Helper()
	ctx := within(i.t, 5*time.Minute)
	w, err := i.display.OpenWindow(ctx, "Nightlatch", i.wine.Env(), "wine", args...)
	if err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(w.Close)
	return walk{i.t, ctx, w}
}

// picture keeps a picture of the screen for people.
func (i *installation) picture(k walk, name string) {
	i.t.Helper()
	p, err := k.w.Settled(k.ctx)
	if err == nil {
		err = harness.SavePNG(filepath.Join(i.pictures, name+".png"), p)
	}
	k.must(err)
}

const (
	programs  = `AppData/Local/Programs/Nightlatch`
	startMenu = `AppData/Roaming/Microsoft/Windows/Start Menu/Programs`
	uninstall = `HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Nightlatch`
)

// Both installers, one after the other in one Windows: the data of the person outlive them.
func TestInstallers(t *testing.T) {
	i := openInstallation(t)
	for _, story := range []struct {
		name string
		play func(*installation)
	}{
		{"setup", setupForOne},
		{"package", packageForAll},
		{"keyboard", setupByKeyboard},
	} {
		if !t.Run(story.name, func(t *testing.T) {
			i.t = t
			story.play(i)
		}) {
			break // the next one would find what this one left
		}
	}
}

// A person without administrator rights installs the program, starts it from the Start menu,
// makes an account, installs the next version and removes the program. Accounts stay.
func setupForOne(i *installation) {
	t := i.t
	const path = `%USERPROFILE%\bin;C:\More;`
	long := path + strings.Repeat(`C:\A long folder;`, 200) + `C:\End` // longer than a string of NSIS
	i.reg("add", `HKCU\Environment`, "/v", "Path", "/t", "REG_EXPAND_SZ", "/d", long, "/f")
	i.want(0, i.older.Setup, "/S")
	for _, file := range []string{programs + "/nightlatch.exe", programs + "/old.txt", programs + "/uninstall.exe", startMenu + "/Nightlatch.lnk", startMenu + "/Nightlatch Lab.lnk"} {
		i.user(file)
	}
	i.has("the list of programs", i.reg("query", uninstall), "1.0.0", "Publisher", `nightlatch.exe,0`, "EstimatedSize", "QuietUninstallString")
	if got := i.reg("query", `HKCU\Environment`); strings.Contains(got, "Nightlatch") {
		t.Errorf("nobody asked for PATH:\n%s", got)
	}

	k := i.open("start", "/unix", i.user(startMenu+"/Nightlatch.lnk"))
	k.sees("Create your account")
	k.write("mara")
	k.press("Tab")
	k.write("quiet harbour lantern")
	k.press("Return")
	k.sees("Overview")
	i.picture(k, "installed")
	i.want(3, i.newer.Setup, "/S")
	i.want(3, i.user(programs+"/uninstall.exe"), "/S", "_?="+dos(i.user(programs)))
	if err := i.wine.Close(); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(i.user("AppData/Local/Nightlatch/master.key"))
	if err != nil {
		t.Fatal(err)
	}

	i.want(0, i.newer.Setup, "/S", "/TERMINAL")
	i.has("the list of programs", i.reg("query", uninstall), "1.1.0")
	i.has("PATH", i.reg("query", `HKCU\Environment`), "REG_EXPAND_SZ", long+`;C:\users\`, `\Programs\Nightlatch`)
	if _, err := os.Stat(filepath.Join(i.user(programs), "old.txt")); err == nil {
		t.Error("a file of the older version stays")
	}
	i.want(4, i.older.Setup, "/S")
	i.want(0, i.newer.Setup, "/S") // the same again: PATH is remembered, and has the folder once
	if got := i.reg("query", `HKCU\Environment`); strings.Count(got, `\Programs\Nightlatch`) != 1 {
		t.Errorf("PATH:\n%s", got)
	}
	k = i.open(i.user(programs + "/nightlatch.exe"))
	k.sees("Overview") // still signed in
	if err := i.wine.Close(); err != nil {
		t.Fatal(err)
	}

	i.want(0, i.user(programs+"/uninstall.exe"), "/S", "_?="+dos(i.user(programs)))
	i.has("PATH", i.reg("query", `HKCU\Environment`), long+"\r\n")
	i.has("the list of programs", i.reg("query", uninstall), "Unable to find")
	// Only the uninstaller itself, which ran in its place so that the test can wait for it.
	left := i.user(programs + "/uninstall.exe")
	if err := errors.Join(os.Remove(left), os.Remove(filepath.Dir(left))); err != nil {
		t.Error(err)
	}
	for _, left := range i.ours() {
		t.Errorf("%s stays", left)
	}
	if now, err := os.ReadFile(i.user("AppData/Local/Nightlatch/master.key")); err != nil || string(now) != string(key) {
		t.Errorf("the data changed: %v", err)
	}
}

// The setup is opened by double-click and controlled by keyboard, to the window of the program.
func setupByKeyboard(i *installation) {
	t := i.t
	ctx := within(t, 5*time.Minute)
	w, err := i.display.OpenWindow(ctx, "Nightlatch 1.1.0 Setup", i.wine.Env(), "wine", "start", "/wait", "/unix", i.newer.Setup)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	k := walk{t, ctx, w}
	for _, page := range []struct {
		name string
		keys []string
	}{
		{"setup-1-welcome", []string{"alt+n"}},
		{"setup-2-licence", []string{"alt+a"}},
		{"setup-3-components", []string{"alt+n"}},
		{"setup-4-folder", []string{"alt+i"}},
	} {
		i.picture(k, page.name)
		k.press(page.keys...)
	}
	k.must(harness.Within(ctx, 2*time.Minute, "the installation", func() (bool, error) {
		return strings.Contains(i.reg("query", uninstall), "1.1.0"), nil
	}))
	i.picture(k, "setup-5-finish")
	k.press("alt+f") // Finish opens the program: then setup refuses
	k.must(harness.Within(ctx, 3*time.Minute, "the program", func() (bool, error) {
		return i.exits(i.newer.Setup, "/S") == 3, nil
	}))
	if err := i.wine.Close(); err != nil {
		t.Fatal(err)
	}
}

// An administrator installs the package for all users, without a question and by
// double-click.
func packageForAll(i *installation) {
	t := i.t
	msi := func(code int, args ...string) {
		t.Helper()
		i.want(code, append([]string{"msiexec", args[0], dos(args[1])}, args[2:]...)...)
	}
	const variables = `HKLM\System\CurrentControlSet\Control\Session Manager\Environment`
	msi(0, "/i", i.older.MSI, "/qn")
	if got := strings.Join(i.ours(), "\n"); !strings.Contains(got, "/Program Files/Nightlatch/nightlatch.exe") || !strings.Contains(got, "/Nightlatch Lab.lnk") {
		t.Errorf("installed:\n%s", got)
	}
	k := i.open("start", "/unix", i.user(startMenu+"/Nightlatch.lnk")) // wine has no menu for all users
	k.sees("Overview")                                                 // the data of the person is there
	if err := i.wine.Close(); err != nil {
		t.Fatal(err)
	}
	msi(0, "/i", i.newer.MSI, "/qn", "ADDLOCAL=ALL")
	i.has("settings", i.reg("query", `HKLM\Software\Nightlatch\Setup`), `C:\Program Files\Nightlatch\`, "Terminal")
	i.has("PATH", i.reg("query", variables), `C:\Program Files\Nightlatch\`)
	msi(1603&0xff, "/i", i.older.MSI, "/qn") // ERROR_INSTALL_FAILURE: a newer version is there
	i.want(5, i.newer.Setup, "/S")
	msi(0, "/x", i.newer.MSI, "/qn")
	if got := i.ours(); len(got) > 0 {
		t.Errorf("left:\n%s", strings.Join(got, "\n"))
	}
	if got := i.reg("query", variables); strings.Contains(got, "Nightlatch") {
		t.Errorf("PATH:\n%s", got)
	}
	i.user("AppData/Local/Nightlatch/nightlatch.db")

	// A double-click shows the progress, and asks nothing.
	i.want(0, "start", "/wait", "/unix", i.newer.MSI)
	if got := strings.Join(i.ours(), "\n"); !strings.Contains(got, "/Program Files/Nightlatch/nightlatch.exe") {
		t.Errorf("installed by double-click:\n%s", got)
	}
	msi(0, "/x", i.newer.MSI, "/qn")
}
