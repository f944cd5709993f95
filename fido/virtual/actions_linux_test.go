package virtual_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/softkey"
	"nightlatch/fido/virtual"
)

// fails runs one of libfido2's tools and checks that it fails with a message.
func fails(t *testing.T, complaint string, in []string, name string, args ...string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	cmd := exec.CommandContext(ctx, "setsid", append([]string{"-w", "sh", "-c", `"$@"; exit $?`, "sh", name}, args...)...)
	cmd.Stdin = strings.NewReader(strings.Join(in, "\n") + "\n")
	out, err := cmd.CombinedOutput()
	if err == nil || !bytes.Contains(out, []byte(complaint)) {
		t.Errorf("%s %s: %v: %s; want %s", name, strings.Join(args, " "), err, out, complaint)
	}
}

func plugKind(t *testing.T, b *virtual.Bench, kind softkey.Kind, pin string) virtual.Key {
	t.Helper()
	k, err := b.PlugNew(virtual.Spec{Name: string(kind), Transport: fido.USB, Kind: kind, PIN: pin})
	if err == nil {
		err = b.SetAutoTouch(k.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Other programs see the effects of the lab's actions.
func TestActions(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	in := file(t, random64(), "localhost", "alice", random64())
	k := plugKind(t, b, softkey.Fingerprint, "123456")

	if err := b.WrongFinger(k.ID, true); err != nil || !see(t, b, k.ID).WrongFinger {
		t.Errorf("the wrong finger: %v", err)
	}
	fails(t, "FIDO_ERR_UV_INVALID", nil, "fido2-cred", "-M", "-v", "-i", in, k.Path)
	if err := b.WrongFinger(k.ID, false); err != nil {
		t.Fatal(err)
	}
	tool(t, nil, "fido2-cred", "-M", "-v", "-i", in, k.Path)

	if err := b.Fill(k.ID); err != nil || see(t, b, k.ID).Remaining != 0 {
		t.Errorf("filling: %v", err)
	}
	fails(t, "FIDO_ERR_KEY_STORE_FULL", nil, "fido2-cred", "-M", "-v", "-r", "-i", in, k.Path)

	if err := b.ForcePINChange(k.ID); err != nil {
		t.Fatal(err)
	}
	contains(t, "fido2-token -I", tool(t, nil, "fido2-token", "-I", k.Path), "pin change required: true")
	if err := b.LockPIN(k.ID); err != nil || see(t, b, k.ID).PINTries != 0 {
		t.Errorf("locking the PIN: %v", err)
	}
	asked(t, nil, "fido2-token", "-L", "-r", k.Path) // the finger is enough
	if err := b.WrongFinger(k.ID, true); err != nil {
		t.Fatal(err)
	}
	fails(t, "FIDO_ERR_PIN_BLOCKED", []string{"123456"}, "fido2-token", "-L", "-r", k.Path)

	tool(t, nil, "fido2-token", "-R", k.Path)
	if left := see(t, b, k.ID); left.Finger || left.PIN || left.Used != 0 {
		t.Errorf("after a reset: %+v", left)
	}
	if err := b.EnrollFinger(k.ID); err != nil || !see(t, b, k.ID).Finger {
		t.Errorf("enrolling a finger: %v", err)
	}
}

// A key with a locked PIN refuses the right PIN too.
func TestLockedPIN(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := plugKind(t, b, softkey.FIDO2, "123456")
	asked(t, []string{"123456"}, "fido2-token", "-I", "-c", k.Path)
	if err := b.LockPIN(k.ID); err != nil {
		t.Fatal(err)
	}
	fails(t, "FIDO_ERR_PIN_BLOCKED", []string{"123456"}, "fido2-token", "-L", "-r", k.Path)
	fails(t, "FIDO_ERR_PIN_BLOCKED", []string{"123456", "654321", "654321"}, "fido2-token", "-C", k.Path)
}

func TestActionsOnAnUnknownKey(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for name, err := range map[string]error{
		"freeze": b.Freeze("x", true), "wrong finger": b.WrongFinger("x", true), "enrol": b.EnrollFinger("x"), "fill": b.Fill("x"),
		"lock": b.LockPIN("x"), "force": b.ForcePINChange("x"), "pull": b.PullOnTouch("x", true), "copy": second(b.Copy("x", "y")),
		"state": second(b.State("x")),
	} {
		if !errors.Is(err, virtual.ErrUnknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := b.PlugNew(virtual.Spec{Name: "x", Transport: fido.USB, Kind: "ble"}); !errors.Is(err, virtual.ErrKind) {
		t.Errorf("unknown kind: %v", err)
	}
	if _, err := b.PlugNew(virtual.Spec{Name: "x", Transport: fido.USB, Kind: softkey.U2F, PIN: "123456"}); !errors.Is(err, virtual.ErrU2F) {
		t.Errorf("a U2F key with a PIN: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// R34: a key and its copy both sign, with separate counters.
func TestCopiedKey(t *testing.T) {
	t.Parallel()
	for _, kind := range []softkey.Kind{softkey.FIDO2, softkey.U2F} {
		b := newBench(t)
		k := plugKind(t, b, kind, "")
		made := tool(t, []string{random64(), "localhost", "alice", random64()}, "fido2-cred", "-M", k.Path)
		twin, err := b.Copy(k.ID, "twin")
		if err == nil {
			err = b.SetAutoTouch(twin.ID, true)
		}
		if err != nil || twin.CopyOf != k.ID || twin.Kind != kind || twin.Path == k.Path {
			t.Fatalf("copy %+v, %v", twin, err)
		}
		count := func(path string) uint32 {
			t.Helper()
			signed := tool(t, []string{random64(), "localhost", made[4]}, "fido2-assert", "-G", path)
			wrapped, err := base64.StdEncoding.DecodeString(signed[2])
			if err != nil || len(wrapped) < 37 {
				t.Fatalf("authenticator data %q, %v", signed[2], err)
			}
			data := wrapped[len(wrapped)-37:]
			return binary.BigEndian.Uint32(data[33:])
		}
		one, two, three := count(k.Path), count(twin.Path), count(k.Path)
		if one != two || three != one+1 {
			t.Errorf("%s: counters %d and %d of the key, %d of its copy", kind, one, three, two)
		}
	}
}

// PullOnTouch unplugs a key while it blinks, once.
func TestPulledWhileItBlinks(t *testing.T) {
	t.Parallel()
	for _, kind := range []softkey.Kind{softkey.FIDO2, softkey.U2F} {
		b := newBench(t)
		k := plugKind(t, b, kind, "")
		if err := b.PullOnTouch(k.ID, true); err != nil || !see(t, b, k.ID).PullOnTouch {
			t.Fatal(err)
		}
		in := file(t, random64(), "localhost", "alice", random64())
		fails(t, "fido2-cred: ", nil, "fido2-cred", "-M", "-i", in, k.Path)
		seen := see(t, b, k.ID)
		for changed := b.Changed(); seen.PullOnTouch; changed = b.Changed() {
			<-changed
			seen = see(t, b, k.ID)
		}
		if seen.Plugged() || seen.WaitingForTouch {
			t.Errorf("%s: afterwards %+v", kind, seen)
		}
		seen, err := b.Replug(k.ID)
		if err != nil {
			t.Fatal(err)
		}
		tool(t, nil, "fido2-cred", "-M", "-i", in, seen.Path)
	}
}

// The lab can be reset while a key is about to be unplugged.
func TestResetWhilePulling(t *testing.T) {
	t.Parallel()
	b, err := virtual.New(virtual.Config{}) // the key blinks for a while
	if err != nil {
		t.Fatal(err)
	}
	k, err := b.Plug("key", fido.USB, "")
	if err == nil {
		err = b.PullOnTouch(k.ID, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	changed := b.Changed()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	cmd := exec.CommandContext(ctx, "fido2-cred", "-M", "-i", file(t, random64(), "localhost", "alice", random64()), k.Path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	for !see(t, b, k.ID).WaitingForTouch {
		<-changed
		changed = b.Changed()
	}
	if err := b.Reset(); err != nil {
		t.Errorf("reset: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}
