package fidotest

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctap2/wire"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/softkey"
	"nightlatch/fido/virtual"
)

// TestFaultTable provokes every fault of a ceremony with a USB key through libfido2, and
// checks its error. The faults of readers are tested in fido/nfc, and longer cases in
// story_test.go, pin_test.go, cancel_test.go, manage_test.go and permission_test.go.
func (s suite) FaultTable(t *testing.T) {
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
		{"reset refused", (*fault).resetRefused, fido.ErrNotAllowed},
		{"an error that says nothing", answering(0x01, 0x7f), fido.ErrAnswer},
		{"no touch, or declined on the key", answering(0x01, 0x27), fido.ErrUnconfirmed},
		{"unsupported algorithm", answering(0x01, 0x26), fido.ErrAlgorithm},
		{"unsupported option", answering(0x01, 0x2b), fido.ErrIncapable},
		{"unknown finger", answering(0x01, 0x3f), fido.ErrVerification},
	} {
		t.Run(row.fault, func(t *testing.T) {
			t.Parallel()
			b := s.NewBench(t)
			f := &fault{suite: s, t: t, b: b, c: s.NewClient(t, b, 10*time.Second)}
			if err := row.provoke(f); !errors.Is(err, row.want) {
				t.Errorf("error %v, want %v", err, row.want)
			}
		})
	}
}

// A fault has the bench and the client for one row.
type fault struct {
	suite
	t *testing.T
	b *virtual.Bench
	c *fido.Client
}

func (f *fault) create(k virtual.Key, pins ...string) error {
	change := Verifying
	if len(pins) == 0 {
		change = nil
	}
	_, err := f.c.Create(f.t.Context(), Device(k), Creation(f.t, change), &Person{PINs: pins})
	return err
}

func (f *fault) enrol(k virtual.Key) []byte {
	f.t.Helper()
	made, err := f.c.Create(f.t.Context(), Device(k), Creation(f.t, nil), &Person{})
	if err != nil {
		f.t.Fatal(err)
	}
	return Unb64(f.t, IDOf(f.t, made))
}

func excluding(id []byte) func(Object) {
	return func(o Object) {
		o["excludeCredentials"] = []Object{{"type": "public-key", "id": B64(id)}}
	}
}

func (f *fault) unplugged() error {
	k := Manual(f.t, f.b)
	Blinking(f.t, f.b, k.ID, func() { _ = f.b.Unplug(k.ID) })
	return f.create(k)
}

// unpluggedBetween unplugs the key while the user enters the PIN and no command runs.
func (f *fault) unpluggedBetween() error {
	k := Plug(f.t, f.b, "123456")
	_, err := f.c.Create(f.t.Context(), Device(k), Creation(f.t, Verifying), typing(func() (string, error) {
		return "123456", f.b.Unplug(k.ID)
	}))
	return err
}

// A typing is a person that runs a function before it returns the PIN.
type typing func() (string, error)

func (typing) Show(fido.Prompt) {}

func (p typing) PIN(context.Context, int, bool) (string, error) { return p() }

func (f *fault) wrongPIN() error {
	err := f.create(Plug(f.t, f.b, "123456"), "000000")
	var wrong *fido.WrongPINError
	if !errors.As(err, &wrong) || wrong.TriesLeft != 7 {
		f.t.Errorf("%v does not report 7 tries left", err)
	}
	return err
}

func (f *fault) threeWrong() error {
	k := Plug(f.t, f.b, "123456")
	err := f.create(k, "000001", "000002", "000003")
	if err := f.create(Again(f.t, f.b, k), "123456"); err != nil {
		f.t.Errorf("the right PIN after plugging in again: %v", err)
	}
	return err
}

func (f *fault) locked() error {
	k := Plug(f.t, f.b, "123456")
	for range 2 {
		if err := f.create(k, "000001", "000002", "000003"); !errors.Is(err, fido.ErrPINAuthBlocked) {
			f.t.Errorf("before that: %v", err)
		}
		k = Again(f.t, f.b, k)
	}
	if err := f.create(k, "000007", "000008"); !errors.Is(err, fido.ErrPINBlocked) {
		f.t.Errorf("the last wrong PIN: %v", err)
	}
	k = Again(f.t, f.b, k)
	if p, err := f.c.Info(f.t.Context(), Device(k)); err != nil || p.PIN != fido.PINSet || p.PINTries != 0 {
		f.t.Errorf("Info = %+v, %v", p, err)
	}
	if _, err := f.c.Credentials(f.t.Context(), Device(k), "123456"); !errors.Is(err, fido.ErrPINBlocked) {
		f.t.Errorf("listing: %v", err)
	}
	if err := f.c.SetPIN(f.t.Context(), Device(k), "123456", "654321"); !errors.Is(err, fido.ErrPINBlocked) {
		f.t.Errorf("changing it: %v", err)
	}
	return f.create(k, "123456")
}

func (f *fault) pinRequired() error {
	k := Plug(f.t, f.b, "123456")
	if _, err := f.c.Credentials(f.t.Context(), Device(k), ""); !errors.Is(err, fido.ErrPINRequired) {
		f.t.Errorf("listing: %v", err)
	}
	_, err := f.c.Create(f.t.Context(), Device(k), Creation(f.t, Verifying), &Person{})
	return err
}

