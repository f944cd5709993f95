package main

import (
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A service manager reads what it is told from its socket, also from one with an abstract
// name (Linux). Nothing happens where there is none.
func TestTellSupervisor(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	if err := tellSupervisor("READY=1"); err != nil {
		t.Error(err)
	}
	dir, err := os.MkdirTemp("", "n") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	for _, path := range []string{filepath.Join(dir, "notify"), "@nightlatch-" + filepath.Base(dir)} {
		conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
		if err != nil {
			t.Fatal(err)
		}
		t.Setenv("NOTIFY_SOCKET", path)
		if err := tellSupervisor("READY=1"); err != nil {
			t.Error(err)
		}
		got := make([]byte, 100)
		if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if n, err := conn.Read(got); err != nil || string(got[:n]) != "READY=1" {
			t.Errorf("%s: %q: %v", path, got[:n], err)
		}
		conn.Close()
	}
	t.Setenv("NOTIFY_SOCKET", filepath.Join(dir, "none"))
	if err := tellSupervisor("READY=1"); err == nil {
		t.Error("nobody listens, and it says nothing")
	}
}

// Without --data, admin works on the service's data if they are this user's, or this is root.
func TestAdminDirectory(t *testing.T) {
	standard := serviceDirectory
	t.Cleanup(func() { serviceDirectory = standard })
	t.Setenv("XDG_DATA_HOME", "")
	t.Setenv("HOME", "/somewhere/home")
	serviceDirectory = t.TempDir()
	if got, err := adminDirectory(); err != nil || got != serviceDirectory {
		t.Errorf("the service's user: %s: %v", got, err)
	}
	serviceDirectory = filepath.Join(t.TempDir(), "not installed")
	if got, err := adminDirectory(); err != nil || got != "/somewhere/home/.local/share/nightlatch" {
		t.Errorf("without the service: %s: %v", got, err)
	}
	serviceDirectory = "/" // of root
	want := "/somewhere/home/.local/share/nightlatch"
	if os.Geteuid() == 0 {
		want = "/"
	}
	if got, err := adminDirectory(); err != nil || got != want {
		t.Errorf("another user's: %s: %v", got, err)
	}
	t.Setenv("XDG_DATA_HOME", "/somewhere/data")
	if got, err := adminDirectory(); err != nil || got != "/somewhere/data/nightlatch" {
		t.Errorf("with XDG_DATA_HOME: %s: %v", got, err)
	}
}
