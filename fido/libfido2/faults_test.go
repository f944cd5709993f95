//go:build cgo && !nofido && linux

package libfido2_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	golib "github.com/keys-pub/go-libfido2"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/softkey"
	"nightlatch/fido/virtual"
)

// TestFaultTable provokes every fault of a ceremony with a USB key through libfido2, and
// checks its error. The faults of readers are tested in fido/nfc, and longer cases in
// story_test.go, pin_test.go, cancel_test.go, manage_test.go and permission_test.go.
func TestFaultTable(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		fault   string
		provoke func(f *fault) error
		want    error
	}{
		{"unplugged in mid-touch", (*fault).unplugged, fido.ErrRemoved},
		{"unplugged between two commands", (*fault).unpluggedBetween, fido.ErrRemoved},
		{"wrong PIN", (*fault).wrongPIN, fido.ErrWrongPIN},
		{"three wrong PINs in a row", (*fault).threeWrong, fido.ErrPINAuthBlocked},
		{"PIN locked", (*fault).locked, fido.ErrPINBlocked},
		{"PIN required", (*fault).pinRequired, fido.ErrPINRequired},
		{"PIN not set", (*fault).pinNotSet, fido.ErrPINNotSet},
		{"PIN against the key's policy", (*fault).pinPolicy, fido.ErrPINPolicy},
		{"no touch until our timeout", (*fault).noTouch, fido.ErrTimeout},
		{"no touch until the key's timeout", answering(0x01, 0x2f), fido.ErrTimeout},
		{"no action until the key's timeout", answering(0x01, 0x3a), fido.ErrTimeout},
		{"cancelled", (*fault).cancelled, fido.ErrCancelled},
		{"already enrolled", (*fault).enrolled, fido.ErrAlreadyEnrolled},
		{"already enrolled, hidden credential", (*fault).enrolledHidden, fido.ErrAlreadyEnrolled},
		{"no space", (*fault).full, fido.ErrNoSpace},
		{"not this account's key", (*fault).foreignKey, fido.ErrNotEnrolled},
		{"two keys plugged in", (*fault).two, fido.ErrSeveral},
		{"another program has it", (*fault).busy, fido.ErrBusy},
		{"reset refused", (*fault).resetRefused, fido.ErrNotAllowed},
		{"no permission", (*fault).noPermission, fido.ErrNoPermission},
		{"not a key", (*fault).notKey, fido.ErrNotKey},
		{"an error that says nothing", answering(0x01, 0x7f), fido.ErrAnswer},
		{"no touch, or declined on the key", answering(0x01, 0x27), fido.ErrUnconfirmed},
		{"unsupported algorithm", answering(0x01, 0x26), fido.ErrAlgorithm},
		{"unsupported option", answering(0x01, 0x2b), fido.ErrIncapable},
		{"unknown finger", answering(0x01, 0x3f), fido.ErrVerification},
	} {
		t.Run(row.fault, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			f := &fault{t: t, b: b, c: newClient(t, b, 10*time.Second)}
			if err := row.provoke(f); !errors.Is(err, row.want) {
				t.Errorf("error %v, want %v", err, row.want)
			}
		})
	}
}

// A fault has the bench and the client for one row.
type fault struct {
	t *testing.T
	b *virtual.Bench
	c *fido.Client
}

func (f *fault) create(k virtual.Key, pins ...string) error {
	change := verifying
	if len(pins) == 0 {
		change = nil
	}
	_, err := f.c.Create(f.t.Context(), device(k), creation(f.t, change), &person{pins: pins})
	return err
}

func (f *fault) enrol(k virtual.Key) []byte {
	f.t.Helper()
	made, err := f.c.Create(f.t.Context(), device(k), creation(f.t, nil), &person{})
	if err != nil {
		f.t.Fatal(err)
	}
	return unb64(f.t, idOf(f.t, made))
}

func excluding(id []byte) func(object) {
	return func(o object) {
		o["excludeCredentials"] = []object{{"type": "public-key", "id": b64(id)}}
	}
}

