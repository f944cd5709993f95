package harness

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Wine is a new Windows system of its own, which runs under wine.
type Wine struct {
	dir string // the prefix
	env []string
}

//go:embed testdata/bcryptprimitives.c
var randomSource []byte

// wineTime is enough to make a new system, with other tests beside it.
const wineTime = 4 * time.Minute

// OpenWine makes a Windows system in dir, whose windows are on a display. Close ends its
// programs.
func OpenWine(ctx context.Context, dir, display string) (*Wine, error) {
	ctx, stop := context.WithTimeout(ctx, wineTime)
	defer stop()
	w := &Wine{dir: filepath.Join(dir, "wine")}
	w.env = append(os.Environ(), "WINEPREFIX="+w.dir, "WINEDEBUG=-all", "DISPLAY="+display, "HOME="+dir,
		"WINEDLLOVERRIDES=winemenubuilder.exe=d;mscoree=d;mshtml=d") // no menus of the desktop, no downloads
	boot := exec.CommandContext(ctx, "wineboot", "--init")
	boot.Env = w.env
	if out, err := boot.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("harness: wineboot: %w: %s", err, out), w.Close())
	}
	source := filepath.Join(dir, "bcryptprimitives.c")
	if err := os.WriteFile(source, randomSource, 0o600); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	cc := exec.CommandContext(ctx, "x86_64-w64-mingw32-gcc", "-shared", "-Wall", "-Werror", "-o", w.System("bcryptprimitives.dll"), source, "-ladvapi32")
	if out, err := cc.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("harness: bcryptprimitives.dll: %w: %s", err, out), w.Close())
	}
	return w, nil
}

// System returns the path of a file in the system directory.
func (w *Wine) System(name string) string {
	return filepath.Join(w.dir, "drive_c", "windows", "system32", name)
}

// DriveC returns the path of a file below C:\.
func (w *Wine) DriveC(name ...string) string {
	return filepath.Join(append([]string{w.dir, "drive_c"}, name...)...)
}

// Path returns the name by which programs of this system see a file of this computer.
func (w *Wine) Path(file string) string {
	if inside, ok := strings.CutPrefix(file, w.DriveC()+"/"); ok {
		return `C:\` + strings.ReplaceAll(inside, "/", `\`)
	}
	return `Z:` + strings.ReplaceAll(file, "/", `\`)
}

// LocalAppData returns the directory that programs see as %LOCALAPPDATA%.
func (w *Wine) LocalAppData() (string, error) {
	me, err := user.Current()
	if err != nil {
		return "", err
	}
	return w.DriveC("users", me.Username, "AppData", "Local"), nil
}

// Env is the environment of programs of this system.
func (w *Wine) Env() []string { return slices.Clone(w.env) }

// Command prepares a program of Windows, with additional environment variables.
func (w *Wine) Command(ctx context.Context, env []string, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "wine", append([]string{program}, args...)...)
	cmd.Env = slices.Concat(w.env, env)
	cmd.WaitDelay = 10 * time.Second // its children may keep the output open
	return cmd
}

// Close ends all programs of the system, and its server.
func (w *Wine) Close() error {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	end := exec.CommandContext(ctx, "wineserver", "--kill")
	end.Env = w.env
	if out, err := end.CombinedOutput(); err != nil {
		var status *exec.ExitError
		if errors.As(err, &status) && status.ExitCode() == 1 {
			return nil // no program was running
		}
		return fmt.Errorf("harness: wineserver: %w: %s", err, out)
	}
	return nil
}
