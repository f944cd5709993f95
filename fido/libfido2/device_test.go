//go:build cgo && !nofido && linux

package libfido2_test

import (
	"encoding/base64"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/pty"
	"nightlatch/fido/virtual"
)

// The faults of device files. All others are in fidotest.
func TestDeviceFaults(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		fault   string
		provoke func(deviceFault) error
		want    error
	}{
		{"another program has it", deviceFault.busy, fido.ErrBusy},
		{"no permission", deviceFault.noPermission, fido.ErrNoPermission},
		{"not a key", deviceFault.notKey, fido.ErrNotKey},
	} {
		t.Run(row.fault, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			f := deviceFault{t: t, b: b, c: newClient(t, b, 10*time.Second)}
			if err := row.provoke(f); !errors.Is(err, row.want) {
				t.Errorf("error %v, want %v", err, row.want)
			}
		})
	}
}

// A deviceFault has the bench and the client for one row.
type deviceFault struct {
	t *testing.T
	b *virtual.Bench
	c *fido.Client
}

func (f deviceFault) create(k virtual.Key) error {
	_, err := f.c.Create(f.t.Context(), device(k), creation(f.t, nil), &person{})
	return err
}

func (f deviceFault) busy() error {
	k := manual(f.t, f.b)
	other := occupy(f.t, f.b, k)
	err := f.create(k)
	if _, err := f.c.Choose(f.t.Context(), []fido.Device{device(k)}, &person{}); !errors.Is(err, fido.ErrBusy) {
		f.t.Errorf("choosing it: %v", err)
	}
	_ = f.b.Touch(k.ID)
	if err := other.Wait(); err != nil {
		f.t.Errorf("the other program was disturbed: %v", err)
	}
	return err
}

func (f deviceFault) notKey() error {
	_, err := f.c.Create(f.t.Context(), fido.Device{Path: "/etc/passwd"}, creation(f.t, nil), &person{})
	return err
}

func TestChildProcessesDuringTouch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := manual(t, b)
	c := newClient(t, b, 10*time.Second)
	sleeper := exec.CommandContext(t.Context(), "sleep", "60")
	blinking(t, b, k.ID, func() {
		if err := sleeper.Start(); err != nil {
			t.Error(err)
		}
		for range 20 {
			if err := exec.Command("true").Run(); err != nil {
				t.Error(err)
			}
		}
		_ = b.Touch(k.ID)
	})
	made, err := c.Create(t.Context(), device(k), creation(t, nil), &person{})
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	defer func() {
		_ = sleeper.Process.Kill()
		_ = sleeper.Wait()
	}()
	begun := time.Now()
	blinking(t, b, k.ID, func() { _ = b.Touch(k.ID) })
	if _, err := c.Get(t.Context(), device(k), request(t, "discouraged", idOf(t, made)), &person{}); err != nil {
		t.Fatalf("Get while the child runs: %v", err)
	}
	if took := time.Since(begun); took > time.Second {
		t.Errorf("Get took %v: the child has the key's descriptor", took)
	}
}

func occupy(t *testing.T, b *virtual.Bench, k virtual.Key) *exec.Cmd {
	t.Helper()
	line := func(b []byte) string { return base64.StdEncoding.EncodeToString(b) + "\n" }
	other := exec.CommandContext(t.Context(), "fido2-cred", "-M", k.Path)
	other.Stdin = strings.NewReader(line(random()) + "localhost\nbob\n" + line(random()))
	waiting := make(chan struct{})
	blinking(t, b, k.ID, func() { close(waiting) })
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	<-waiting
	return other
}

func TestBusy(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := manual(t, b)
	c := newClient(t, b, 10*time.Second)
	other := occupy(t, b, k)
	begun := time.Now()
	_, err := c.Create(t.Context(), device(k), creation(t, nil), &person{})
	if !errors.Is(err, fido.ErrBusy) {
		t.Errorf("Create = %v, want %v", err, fido.ErrBusy)
	}
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
	_ = b.Touch(k.ID)
	if err := other.Wait(); err != nil {
		t.Errorf("the other program was disturbed: %v", err)
	}
}

func TestAfterAKilledProgram(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := manual(t, b)
	c := newClient(t, b, 10*time.Second)
	other := occupy(t, b, k)
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait()
	who := &person{On: func(p fido.Prompt) {
		if p.Kind == fido.Touch {
			_ = b.SetAutoTouch(k.ID, true)
		}
	}}
	if _, err := c.Create(t.Context(), device(k), creation(t, nil), who); err != nil {
		t.Fatalf("Create: %v", err)
	}
}

func TestNotAKey(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c := newClient(t, b, time.Second)
	for path, want := range map[string]error{
		"/nowhere/at/all": fido.ErrRemoved,
		"/etc/passwd":     fido.ErrNotKey,
	} {
		_, err := c.Create(t.Context(), fido.Device{Path: path}, creation(t, nil), &person{})
		if !errors.Is(err, want) {
			t.Errorf("Create on %s = %v, want %v", path, err, want)
		}
	}
}

func TestBusyOnINIT(t *testing.T) {
	t.Parallel()
	e, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() {
		record := make([]byte, ctaphid.RecordSize)
		for {
			if _, err := e.Read(record); err != nil {
				served <- nil
				return
			}
			busy, err := ctaphid.Message{Channel: ctaphid.Broadcast, Command: ctaphid.Error, Payload: []byte{byte(ctaphid.ChannelBusy)}}.Reports()
			if err == nil {
				_, err = e.Write(busy)
			}
			if err != nil {
				served <- err
				return
			}
		}
	}()
	_, err = newClient(t, newBench(t), time.Second).Info(t.Context(), fido.Device{Path: e.Path()})
	if !errors.Is(err, fido.ErrBusy) {
		t.Errorf("Info = %v", err)
	}
	if err := errors.Join(e.Close(), <-served); err != nil {
		t.Error(err)
	}
}