func (f *fault) unplugged() error {
	k := manual(f.t, f.b)
	blinking(f.t, f.b, k.ID, func() { _ = f.b.Unplug(k.ID) })
	return f.create(k)
}

// unpluggedBetween unplugs the key while the user enters the PIN and no command runs.
func (f *fault) unpluggedBetween() error {
	k := plug(f.t, f.b, "123456")
	_, err := f.c.Create(f.t.Context(), device(k), creation(f.t, verifying), typing(func() (string, error) {
		return "123456", f.b.Unplug(k.ID)
	}))
	return err
}

// A typing is a person that runs a function before it returns the PIN.
type typing func() (string, error)

func (typing) Show(fido.Prompt)                                 {}
func (p typing) PIN(context.Context, int, bool) (string, error) { return p() }

func (f *fault) wrongPIN() error {
	err := f.create(plug(f.t, f.b, "123456"), "000000")
	var wrong *fido.WrongPINError
	if !errors.As(err, &wrong) || wrong.TriesLeft != 7 {
		f.t.Errorf("%v does not report 7 tries left", err)
	}
	return err
}

func (f *fault) threeWrong() error {
	k := plug(f.t, f.b, "123456")
	err := f.create(k, "000001", "000002", "000003")
	if err := f.create(again(f.t, f.b, k), "123456"); err != nil {
		f.t.Errorf("the right PIN after plugging in again: %v", err)
	}
	return err
}

func (f *fault) locked() error {
	k := plug(f.t, f.b, "123456")
	for range 2 {
		if err := f.create(k, "000001", "000002", "000003"); !errors.Is(err, fido.ErrPINAuthBlocked) {
			f.t.Errorf("before that: %v", err)
		}
		k = again(f.t, f.b, k)
	}
	if err := f.create(k, "000007", "000008"); !errors.Is(err, fido.ErrPINBlocked) {
		f.t.Errorf("the last wrong PIN: %v", err)
	}
	k = again(f.t, f.b, k)
	if p, err := f.c.Info(f.t.Context(), device(k)); err != nil || p.PIN != fido.PINSet || p.PINTries != 0 {
		f.t.Errorf("Info = %+v, %v", p, err)
	}
	if _, err := f.c.Credentials(f.t.Context(), device(k), "123456"); !errors.Is(err, fido.ErrPINBlocked) {
		f.t.Errorf("listing: %v", err)
	}
	if err := f.c.SetPIN(f.t.Context(), device(k), "123456", "654321"); !errors.Is(err, fido.ErrPINBlocked) {
		f.t.Errorf("changing it: %v", err)
	}
	return f.create(k, "123456")
}

func (f *fault) pinRequired() error {
	k := plug(f.t, f.b, "123456")
	if _, err := f.c.Credentials(f.t.Context(), device(k), ""); !errors.Is(err, fido.ErrPINRequired) {
		f.t.Errorf("listing: %v", err)
	}
	_, err := f.c.Create(f.t.Context(), device(k), creation(f.t, verifying), &person{})
	return err
}

func (f *fault) pinNotSet() error {
	k := plug(f.t, f.b, "")
	if _, err := f.c.Credentials(f.t.Context(), device(k), "123456"); !errors.Is(err, fido.ErrPINNotSet) {
		f.t.Errorf("listing: %v", err)
	}
	return f.create(k, "123456")
}

// pinPolicy tests the key's own check: two characters of two bytes pass libfido2's.
func (f *fault) pinPolicy() error {
	k := plug(f.t, f.b, "")
	if err := f.c.SetPIN(f.t.Context(), device(k), "", "éé"); !errors.Is(err, fido.ErrPINPolicy) {
		f.t.Errorf("by the client: %v", err)
	}
	key, err := opener.Open(f.t.Context(), k.Path)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = key.Close() }()
	return key.SetPIN(f.t.Context(), "", "éé")
}

func (f *fault) noTouch() error {
	f.c = newClient(f.t, f.b, 100*time.Millisecond)
	return f.create(manual(f.t, f.b))
}

func (f *fault) cancelled() error {
	k := manual(f.t, f.b)
	ctx, cancel := context.WithCancel(f.t.Context())
	blinking(f.t, f.b, k.ID, cancel)
	_, err := f.c.Create(ctx, device(k), creation(f.t, nil), &person{})
	return err
}

