package hidraw

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// awaitReport waits for a reported change.
func awaitReport(t *testing.T, changes <-chan struct{}, what string) {
	t.Helper()
	select {
	case _, ok := <-changes:
		if !ok {
			t.Fatalf("%s: the channel was closed", what)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("%s: no change was reported", what)
	}
}

// staysQuiet fails the test if a change is reported within d. Real time must pass: there
// is no event to wait for.
func staysQuiet(t *testing.T, changes <-chan struct{}, d time.Duration, what string) {
	t.Helper()
	select {
	case <-changes:
		t.Errorf("%s was reported", what)
	case <-time.After(d):
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	changes := m.Changes(ctx)
	begun := time.Now()
	m.plug(1, securityKey, "Yubico", "YubiKey", 0o600)
	awaitReport(t, changes, "plugging in")
	if took := time.Since(begun); took < quiet {
		t.Errorf("reported after %v, which is too early for udev", took)
	}
	if err := os.Chmod(m.node(1), 0o660); err != nil {
		t.Fatal(err)
	}
	awaitReport(t, changes, "permission")
	if err := os.Remove(m.node(1)); err != nil {
		t.Fatal(err)
	}
	awaitReport(t, changes, "pulling out")

	// Changes of other nodes are not reported.
	for range 3 {
		m.write(filepath.Join(m.Dev, "hidraw"), nil, 0o600)
		m.write(filepath.Join(m.Dev, "tty1"), nil, 0o600)
	}
	staysQuiet(t, changes, 2*quiet, "a change of another node")
	cancel()
	if _, ok := <-changes; ok {
		t.Error("a change was reported after the end")
	}
}

// A change is reported in time, even if changes never stop.
func TestChangesThatNeverStop(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	changes := m.Changes(t.Context())
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(quiet / 4)
		defer tick.Stop()
		for i := 0; ; i++ {
			m.write(m.node(i%4), nil, 0o600)
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	}()
	awaitReport(t, changes, "many changes")
	close(stop)
	<-stopped
}

// If the directory cannot be watched, the channel is closed, and the client polls.
func TestNothingToWatch(t *testing.T) {
	t.Parallel()
	b := Bus{Dev: filepath.Join(t.TempDir(), "missing")}
	if _, ok := <-b.Changes(t.Context()); ok {
		t.Error("a change was reported for a missing directory")
	}
	m := newMachine(t)
	changes := m.Changes(t.Context())
	if err := os.RemoveAll(m.Dev); err != nil {
		t.Fatal(err)
	}
	if _, ok := <-changes; ok {
		t.Error("a change was reported for a removed directory")
	}
}

// event encodes an inotify event.
func event(mask uint32, name string, size uint32) []byte {
	e := make([]byte, unix.SizeofInotifyEvent+len(name))
	binary.NativeEndian.PutUint32(e[4:], mask)
	binary.NativeEndian.PutUint32(e[12:], size)
	copy(e[unix.SizeofInotifyEvent:], name)
	return e
}

func TestConcerns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		events   []byte
		reported bool
		err      error
	}{
		{"a node", event(unix.IN_CREATE, "hidraw7\x00\x00", 9), true, nil},
		{"another", event(unix.IN_CREATE, "hidraw\x00", 7), false, nil},
		{"too many", event(unix.IN_Q_OVERFLOW, "", 0), true, nil},
		{"directory gone", event(unix.IN_IGNORED, "", 0), false, errEnded},
		{"cut short", event(unix.IN_CREATE, "hid", 16), false, errEnded},
		{"two", append(event(unix.IN_CREATE, "tty1\x00\x00\x00\x00", 8), event(unix.IN_DELETE, "hidraw10\x00", 9)...), true, nil},
	} {
		if reported, err := concerns(tt.events); reported != tt.reported || err != tt.err {
			t.Errorf("%s: %v, %v; want %v, %v", tt.name, reported, err, tt.reported, tt.err)
		}
	}
}
