package fidotest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/virtual"
)

func Verifying(o Object) {
	o["authenticatorSelection"] = Object{"userVerification": "required"}
}

// R30: the user is asked for the PIN if the policy requires user verification.
func (s suite) PINWhenRequired(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Plug(t, b, "123456")
	c := s.NewClient(t, b, 10*time.Second)
	who := &Person{PINs: []string{"123456", "123456"}}
	made, err := c.Create(t.Context(), Device(k), Creation(t, Verifying), who)
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	if _, err := c.Get(t.Context(), Device(k), Request(t, "required", IDOf(t, made)), who); err != nil {
		t.Fatalf("Get: %v", err)
	}
	if !slices.Equal(who.Asked, []int{8, 8}) || !slices.Equal(who.Wrong, []bool{false, false}) {
		t.Errorf("asked with %v tries left, previousWrong %v", who.Asked, who.Wrong)
	}
}

// R30: the user is not asked for a PIN that neither the key nor the policy requires.
func (s suite) NoPINWhenDiscouraged(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Plug(t, b, "123456")
	c := s.NewClient(t, b, 10*time.Second)
	who := &Person{}
	made, err := c.Create(t.Context(), Device(k), Creation(t, nil), who)
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	if _, err := c.Get(t.Context(), Device(k), Request(t, "discouraged", IDOf(t, made)), who); err != nil {
		t.Fatalf("Get: %v", err)
	}
	if len(who.Asked) != 0 {
		t.Error("a PIN was asked for")
	}
}

// R30: the key may require its PIN, here for a discoverable credential.
func (s suite) PINWhenTheKeyRequiresIt(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Plug(t, b, "123456")
	c := s.NewClient(t, b, 10*time.Second)
	who := &Person{PINs: []string{"123456"}}
	_, err := c.Create(t.Context(), Device(k), Creation(t, func(o Object) {
		o["authenticatorSelection"] = Object{"userVerification": "discouraged", "residentKey": "required"}
	}), who)
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	if len(who.Asked) != 1 {
		t.Errorf("asked for a PIN %d times, want once", len(who.Asked))
	}
}

func (s suite) WrongPINThenRight(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Plug(t, b, "123456")
	c := s.NewClient(t, b, 10*time.Second)
	who := &Person{PINs: []string{"000000", "12", "123456"}} // "12" is too short for a PIN and costs no try
	if _, err := c.Create(t.Context(), Device(k), Creation(t, Verifying), who); err != nil {
		t.Fatalf("Create: %v", err)
	}
	if !slices.Equal(who.Asked, []int{8, 7, 7}) || !slices.Equal(who.Wrong, []bool{false, true, true}) {
		t.Errorf("asked with %v tries left, previousWrong %v", who.Asked, who.Wrong)
	}
}

func (s suite) WrongPINGivenUp(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Plug(t, b, "123456")
	c := s.NewClient(t, b, 10*time.Second)
	_, err := c.Create(t.Context(), Device(k), Creation(t, Verifying), &Person{PINs: []string{"000000"}})
	var wrong *fido.WrongPINError
	if !errors.As(err, &wrong) || wrong.TriesLeft != 7 || !errors.Is(err, fido.ErrWrongPIN) {
		t.Errorf("Create = %v, want a wrong PIN with 7 tries left", err)
	}
	_, err = c.Create(t.Context(), Device(k), Creation(t, Verifying), &Person{})
	if !errors.Is(err, fido.ErrPINRequired) {
		t.Errorf("Create without a PIN = %v, want %v", err, fido.ErrPINRequired)
	}
}

// Three wrong PINs in a row block the key until it is plugged in again, eight until it is
// reset.
func (s suite) PINBlocked(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Plug(t, b, "123456")
	c := s.NewClient(t, b, 10*time.Second)
	guess := func(pins ...string) error {
		_, err := c.Create(t.Context(), Device(k), Creation(t, Verifying), &Person{PINs: pins})
		return err
	}
	if err := guess("000001", "000002", "000003"); !errors.Is(err, fido.ErrPINAuthBlocked) {
		t.Fatalf("after three wrong PINs: %v, want %v", err, fido.ErrPINAuthBlocked)
	}
	if err := guess("123456"); !errors.Is(err, fido.ErrPINAuthBlocked) {
		t.Fatalf("the right PIN then: %v, want %v", err, fido.ErrPINAuthBlocked)
	}
	k = Again(t, b, k)
	if err := guess("000004", "000005", "000006"); !errors.Is(err, fido.ErrPINAuthBlocked) {
		t.Fatalf("after three more: %v, want %v", err, fido.ErrPINAuthBlocked)
	}
	k = Again(t, b, k)
	if err := guess("000007", "000008"); !errors.Is(err, fido.ErrPINBlocked) {
		t.Fatalf("after eight: %v, want %v", err, fido.ErrPINBlocked)
	}
	if err := guess("123456"); !errors.Is(err, fido.ErrPINBlocked) {
		t.Fatalf("the right PIN then: %v, want %v", err, fido.ErrPINBlocked)
	}
}

// Again unplugs a key and plugs it in again.
func Again(t *testing.T, b *virtual.Bench, k virtual.Key) virtual.Key {
	t.Helper()
	if err := b.Unplug(k.ID); err != nil {
		t.Fatal(err)
	}
	k, err := b.Replug(k.ID)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (s suite) PINRequiredButNotSet(t *testing.T) {
	t.Parallel()
	b := s.NewBench(t)
	k := Plug(t, b, "")
	c := s.NewClient(t, b, 10*time.Second)
	_, err := c.Create(t.Context(), Device(k), Creation(t, Verifying), &Person{})
	if !errors.Is(err, fido.ErrPINNotSet) {
		t.Errorf("Create = %v, want %v", err, fido.ErrPINNotSet)
	}
}