func (f *fault) enrolled() error {
	k := plug(f.t, f.b, "")
	id := f.enrol(k)
	_, err := f.c.Create(f.t.Context(), device(k), creation(f.t, excluding(id)), &person{})
	var already *fido.AlreadyEnrolledError
	if !errors.As(err, &already) || !slices.Equal(already.CredentialID, id) {
		f.t.Errorf("%v does not name the credential", err)
	}
	return err
}

// enrolledHidden excludes a credential that is hidden without the PIN (credProtect 3,
// CTAP section 12.1). The key finds it with its exclude list.
func (f *fault) enrolledHidden() error {
	path := endpoint(f.t, autoTouchKey(f.t, softkey.Config{}))
	d, err := golib.NewDevice(path)
	if err != nil {
		f.t.Fatal(err)
	}
	if err := d.SetPIN("123456", ""); err != nil {
		f.t.Fatal(err)
	}
	made, err := d.MakeCredential(random(), rp, user("alice"), golib.ES256, "123456", &golib.MakeCredentialOpts{
		Extensions: []golib.Extension{golib.CredProtectExtension}, CredProtect: golib.CredProtectUVRequired,
	})
	if err != nil {
		f.t.Fatal(err)
	}
	_, err = f.c.Create(f.t.Context(), fido.Device{Path: path}, creation(f.t, func(o object) {
		verifying(o)
		excluding(made.CredentialID)(o)
	}), &person{pins: []string{"123456"}})
	return err
}

func (f *fault) full() error {
	d := fido.Device{Path: endpoint(f.t, autoTouchKey(f.t, softkey.Config{Capacity: 2}))}
	var err error
	for _, name := range []string{"alice", "bob", "carol"} {
		if err != nil {
			f.t.Fatalf("before it was full: %v", err)
		}
		_, err = f.c.Create(f.t.Context(), d, creation(f.t, func(o object) {
			o["user"] = object{"id": b64([]byte(name)), "name": name, "displayName": name}
			o["authenticatorSelection"] = object{"residentKey": "required", "userVerification": "discouraged"}
		}), &person{})
	}
	return err
}

func (f *fault) foreignKey() error {
	k := manual(f.t, f.b) // no touch is needed
	_, err := f.c.Get(f.t.Context(), device(k), request(f.t, "discouraged", b64(random())), &person{})
	return err
}

func (f *fault) two() error {
	plug(f.t, f.b, "")
	plug(f.t, f.b, "")
	_, err := f.c.Create(f.t.Context(), fido.Device{}, creation(f.t, nil), &person{})
	var several *fido.SeveralError
	if !errors.As(err, &several) || len(several.Devices) != 2 {
		f.t.Errorf("%v does not list them", err)
	}
	return err
}

func (f *fault) busy() error {
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

func (f *fault) resetRefused() error {
	var now atomic.Int64
	b, err := virtual.New(virtual.Config{Linger: -1, Now: func() time.Time { return time.Unix(now.Load(), 0) }})
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	k := plug(f.t, b, "")
	now.Add(11)
	return f.c.Reset(f.t.Context(), device(k), &person{})
}

func (f *fault) notKey() error {
	_, err := f.c.Create(f.t.Context(), fido.Device{Path: "/etc/passwd"}, creation(f.t, nil), &person{})
	return err
}

// A refusing key answers one command with an error status (CTAP section 8.2).
type refusing struct {
	*softkey.Key
	command, status byte
}

func (k refusing) CBOR(ctx context.Context, request []byte, status func(ctaphid.Status)) ([]byte, error) {
	if request[0] == k.command {
		return []byte{k.status}, nil
	}
	return k.Key.CBOR(ctx, request, status)
}

func answering(command, status byte) func(*fault) error {
	return func(f *fault) error {
		path := endpoint(f.t, refusing{autoTouchKey(f.t, softkey.Config{}), command, status})
		_, err := f.c.Create(f.t.Context(), fido.Device{Path: path}, creation(f.t, nil), &person{})
		return err
	}
}
