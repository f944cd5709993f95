//go:build linux

// Package pcsctest runs a real pcscd for tests, with vsmartcard's virtual reader and
// simulated cards. They are in the Debian packages pcscd and vsmartcard-vpcd.
package pcsctest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// isolatedVariable is the environment variable of the process that RunIsolated starts.
const isolatedVariable = "NIGHTLATCH_PCSC_ISOLATED"

// RunIsolated runs the calling test in a child process with separate mount and network
// namespaces. The path of pcscd's socket and the port of the virtual reader are fixed,
// so the test would otherwise conflict with other tests and with the system's pcscd.
// It returns true in the child. In the parent it runs the child, reports its failure
// and returns false; the caller must then return.
func RunIsolated(t *testing.T) bool {
	t.Helper()
	if os.Getenv(isolatedVariable) != "" {
		return true
	}
	args := []string{"--mount", "--net"}
	if os.Getuid() != 0 {
		args = append(args, "--user", "--map-root-user")
	}
	args = append(args, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1", "-test.v")
	if dir := flag.Lookup("test.gocoverdir"); dir != nil && dir.Value.String() != "" {
		args = append(args, "-test.gocoverdir="+dir.Value.String()) // the parent's report includes the child's coverage
	}
	cmd := exec.CommandContext(t.Context(), "unshare", args...)
	cmd.Env = append(os.Environ(), isolatedVariable+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// SetUp gives this process an empty /run, no USB devices and a loopback interface. It
// must be called once, before Start.
func SetUp(t testing.TB) {
	t.Helper()
	for _, dir := range []string{"/run", "/dev/bus/usb"} {
		if err := unix.Mount("none", dir, "tmpfs", 0, ""); err != nil && !errors.Is(err, unix.ENOENT) {
			t.Fatalf("pcsctest: mounting %s: %v", dir, err)
		}
	}
	if err := os.Mkdir("/run/pcscd", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := loopbackUp(); err != nil {
		t.Fatalf("pcsctest: loopback: %v", err)
	}
}

func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
}

const (
	socket = "/run/pcscd/pcscd.comm"
	// Port is vpcd's default port, on which it waits for a card.
	port = "35963"
)

// Reader is the name that pcscd gives to the virtual reader.
const Reader = "Nightlatch test reader 00 00"

const readerConf = `FRIENDLYNAME "Nightlatch test reader"
DEVICENAME   /dev/null:0x8C7B
LIBPATH      /usr/lib/pcsc/drivers/serial/libifdvpcd.so
CHANNELID    0x8C7B
`

// A Service is a running pcscd.
type Service struct {
	cmd  *exec.Cmd
	log  bytes.Buffer
	stop sync.Once
}

// Start starts pcscd, with or without the virtual reader, and waits until it
// answers. It ends with the test, or with Stop.
func Start(t testing.TB, withReader bool) *Service {
	t.Helper()
	conf := t.TempDir()
	if withReader {
		if err := os.WriteFile(filepath.Join(conf, "vpcd"), []byte(readerConf), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := &Service{cmd: exec.CommandContext(t.Context(), "pcscd", "--foreground", "--error", "--config", conf)}
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	s.cmd.WaitDelay = 5 * time.Second
	if err := s.cmd.Start(); err != nil {
		t.Fatalf("pcsctest: %v", err)
	}
	t.Cleanup(s.Stop)
	dial(t, "unix", socket).Close()
	return s
}

// Stop ends pcscd and waits for it.
func (s *Service) Stop() {
	s.stop.Do(func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
		_ = s.cmd.Wait()                          // the error is the signal
	})
}

// dial connects to an address as soon as a process listens there.
func dial(t testing.TB, network, address string) net.Conn {
	t.Helper()
	var err error
	for begun := time.Now(); time.Since(begun) < 20*time.Second; {
		var c net.Conn
		if c, err = net.DialTimeout(network, address, time.Second); err == nil {
			return c
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-t.Context().Done():
		}
	}
	t.Fatalf("pcsctest: no process listens at %s: %v", address, err)
	return nil
}

// A Card is a simulated card. fido/nfc/applet is one.
type Card interface {
	PowerUp()
	PowerDown()
	Transmit(command []byte) ([]byte, error)
}

// A PlacedCard is a card on the virtual reader.
type PlacedCard struct {
	conn net.Conn
	done chan error
	pull sync.Once
}

// PlaceCard puts a card on the virtual reader until Pull is called or the test ends.
func PlaceCard(t testing.TB, c Card) *PlacedCard {
	t.Helper()
	l := &PlacedCard{conn: dial(t, "tcp", net.JoinHostPort("127.0.0.1", port)), done: make(chan error, 1)}
	go func() { l.done <- play(l.conn, c) }()
	t.Cleanup(func() {
		if err := l.Pull(); err != nil {
			t.Errorf("pcsctest: playing a card: %v", err)
		}
	})
	return l
}

// Pull takes the card off the reader, even during a command.
func (l *PlacedCard) Pull() (err error) {
	l.pull.Do(func() {
		_ = l.conn.Close()
		err = <-l.done
	})
	return err
}

// atr is the answer to reset of a contactless card without historical bytes: T=1 (PC/SC
// part 3, section 3.1.3.2.3).
var atr = []byte{0x3b, 0x80, 0x80, 0x01, 0x01}

// vpcd's control commands. Each is one byte, and all other messages are APDUs.
const (
	powerOff = 0
	powerOn  = 1
	reset    = 2
	askATR   = 4
)

// play answers vpcd until the connection is closed. Messages have a two-byte length in
// front.
func play(conn net.Conn, c Card) error {
	defer func() { _ = conn.Close() }()
	c.PowerUp() // a reader's field is on when the card enters it
	defer c.PowerDown()
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return ended(err)
		}
		message := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, message); err != nil {
			return ended(err)
		}
		var answer []byte
		switch {
		case len(message) == 1 && message[0] == powerOff:
			c.PowerDown()
			continue
		case len(message) == 1 && (message[0] == powerOn || message[0] == reset):
			c.PowerUp()
			continue
		case len(message) == 1 && message[0] == askATR:
			answer = atr
		default:
			var err error
			if answer, err = c.Transmit(message); err != nil {
				return fmt.Errorf("card: %w", err)
			}
		}
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return ended(err)
		}
	}
}

func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return err
}
