//go:build cgo && !nofido && linux

package libfido2_test

import (
	"context"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"nightlatch/fido/ctaphid"
)

// A host that died leaves the key's answer unread in the pseudo-terminal. It must not be
// taken for the answer to the next command.
func TestUnreadAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := plug(t, b, "")
	c := newClient(t, b, 10*time.Second)
	for range 20 {
		askAndLeave(t, k.Path)
		if _, err := c.Info(t.Context(), device(k)); err != nil {
			t.Fatalf("after an unread answer: %v", err)
		}
	}
}

// askAndLeave sends INIT and closes the key when the answer has come, without reading it.
func askAndLeave(t *testing.T, path string) {
	t.Helper()
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	reports, err := ctaphid.Message{Channel: ctaphid.Broadcast, Command: ctaphid.Init, Payload: make([]byte, 8)}.Reports()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := unix.Write(fd, append([]byte{0}, reports...)); err != nil { // the report ID first
		t.Fatal(err)
	}
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	if n, err := unix.Poll(fds, 10_000); err != nil || n != 1 {
		t.Fatalf("no answer: %d, %v", n, err)
	}
}

// An interrupted call leaves no answer behind for the next one.
func TestInterruptedCallLeavesNoAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := plug(t, b, "")
	c := newClient(t, b, 10*time.Second)
	for i := range 60 {
		ctx, cancel := context.WithCancel(t.Context())
		stop := time.AfterFunc(time.Duration(i%30)*100*time.Microsecond, cancel)
		_, _ = c.Info(ctx, device(k)) // it may succeed or fail
		stop.Stop()
		cancel()
		if _, err := c.Info(t.Context(), device(k)); err != nil {
			t.Errorf("after an interrupted call: %v", err)
		}
	}
}
