package bridge_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/bridge"
	"nightlatch/fido/nfc"
)

func TestKeyAppearsAndDisappears(t *testing.T) {
	t.Parallel()
	d := newDesk("left", "right")
	b := newBridge(t, d, 0)
	awaitState(t, b, fido.ReaderEmpty)
	key, _ := newKey(t, "")
	d.lay("right", key)
	first := awaitKey(t, b)
	if want := (fido.Device{Path: first.Path, Transport: fido.NFC, Product: "right"}); first != want {
		t.Errorf("device %+v, want %+v", first, want)
	}
	if _, err := os.Stat(first.Path); err != nil {
		t.Errorf("nothing at its path: %v", err)
	}
	if r := b.Reader(t.Context()); r != (fido.Reader{State: fido.ReaderReady, Name: "right"}) {
		t.Errorf("reader %+v", r)
	}
	other, _ := newKey(t, "")
	d.lay("left", other)
	both := await(t, b, "two keys", func(_ fido.Reader, ds []fido.Device) bool { return len(ds) == 2 })
	if !slices.Contains(both, first) {
		t.Errorf("the first key has moved: %+v", both)
	}
	d.pull("left")
	awaitKey(t, b)
	d.pull("right")
	awaitState(t, b, fido.ReaderEmpty)
	if _, err := os.Stat(first.Path); err == nil {
		t.Error("its path is still there")
	}
}

// A card that is lifted and put down again between two listings is another card.
func TestSwapped(t *testing.T) {
	t.Parallel()
	d := newDesk("reader")
	b := newBridge(t, d, 0)
	first, _ := newKey(t, "")
	second, _ := newKey(t, "")
	d.lay("reader", first)
	awaitKey(t, b)
	first.PowerDown()
	second.PowerUp()
	d.change(func() {
		d.slot("reader").Events += 2
		d.cards["reader"] = second
	})
	await(t, b, "another key", func(_ fido.Reader, ds []fido.Device) bool { return len(ds) == 1 && d.connected() == 2 })
}

func TestStates(t *testing.T) {
	t.Parallel()
	key, _ := newKey(t, "")
	for name, tt := range map[string]struct {
		change func(d *desk)
		want   fido.ReaderState
		err    error
	}{
		"unsupported":       {func(d *desk) { d.err = fido.ErrUnsupported }, fido.ReaderUnsupported, fido.ErrUnsupported},
		"no pcscd":          {func(d *desk) { d.err = fido.ErrNoReaderService }, fido.NoReaderService, fido.ErrNoReaderService},
		"polkit says no":    {func(d *desk) { d.err = fido.ErrNoPermission }, fido.ReaderDenied, fido.ErrReadersDenied},
		"no reader":         {func(d *desk) { d.slots = nil }, fido.NoReader, fido.ErrNoReader},
		"no card":           {func(*desk) {}, fido.ReaderEmpty, fido.ErrNoCard},
		"a bank card":       {func(d *desk) { d.lay("left", bankCard{}) }, fido.ReaderNotFIDO, fido.ErrNotFIDOCard},
		"no answer":         {func(d *desk) { d.slot("left").Unresponsive = true; d.lay("left", key) }, fido.ReaderNotFIDO, fido.ErrNotFIDOCard},
		"in use":            {func(d *desk) { d.slot("left").InUse = true; d.lay("left", key) }, fido.ReaderBusy, fido.ErrBusy},
		"in use at connect": {func(d *desk) { d.lay("left", refusing{err: fido.ErrBusy}) }, fido.ReaderBusy, fido.ErrBusy},
		"removed already":   {func(d *desk) { d.lay("left", refusing{err: fido.ErrCardPulled}) }, fido.ReaderEmpty, fido.ErrNoCard},
		"wrong protocol":    {func(d *desk) { d.lay("left", refusing{err: fido.ErrNotFIDOCard}) }, fido.ReaderNotFIDO, fido.ErrNotFIDOCard},
		"a bank card and a key": {func(d *desk) {
			d.lay("left", bankCard{})
			k, _ := newKey(t, "")
			d.lay("right", k)
		}, fido.ReaderReady, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk("left", "right")
			tt.change(d)
			b := newBridge(t, d, 0)
			got := b.Reader(t.Context())
			if got.State != tt.want || !errors.Is(got.State.Err(), tt.err) {
				t.Errorf("%v, which is %v; want %v", got.State, got.State.Err(), tt.want)
			}
			if ds, err := b.Devices(t.Context()); err != nil || (len(ds) > 0) != (tt.want == fido.ReaderReady) {
				t.Errorf("devices %v, %v", ds, err)
			}
		})
	}
}

// A card that another program used exclusively becomes a key when it is released.
func TestExclusiveUseEnds(t *testing.T) {
	t.Parallel()
	d := newDesk("reader")
	key, _ := newKey(t, "")
	d.slot("reader").InUse = true
	d.lay("reader", key)
	b := newBridge(t, d, 0)
	awaitState(t, b, fido.ReaderBusy)
	d.change(func() { d.slot("reader").InUse = false })
	awaitKey(t, b)
}

// A stuttering card fails its nth command with fido.ErrInterrupted, once.
type stuttering struct {
	nfc.Card
	left int
}

