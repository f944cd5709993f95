package seal

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	secretService = "org.freedesktop.secrets"
	loginKeyring  = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
)

// A desktop is a private D-Bus session with gnome-keyring on it, in directories
// of the test. It has no service files, so nothing restarts the keyring.
type desktop struct {
	*testing.T
	env     []string
	bus     *dbus.Conn
	keyring *exec.Cmd
}

const busConfig = `<busconfig>
  <type>session</type>
  <listen>unix:dir=DIR</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

// newDesktop starts the bus and the keyring, and waits until the keyring is
// unlocked and has its name on the bus.
func newDesktop(t *testing.T) *desktop {
	t.Helper()
	dir, err := os.MkdirTemp("", "nightlatch") // short: the path of a socket has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	config := filepath.Join(dir, "bus.conf")
	if err := os.WriteFile(config, []byte(strings.ReplaceAll(busConfig, "DIR", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	d := &desktop{T: t, env: append(os.Environ(), "HOME="+dir, "XDG_RUNTIME_DIR="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)}

	daemon := exec.Command("dbus-daemon", "--config-file="+config, "--nofork", "--print-address=1")
	daemon.Env = d.env
	out, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	d.start(daemon)
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the bus printed no address: %v", err)
	}
	address = strings.TrimSpace(address)
	d.env = append(d.env, "DBUS_SESSION_BUS_ADDRESS="+address)
	if d.bus, err = dbus.Connect(address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.bus.Close() })

	err = d.bus.AddMatchSignal(dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, secretService))
	if err != nil {
		t.Fatal(err)
	}
	owners := make(chan *dbus.Signal, 16)
	d.bus.Signal(owners)
	d.keyring = exec.Command("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	d.keyring.Env, d.keyring.Stdin = d.env, strings.NewReader("password of the login keyring")
	d.start(d.keyring)
	select {
	case <-owners:
	case <-time.After(time.Minute):
		t.Fatal("gnome-keyring-daemon did not appear on the bus")
	}
	return d
}

// start starts a program that runs until the test ends.
func (d *desktop) start(cmd *exec.Cmd) {
	d.Helper()
	if err := cmd.Start(); errors.Is(err, exec.ErrNotFound) {
		d.Fatalf("%v: install what the tests need with .ci/setup test", err)
	} else if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() { stop(cmd) })
}

func stop(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// load loads the master key of a data directory in a process of its own.
func (d *desktop) load(dir string) (key, failure string) {
	d.Helper()
	exe, err := os.Executable()
	if err != nil {
		d.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(d.env, childVar+"="+dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", strings.TrimSpace(stderr.String())
	}
	return strings.TrimSpace(string(out)), ""
}

// wantUnusable checks a keyring that returns no secrets: a key in it cannot be loaded,
// and a new key goes into a file.
func (d *desktop) wantUnusable(why, dir string) {
	d.Helper()
	if key, failure := d.load(dir); key != "" || !strings.Contains(failure, ErrKeyring.Error()) {
		d.Errorf("%s: loaded %q, failure %q; want %q", why, key, failure, ErrKeyring)
	}
	other := d.TempDir()
	key, failure := d.load(other)
	if key == "" || failure != "" {
		d.Errorf("%s, new directory: %s", why, failure)
	}
	if text := masterFile(d.T, other); text != inFile+key+"\n" {
		d.Errorf("%s, new directory: the file does not hold the key", why)
	}
}

func TestMasterInGNOMEKeyring(t *testing.T) {
	t.Parallel()
	d, dir := newDesktop(t), t.TempDir()
	key, failure := d.load(dir)
	if key == "" {
		t.Fatal(failure)
	}
	if text := masterFile(t, dir); !strings.HasPrefix(text, inKeyring) || strings.Contains(text, key) {
		t.Errorf("the file says %q, want the name of an entry in the keyring", text)
	}
	if again, failure := d.load(dir); again != key {
		t.Errorf("a second process loaded another key, or none: %s", failure)
	}

	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	service := d.bus.Object(secretService, "/org/freedesktop/secrets")
	err := service.Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{loginKeyring}).Store(&locked, &prompt)
	if err != nil || len(locked) != 1 {
		t.Fatalf("locked %v, %v", locked, err)
	}
	d.wantUnusable("locked", dir)

	stop(d.keyring)
	d.wantUnusable("not running", dir)
}
