package party

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nightlatch/app/harness"
)

// On Wayland the window opens, draws and takes what the keyboard types: an account is
// created. It ends without errors of the drawing library.
func TestWindowOnWayland(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	d, err := harness.BareDisplay(ctx, 1240, 860)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	weston, err := harness.OpenWeston(ctx, d, t.TempDir(), 1240, 860)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(weston.Close)
	home := t.TempDir()
	seed := filepath.Join(home, "seed.json")
	if err := os.WriteFile(seed, []byte(`{"accounts":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	before, err := d.Settled(ctx)
	if err != nil {
		t.Fatal(err)
	}
	env := append(weston.Env(), "HOME="+home, "XDG_CONFIG_HOME=", "XDG_DATA_HOME=", "XDG_CACHE_HOME=", "LANG=C.UTF-8", "DBUS_SESSION_BUS_ADDRESS=unix:path="+filepath.Join(home, "none")) // nothing starts a bus
	w, err := harness.Start(ctx, env, built.plain, "--lab", "--seed", seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Kill)
	if _, err := d.Changed(ctx, before); err != nil {
		t.Fatalf("no window: %v\n%s", err, w.Log())
	}
	if err := d.Point(ctx, 620, 20); err != nil {
		t.Fatal(err)
	}
	// Keys are lost until the compositor has noticed the mouse. Enter in the empty form shows
	// a refusal.
	empty, err := d.Settled(ctx)
	if err != nil {
		t.Fatal(err)
	}
	err = harness.Within(ctx, 30*time.Second, "the keyboard", func() (bool, error) {
		if err := d.Press(ctx, "Return"); err != nil {
			return false, err
		}
		soon, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		_, err := d.Changed(soon, empty)
		return err == nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Settled(ctx); err != nil {
		t.Fatal(err)
	}
	type step struct {
		text string
		key  string
	}
	for _, s := range []step{{text: "robin"}, {key: "Tab"}, {text: "correct horse battery"}, {key: "Return"}} {
		if s.text != "" {
			err = d.Type(ctx, s.text)
		} else {
			err = d.Press(ctx, s.key)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	err = harness.Within(ctx, 30*time.Second, "the account", func() (bool, error) {
		about, err := w.Client.About(ctx)
		return about.Accounts, err
	})
	if err != nil {
		if p, e := d.Screen.Picture(); e == nil {
			_ = harness.SavePNG("../../build/wayland.png", p)
		}
		t.Fatalf("%v; see build/wayland.png\n%s", err, w.Log())
	}
	if _, err := w.Stop(ctx); err != nil {
		t.Error(err)
	}
	if log := w.Log(); strings.Contains(log, "GLFW") || strings.Contains(log, "thread") || strings.Contains(log, "panic") {
		t.Errorf("it printed: %s", log)
	}
}

// Under a compositor without keyboard and mouse GLFW crashes. The program says why it opens
// no window; the lab is served without one.
func TestNoWindowWithoutASeat(t *testing.T) {
	ctx := within(t, time.Minute)
	weston, err := harness.OpenWeston(ctx, nil, t.TempDir(), 800, 600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(weston.Close)
	home := t.TempDir()
	env := append(weston.Env(), "HOME="+home)
	got := run(t, env, "", built.plain, "--data", filepath.Join(home, "data"))
	const why = "There is no display to open a window on (the Wayland compositor has no keyboard and no mouse, and the window needs them)."
	if got.status != 1 || !strings.Contains(got.stderr, why) {
		t.Errorf("status %d, stderr %q", got.status, got.stderr)
	}
	lab, err := harness.Start(ctx, env, built.plain, "--lab")
	if err != nil {
		t.Fatalf("the lab: %v", err)
	}
	if _, err := lab.Stop(ctx); err != nil {
		t.Error(err)
	}
}
