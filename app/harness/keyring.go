package harness

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/godbus/dbus/v5"
)

const busConfig = `<busconfig>
  <type>session</type>
  <listen>unix:dir=DIR</listen>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
`

// A Keyring is an unlocked gnome-keyring on a private D-Bus session, in a separate directory.
type Keyring struct {
	// Env has the variables with which a program finds the keyring.
	Env []string

	bus, daemon *exec.Cmd
}

// StartKeyring starts a keyring in dir, whose path must be short: it holds a socket.
func StartKeyring(dir string) (*Keyring, error) {
	config := filepath.Join(dir, "bus.conf")
	if err := os.WriteFile(config, []byte(strings.ReplaceAll(busConfig, "DIR", dir)), 0o600); err != nil {
		return nil, err
	}
	k := &Keyring{Env: []string{"HOME=" + dir, "XDG_RUNTIME_DIR=" + dir, "XDG_DATA_HOME=" + dir, "XDG_CONFIG_HOME=" + dir}}
	k.bus = exec.Command("dbus-daemon", "--config-file="+config, "--nofork", "--print-address=1")
	k.bus.Env = append(os.Environ(), k.Env...)
	out, err := k.bus.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := k.bus.Start(); err != nil {
		return nil, fmt.Errorf("harness: %w: install what the tests need with .ci/setup test", err)
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		k.Stop()
		return nil, fmt.Errorf("harness: the bus printed no address: %w", err)
	}
	address = strings.TrimSpace(address)
	k.Env = append(k.Env, "DBUS_SESSION_BUS_ADDRESS="+address)
	if err := k.unlock(address); err != nil {
		k.Stop()
		return nil, err
	}
	return k, nil
}

// unlock starts the keyring's program and waits until its name is on the bus.
func (k *Keyring) unlock(address string) error {
	conn, err := dbus.Connect(address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.AddMatchSignal(dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, "org.freedesktop.secrets")); err != nil {
		return err
	}
	owners := make(chan *dbus.Signal, 16)
	conn.Signal(owners)
	k.daemon = exec.Command("gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	k.daemon.Env, k.daemon.Stdin = append(os.Environ(), k.Env...), strings.NewReader("password of the login keyring")
	if err := k.daemon.Start(); err != nil {
		return fmt.Errorf("harness: %w: install what the tests need with .ci/setup test", err)
	}
	if _, there := <-owners; !there {
		return errors.New("harness: the bus ended")
	}
	return nil
}

// Freeze makes the keyring accept calls without answering them. Thaw ends this.
func (k *Keyring) Freeze() error { return k.daemon.Process.Signal(syscall.SIGSTOP) }

// Thaw undoes Freeze.
func (k *Keyring) Thaw() error { return k.daemon.Process.Signal(syscall.SIGCONT) }

// Stop ends the keyring and its bus.
func (k *Keyring) Stop() {
	for _, cmd := range []*exec.Cmd{k.daemon, k.bus} {
		if cmd != nil && cmd.Process != nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
}