func (f *fault) pinNotSet() error {
	k := Plug(f.t, f.b, "")
	if _, err := f.c.Credentials(f.t.Context(), Device(k), "123456"); !errors.Is(err, fido.ErrPINNotSet) {
		f.t.Errorf("listing: %v", err)
	}
	return f.create(k, "123456")
}

// pinPolicy tests the key's own check: two characters of two bytes pass libfido2's.
func (f *fault) pinPolicy() error {
	k := Plug(f.t, f.b, "")
	if err := f.c.SetPIN(f.t.Context(), Device(k), "", "éé"); !errors.Is(err, fido.ErrPINPolicy) {
		f.t.Errorf("by the client: %v", err)
	}
	key, err := f.Open(f.b).Open(f.t.Context(), k.Path)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = key.Close() }()
	return key.SetPIN(f.t.Context(), "", "éé")
}

func (f *fault) noTouch() error {
	f.c = f.NewClient(f.t, f.b, 100*time.Millisecond)
	return f.create(Manual(f.t, f.b))
}

func (f *fault) cancelled() error {
	k := Manual(f.t, f.b)
	ctx, cancel := context.WithCancel(f.t.Context())
	Blinking(f.t, f.b, k.ID, cancel)
	_, err := f.c.Create(ctx, Device(k), Creation(f.t, nil), &Person{})
	return err
}

func (f *fault) enrolled() error {
	k := Plug(f.t, f.b, "")
	id := f.enrol(k)
	_, err := f.c.Create(f.t.Context(), Device(k), Creation(f.t, excluding(id)), &Person{})
	var already *fido.AlreadyEnrolledError
	if !errors.As(err, &already) || !slices.Equal(already.CredentialID, id) {
		f.t.Errorf("%v does not name the credential", err)
	}
	return err
}

// enrolledHidden excludes a credential that is hidden without the PIN (credProtect 3,
// CTAP section 12.1). The key finds it with its exclude list.
func (f *fault) enrolledHidden() error {
	k := AutoTouchKey(f.t, softkey.Config{})
	if err := k.SetPIN("123456"); err != nil {
		f.t.Fatal(err)
	}
	id := makeHidden(f.t, k)
	_, err := f.c.Create(f.t.Context(), fido.Device{Path: f.Endpoint(f.t, k)}, Creation(f.t, func(o Object) {
		Verifying(o)
		excluding(id)(o)
	}), &Person{PINs: []string{"123456"}})
	return err
}

// makeHidden makes a credential with credProtect 3 and returns its ID.
func makeHidden(t *testing.T, k *softkey.Key) []byte {
	t.Helper()
	params, err := wire.Encode(map[int]any{
		1: Random(),
		2: wire.Party{ID: "localhost"},
		3: wire.User{ID: []byte("account 1"), Name: "alice"},
		4: []map[string]any{{"alg": fido.ES256, "type": wire.PublicKey}},
		6: map[string]any{"credProtect": 3},
	})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := k.CBOR(t.Context(), append([]byte{wire.MakeCredential}, params...), func(ctaphid.Status) {})
	var made struct {
		AuthData []byte `cbor:"2,keyasint"`
	}
	if err != nil || answer[0] != 0 || wire.Decode(answer[1:], &made) != nil {
		t.Fatalf("making a hidden credential: %x, %v", answer, err)
	}
	const before = 32 + 1 + 4 + 16 // authenticator data before the length of the ID (WebAuthn section 6.5.1)
	n := int(binary.BigEndian.Uint16(made.AuthData[before:]))
	return made.AuthData[before+2:][:n]
}

func (f *fault) full() error {
	d := fido.Device{Path: f.Endpoint(f.t, AutoTouchKey(f.t, softkey.Config{Capacity: 2}))}
	var err error
	for _, name := range []string{"alice", "bob", "carol"} {
		if err != nil {
			f.t.Fatalf("before it was full: %v", err)
		}
		_, err = f.c.Create(f.t.Context(), d, Creation(f.t, func(o Object) {
			o["user"] = Object{"id": B64([]byte(name)), "name": name, "displayName": name}
			o["authenticatorSelection"] = Object{"residentKey": "required", "userVerification": "discouraged"}
		}), &Person{})
	}
	return err
}

func (f *fault) foreignKey() error {
	k := Manual(f.t, f.b) // no touch is needed
	_, err := f.c.Get(f.t.Context(), Device(k), Request(f.t, "discouraged", B64(Random())), &Person{})
	return err
}

func (f *fault) two() error {
	Plug(f.t, f.b, "")
	Plug(f.t, f.b, "")
	_, err := f.c.Create(f.t.Context(), fido.Device{}, Creation(f.t, nil), &Person{})
	var several *fido.SeveralError
	if !errors.As(err, &several) || len(several.Devices) != 2 {
		f.t.Errorf("%v does not list them", err)
	}
	return err
}

func (f *fault) resetRefused() error {
	var now atomic.Int64
	b := f.benchAt(f.t, func() time.Time { return time.Unix(now.Load(), 0) })
	f.c = f.NewClient(f.t, b, 10*time.Second)
	k := Plug(f.t, b, "")
	now.Add(11)
	return f.c.Reset(f.t.Context(), Device(k), &Person{})
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
		path := f.Endpoint(f.t, refusing{AutoTouchKey(f.t, softkey.Config{}), command, status})
		_, err := f.c.Create(f.t.Context(), fido.Device{Path: path}, Creation(f.t, nil), &Person{})
		return err
	}
}
