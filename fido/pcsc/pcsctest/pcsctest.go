//go:build linux

// Package pcsctest runs a real pcscd for tests, with vsmartcard's virtual reader,
// and plays cards to it. Both are of the Debian packages pcscd and vsmartcard-vpcd.
package pcsctest

import (
	"bytes"
	"encoding/binary"
	"errors"
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

// apartMark says that this process has mounts and a network of its own.
const apartMark = "NIGHTLATCH_PCSC_APART"

// Apart runs the calling test in a process with mounts and a network of its own:
// pcscd has one place on a machine for its socket, and the virtual reader listens
// on a fixed port of every address. There they meet neither another test nor a
// pcscd that is in use. It reports whether this is that process; otherwise the test
// has been run and the caller returns.
func Apart(t *testing.T) bool {
	t.Helper()
	if os.Getenv(apartMark) != "" {
		return true
	}
	args := []string{"--mount", "--net"}
	if os.Getuid() != 0 {
		args = append(args, "--user", "--map-root-user")
	}
	args = append(args, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1", "-test.v")
	cmd := exec.CommandContext(t.Context(), "unshare", args...)
	cmd.Env = append(os.Environ(), apartMark+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// Furnish gives this process an empty /run, no USB and a loopback interface. It is
// called once, before anything else.
func Furnish(t testing.TB) {
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
	// Port is where the virtual reader waits for a card: vpcd's default.
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
	reach(t, "unix", socket).Close()
	return s
}

// Stop ends pcscd and waits for it.
func (s *Service) Stop() {
	s.stop.Do(func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
		_ = s.cmd.Wait()                          // killed is how it ends
	})
}

// reach connects to an address as soon as somebody listens there.
func reach(t testing.TB, network, address string) net.Conn {
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
	t.Fatalf("pcsctest: nobody listens at %s: %v", address, err)
	return nil
}

// A Card is what lies on the virtual reader. fido/nfc/applet is one.
type Card interface {
	PowerUp()
	PowerDown()
	Transmit(command []byte) ([]byte, error)
}

// Laid is a card on the virtual reader.
type Laid struct {
	conn net.Conn
	done chan error
	pull sync.Once
}

// Lay puts a card on the virtual reader, where it stays until the test ends or it
// is pulled.
func Lay(t testing.TB, c Card) *Laid {
	t.Helper()
	l := &Laid{conn: reach(t, "tcp", net.JoinHostPort("127.0.0.1", port)), done: make(chan error, 1)}
	go func() { l.done <- play(l.conn, c) }()
	t.Cleanup(func() {
		if err := l.Pull(); err != nil {
			t.Errorf("pcsctest: playing a card: %v", err)
		}
	})
	return l
}

// Pull takes the card away, whatever it is doing.
func (l *Laid) Pull() (err error) {
	l.pull.Do(func() {
		_ = l.conn.Close()
		err = <-l.done
	})
	return err
}

// atr is the answer to reset of a contactless card that says nothing of itself: T=1
// (PC/SC part 3, section 3.1.3.2.3).
var atr = []byte{0x3b, 0x80, 0x80, 0x01, 0x01}

// The commands of vpcd that are no APDU; each has one byte.
const (
	powerOff = 0
	powerOn  = 1
	reset    = 2
	askATR   = 4
)

// play answers vpcd: messages with their length in front, as two bytes. It returns
// once the connection is closed.
func play(conn net.Conn, c Card) error {
	defer func() { _ = conn.Close() }()
	c.PowerUp() // a reader's field is on when a card comes into it
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
				return fmt.Errorf("the card says: %w", err)
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