func (s *stuttering) Transmit(command []byte) ([]byte, error) {
	if s.left--; s.left == 0 {
		return nil, fido.ErrInterrupted
	}
	return s.Card.Transmit(command)
}

// If a card fails while it is examined, it is tried again. If it fails later, it gets a
// new path, since its users have lost the connection.
func TestCardThatFailsOnce(t *testing.T) {
	t.Parallel()
	d := newDesk("reader")
	key, _ := newKey(t, "")
	key.PowerUp()
	d.lay("reader", &stuttering{key, 1})
	b := newBridge(t, d, 0)
	awaitKey(t, b)
	d.pull("reader")
	awaitState(t, b, fido.ReaderEmpty)

	key.PowerUp()
	d.lay("reader", &stuttering{key, 2})
	hello(t, awaitKey(t, b).Path)
	await(t, b, "it again", func(_ fido.Reader, ds []fido.Device) bool { return len(ds) == 1 && d.connected() == 4 })
}

// hello sends authenticatorGetInfo to the key at a path without reading the answer.
func hello(t testing.TB, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	report := make([]byte, 65)
	copy(report[1:], "\xff\xff\xff\xff\x86\x00\x0812345678")
	if _, err := f.Write(report); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 64)
	if _, err := f.Read(answer); err != nil {
		t.Fatal(err)
	}
	clear(report)
	copy(report[1:], answer[15:19]) // the channel
	copy(report[5:], "\x90\x00\x01\x04")
	if _, err := f.Write(report); err != nil {
		t.Fatal(err)
	}
	_, _ = f.Read(answer) // the path may be removed already
}

// An unused card is disconnected after a while, and found again at the next use.
func TestIdle(t *testing.T) {
	t.Parallel()
	d := newDesk("reader")
	key, _ := newKey(t, "")
	d.lay("reader", key)
	b := newBridge(t, d, 50*time.Millisecond)
	if ds, err := b.Devices(t.Context()); err != nil || len(ds) != 1 {
		t.Fatalf("%v, %v", ds, err)
	} else {
		gone(t, ds[0].Path)
	}
	ctx := t.Context()
	changes := b.Changes(ctx)
	again := awaitKey(t, b)
	<-time.After(200 * time.Millisecond) // four times the linger time
	if _, err := os.Stat(again.Path); err != nil {
		t.Errorf("while Changes is open: %v", err)
	}
	select {
	case <-changes:
	default:
		t.Error("no change was reported")
	}
}

// gone waits until a path is removed.
func gone(t testing.TB, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if n, err := f.Read(make([]byte, 64)); err == nil && n > 0 {
		t.Errorf("%s says %d bytes", path, n)
	}
}

// A smart card service that hangs does not block Devices and Close.
func TestHangingService(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBridge(t, hanging{}, 0)
		begun := time.Now()
		ds, err := b.Devices(t.Context())
		if waited := time.Since(begun); err != nil || len(ds) > 0 || waited > 2*time.Second {
			t.Errorf("%v, %v after %v", ds, err, waited)
		}
		b.Close()
		if ds, err := b.Devices(t.Context()); err != nil || len(ds) > 0 {
			t.Errorf("closed: %v, %v", ds, err)
		}
	})
}

type hanging struct{ *desk }

func (hanging) Watch(ctx context.Context, _ func([]nfc.Slot, error)) { <-ctx.Done() }

func TestNoCardToBridge(t *testing.T) {
	t.Parallel()
	if _, err := bridge.New(bridge.Config{}); err == nil {
		t.Error("New accepts a Config without Readers")
	}
}

// TestNothingLeaks puts a key on the reader and removes it many times. It does not run in
// parallel: the resources of other tests would be counted.
func TestNothingLeaks(t *testing.T) {
	d := newDesk("reader")
	b := newBridge(t, d, 0)
	key, _ := newKey(t, "")
	round := func() {
		d.lay("reader", key)
		hello(t, awaitKey(t, b).Path)
		d.pull("reader")
		awaitState(t, b, fido.ReaderEmpty)
	}
	round() // the first round starts Go's poller
	fds, routines := descriptors(t), runtime.NumGoroutine()
	for range 200 {
		round()
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > routines && time.Now().Before(deadline); {
		runtime.Gosched() // let goroutines of closed Changes end
	}
	if n := descriptors(t); n > fds {
		t.Errorf("%d descriptors, %d before", n, fds)
	}
	if n := runtime.NumGoroutine(); n > routines {
		t.Errorf("%d goroutines, %d before", n, routines)
	}
}

func descriptors(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// A card that is placed badly is tried for a while, then not again until it moves.
func TestBadlyPlacedCard(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk("reader")
		d.lay("reader", refusing{err: fido.ErrInterrupted})
		b := newBridge(t, d, time.Hour)
		if r := b.Reader(t.Context()); r.State != fido.ReaderEmpty {
			t.Errorf("%v", r)
		}
		<-time.After(4 * time.Second)
		tried := d.connected()
		if tried < 8 || tried > 9 {
			t.Errorf("tried %d times in 4 seconds", tried)
		}
		<-time.After(10 * time.Minute)
		if n := d.connected(); n != 11 {
			t.Errorf("tried %d times", n)
		}
		d.change(func() { d.slot("reader").Events++ })
		synctest.Wait()
		if n := d.connected(); n != 12 {
			t.Errorf("after it moved: %d times", n)
		}
	})
}
