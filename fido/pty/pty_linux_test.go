package pty

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// visit opens an endpoint like another program.
func visit(t *testing.T, e *Endpoint) *os.File {
	t.Helper()
	fd, err := unix.Open(e.Path(), unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), e.Path())
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func endpoint(t *testing.T) *Endpoint {
	t.Helper()
	e, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// every has all byte values. The terminal must not change any.
func every() []byte {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

func TestBytesPassUnchanged(t *testing.T) {
	t.Parallel()
	e := endpoint(t)
	v := visit(t, e)
	for _, way := range []struct {
		name     string
		from, to io.ReadWriter
	}{{"in", v, e}, {"out", e, v}} {
		if _, err := way.from.Write(every()); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, 256)
		if _, err := io.ReadFull(way.to, got); err != nil || !bytes.Equal(got, every()) {
			t.Errorf("%s: %x, %v", way.name, got, err)
		}
	}
}

func TestPendingAndFlush(t *testing.T) {
	t.Parallel()
	e := endpoint(t)
	v := visit(t, e)
	if pending, err := e.Pending(); err != nil || pending {
		t.Errorf("pending %v, %v before anything was written", pending, err)
	}
	if _, err := e.Write(bytes.Repeat([]byte{1}, 20*reportSize)); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(5 * time.Second); ; { // the kernel passes data on with a delay
		pending, err := e.Pending()
		if err != nil {
			t.Fatal(err)
		}
		if pending {
			break
		}
		if time.Now().After(until) {
			t.Fatal("nothing is pending")
		}
	}
	if err := e.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Write(bytes.Repeat([]byte{2}, reportSize)); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, reportSize)
	if _, err := io.ReadFull(v, got); err != nil || got[0] != 2 {
		t.Errorf("read %x, %v; want what was written after the flush", got, err)
	}
}

func TestCloseIsUnplugging(t *testing.T) {
	t.Parallel()
	e := endpoint(t)
	v := visit(t, e)
	ended := make(chan error, 1)
	go func() {
		_, err := e.Read(make([]byte, reportSize))
		ended <- err
	}()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, os.ErrClosed) {
		t.Errorf("Read = %v, want %v", err, os.ErrClosed)
	}
	if n, err := v.Read(make([]byte, reportSize)); n != 0 || err == nil {
		t.Errorf("the visitor read %d bytes, %v", n, err)
	}
	if _, err := os.Stat(e.Path()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the path is still there: %v", err)
	}
	for name, err := range map[string]error{"Flush": e.Flush(), "Close": e.Close()} {
		if !errors.Is(err, os.ErrClosed) {
			t.Errorf("%s = %v, want %v", name, err, os.ErrClosed)
		}
	}
}
