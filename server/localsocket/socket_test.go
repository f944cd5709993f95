//go:build unix

package localsocket

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Short and long paths work, also where an earlier process left a socket or a
// file. Before Listen and after Close, Dial finds no listener.
func TestListenAndDial(t *testing.T) {
	t.Parallel()
	for name, dir := range map[string]string{
		"short": t.TempDir(),
		"long":  filepath.Join(t.TempDir(), strings.Repeat("a directory with a long name/", 6)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := Dial(t.Context(), dir, "s"); !errors.Is(err, ErrNone) {
				t.Errorf("without a directory: %v", err)
			}
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			leaveSocket(t, dir)
			if _, err := Dial(t.Context(), dir, "s"); !errors.Is(err, ErrNone) {
				t.Errorf("a socket that was left over: %v", err)
			}
			l, err := Listen(dir, "s")
			if err != nil {
				t.Fatal(err)
			}
			stat, err := os.Stat(filepath.Join(dir, "s"))
			if err != nil || stat.Mode().Perm() != 0o600 {
				t.Errorf("the socket is %v: %v", stat.Mode(), err)
			}
			accepted := make(chan string, 1)
			go func() { accepted <- readOne(l) }()
			conn, err := Dial(t.Context(), dir, "s")
			if err != nil {
				t.Fatal(err)
			}
			_, err = io.WriteString(conn, "hello")
			if err := errors.Join(err, conn.Close()); err != nil {
				t.Error(err)
			}
			if got := <-accepted; got != "hello" {
				t.Errorf("got %q", got)
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(filepath.Join(dir, "s")); err == nil {
				t.Error("the socket is still there")
			}
			if _, err := Dial(t.Context(), dir, "s"); !errors.Is(err, ErrNone) {
				t.Errorf("after closing: %v", err)
			}
		})
	}
}

func readOne(l net.Listener) string {
	conn, err := l.Accept()
	if err != nil {
		return err.Error()
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	b, err := io.ReadAll(conn)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// leaveSocket leaves a socket behind, as a killed process does.
func leaveSocket(t *testing.T, dir string) {
	t.Helper()
	at, free, err := address(dir, "s")
	if err != nil {
		t.Fatal(err)
	}
	defer free()
	l, err := net.Listen("unix", at)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
}

// Both ends of a connection know each other's user.
func TestPeer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := Listen(dir, "s")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := Dial(t.Context(), dir, "s")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if uid, err := peer(conn.(*net.UnixConn)); err != nil || int(uid) != os.Geteuid() {
		t.Errorf("user %d: %v", uid, err)
	}
	for uid, want := range map[uint32]bool{0: true, uint32(os.Geteuid()): true, 54321: false} {
		if trusted(uid) != want {
			t.Errorf("user %d: trusted %v", uid, !want)
		}
	}
}
