//go:build cgo && !nofido && linux

package libfido2_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/libfido2"
	"nightlatch/fido/virtual"
)

const leaderVariable = "NIGHTLATCH_TEST_SESSION_LEADER"

func TestMain(m *testing.M) {
	switch path := os.Getenv(nobodyVariable); {
	case os.Getenv(leaderVariable) != "":
		end(leadSession())
	case path != "":
		end(lookAt(path))
	default:
		os.Exit(m.Run())
	}
}

// end ends the child process.
func end(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// leadSession runs in the child process. It enrols with a virtual key and unplugs it.
func leadSession() error {
	b, err := virtual.New(virtual.Config{})
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	k, err := b.Plug("key", fido.USB, "")
	if err != nil {
		return err
	}
	if err := b.SetAutoTouch(k.ID, true); err != nil {
		return err
	}
	c, err := fido.New(fido.Config{Open: libfido2.Backend{}, Devices: b.Devices, Origin: origin})
	if err != nil {
		return err
	}
	options := json.RawMessage(`{"rp":{"name":"n"},"user":{"id":"YQ","name":"a"},"challenge":"YWJj"}`)
	if _, err := c.Create(context.Background(), device(k), options, &person{}); err != nil {
		return err
	}
	// The pseudo-terminal is now this session's controlling terminal. Closing it sends
	// SIGHUP.
	return b.Unplug(k.ID)
}

// A session leader without a controlling terminal, such as a program started by a service
// manager, survives the unplugging of a virtual key.
func TestSessionLeaderSurvivesUnplugging(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), leaderVariable+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("the program ended with %v: %s", err, out)
	}
}
