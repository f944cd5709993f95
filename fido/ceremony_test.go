package fido

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// A device can be in one ceremony at a time.
func TestOneCeremonyADevice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newFake(t)
		k.wait = true
		c := clientOf(t, k)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			_, err := c.Create(ctx, fake, creationJSON(t, nil), &script{})
			ended <- err
		}()
		synctest.Wait()
		if _, err := c.Create(t.Context(), fake, creationJSON(t, nil), &script{}); !errors.Is(err, ErrBusy) {
			t.Errorf("a second one: %v, want %v", err, ErrBusy)
		}
		cancel()
		if err := <-ended; !errors.Is(err, ErrCancelled) {
			t.Errorf("the first: %v, want %v", err, ErrCancelled)
		}
		k.wait = false
		if _, err := c.Create(t.Context(), fake, creationJSON(t, nil), &script{}); err != nil {
			t.Errorf("a third, later: %v", err)
		}
		if k.closed != 2 {
			t.Errorf("the key was closed %d times, want 2", k.closed)
		}
	})
}

func TestTouchTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newFake(t)
		k.wait = true
		begun := time.Now()
		_, err := clientOf(t, k).Get(t.Context(), fake, requestJSON(t, nil), &script{})
		if !errors.Is(err, ErrTimeout) || time.Since(begun) != DefaultTimeout {
			t.Errorf("Get = %v after %v", err, time.Since(begun))
		}
	})
}

// The timeout is for the touch only: a user may need longer to find the PIN.
func TestPINEntryHasNoTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newFake(t)
		k.info.Options["clientPin"] = true
		if _, err := clientOf(t, k).Create(t.Context(), fake, creationJSON(t, nil), slow{}); err != nil {
			t.Errorf("Create: %v", err)
		}
	})
}

type slow struct{}

func (slow) Show(Prompt) {}
func (slow) PIN(context.Context, int, bool) (string, error) {
	<-time.After(10 * time.Minute)
	return "123456", nil
}

func TestNoKeyInserted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		c, err := New(Config{Open: newFake(t), Origin: testOrigin, Devices: func(context.Context) ([]Device, error) {
			asked++
			return nil, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		who := &script{}
		_, err = c.Create(t.Context(), Device{}, creationJSON(t, nil), who)
		if !errors.Is(err, ErrNoKey) || !errors.Is(err, ErrTimeout) || !slices.Equal(who.shown, []PromptKind{Insert}) {
			t.Errorf("Create = %v, shown %v", err, who.shown)
		}
		if asked > 32 {
			t.Errorf("asked %d times in 30 seconds; once a second is enough", asked)
		}
	})
}

// If the key does not support the first requested algorithm, the next is used.
func TestNextAlgorithm(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	k.make = func(r CredentialRequest) error {
		if r.Algorithm != ES256 {
			return ErrAlgorithm
		}
		return nil
	}
	both := obj{"pubKeyCredParams": []obj{{"type": "public-key", "alg": EdDSA}, {"type": "public-key", "alg": ES256}}}
	if _, err := clientOf(t, k).Create(t.Context(), fake, creationJSON(t, both), &script{}); err != nil {
		t.Errorf("Create: %v", err)
	}
	rsa := obj{"pubKeyCredParams": []obj{{"type": "public-key", "alg": RS256}}}
	if _, err := clientOf(t, k).Create(t.Context(), fake, creationJSON(t, rsa), &script{}); !errors.Is(err, ErrAlgorithm) {
		t.Errorf("Create with RSA only: %v", err)
	}
}

func TestVerification(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		fido2          bool
		options        map[string]bool
		requirement    string
		pins           []string
		keyRequiresPIN bool
		asked          int
		want           error
	}{
		{name: "preferred, PIN set", fido2: true, options: map[string]bool{"clientPin": true}, requirement: "preferred", pins: []string{"123456"}, asked: 1},
		{name: "no requirement, PIN set", fido2: true, options: map[string]bool{"clientPin": true}, pins: []string{"123456"}, asked: 1},
		{name: "discouraged, PIN set", fido2: true, options: map[string]bool{"clientPin": true}, requirement: "discouraged"},
		{name: "discouraged, but the key requires it", fido2: true, options: map[string]bool{"clientPin": true}, requirement: "discouraged", pins: []string{"123456"}, keyRequiresPIN: true, asked: 1},
		{name: "the key requires a PIN but has none", fido2: true, options: map[string]bool{"clientPin": false}, requirement: "discouraged", keyRequiresPIN: true, want: ErrPINNotSet},
		{name: "preferred, no PIN set", fido2: true, options: map[string]bool{"clientPin": false}, requirement: "preferred"},
		{name: "required, no PIN set", fido2: true, options: map[string]bool{"clientPin": false}, requirement: "required", want: ErrPINNotSet},
		{name: "required, sensor", fido2: true, options: map[string]bool{"clientPin": true, "uv": true}, requirement: "required"},
		{name: "required, key without PIN support", fido2: true, requirement: "required", want: ErrNoVerification},
		{name: "required, U2F", requirement: "required", want: ErrNoVerification},
		{name: "preferred, U2F", requirement: "preferred"},
		{name: "given up", fido2: true, options: map[string]bool{"clientPin": true}, requirement: "required", asked: 1, want: ErrPINRequired},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := newFake(t)
			k.info = GetInfoResponse{FIDO2: tt.fido2, Options: tt.options}
			if tt.keyRequiresPIN {
				k.make = func(r CredentialRequest) error {
					if r.PIN == "" {
						return ErrPINRequired
					}
					return nil
				}
			}
			who := &script{pins: tt.pins, err: errors.New("no PIN at hand")}
			selection := obj{"userVerification": tt.requirement}
			_, err := clientOf(t, k).Create(t.Context(), fake, creationJSON(t, obj{"authenticatorSelection": selection}), who)
			if !errors.Is(err, tt.want) || who.asked != tt.asked {
				t.Errorf("Create = %v, asked %d times; want %v, %d", err, who.asked, tt.want, tt.asked)
			}
		})
	}
}

// After an unknown finger the user is asked for the PIN.
func TestSensorThenPIN(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	k.info.Options = map[string]bool{"clientPin": true, "uv": true}
	k.make = func(r CredentialRequest) error {
		if r.Verify {
			return ErrVerification
		}
		return nil
	}
	who := &script{pins: []string{"123456"}}
	selection := obj{"userVerification": "required"}
	if _, err := clientOf(t, k).Create(t.Context(), fake, creationJSON(t, obj{"authenticatorSelection": selection}), who); err != nil {
		t.Errorf("Create: %v", err)
	}
	if last := k.made[len(k.made)-1]; last.PIN != "123456" || last.Verify {
		t.Errorf("asked with %+v", last)
	}
}

func TestPINGivenUp(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	k.info.Options["clientPin"] = true
	for _, tt := range []struct {
		name string
		who  *script
		make error
		left int
		want error
	}{
		{"cancelled", &script{err: ErrCancelled}, nil, 8, ErrCancelled},
		{"no more PINs", &script{pins: []string{"000000"}, err: errors.New("end of input")}, ErrWrongPIN, 7, ErrWrongPIN},
		{"cancelled after a wrong one", &script{pins: []string{"000000"}, err: ErrCancelled}, ErrWrongPIN, 7, ErrCancelled},
		{"none left", &script{pins: []string{"000000"}}, nil, 0, ErrPINBlocked},
	} {
		k.tries = tt.left
		k.make = func(CredentialRequest) error { return tt.make }
		_, err := clientOf(t, k).Create(t.Context(), fake, creationJSON(t, nil), tt.who)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		var wrong *WrongPINError
		if errors.As(err, &wrong) && wrong.TriesLeft != tt.left {
			t.Errorf("%s: %d tries left, want %d", tt.name, wrong.TriesLeft, tt.left)
		}
	}
}

// A key's errors are returned unchanged.
func TestFaultsPassThrough(t *testing.T) {
	t.Parallel()
	for _, want := range []error{
		ErrCancelled, ErrTimeout, ErrRemoved, ErrInterrupted, ErrAlreadyEnrolled, ErrPINBlocked, ErrPINAuthBlocked,
		ErrPINPolicy, ErrNoSpace, ErrBusy, ErrNoPermission, ErrDenied, ErrNotAllowed, ErrIncapable,
	} {
		k := newFake(t)
		k.make = func(CredentialRequest) error { return want }
		k.assert = func(AssertionRequest) error { return want }
		if _, err := clientOf(t, k).Create(t.Context(), fake, creationJSON(t, nil), &script{}); !errors.Is(err, want) {
			t.Errorf("Create = %v, want %v", err, want)
		}
		if _, err := clientOf(t, k).Get(t.Context(), fake, requestJSON(t, nil), &script{}); !errors.Is(err, want) {
			t.Errorf("Get = %v, want %v", err, want)
		}
	}
}

// U2F keys get one request per credential, and only report that they have it.
func TestU2FPreflight(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	k.info = GetInfoResponse{}
	k.format = formatU2F
	k.certify(t)
	exclude := []obj{{"type": "public-key", "id": "YQ"}, {"type": "public-key", "id": bytes64(k.id)}}
	_, err := clientOf(t, k).Create(t.Context(), fake, creationJSON(t, obj{"excludeCredentials": exclude}), &script{})
	var already *AlreadyEnrolledError
	if !errors.As(err, &already) || !bytes.Equal(already.CredentialID, k.id) {
		t.Errorf("Create = %v", err)
	}
	for _, r := range k.asserted {
		if !r.Silent || len(r.CredentialIDs) != 1 {
			t.Errorf("asked %+v", r)
		}
	}
	if _, err := clientOf(t, k).Create(t.Context(), fake, creationJSON(t, nil), &script{}); err != nil {
		t.Errorf("Create: %v", err)
	}
}

// A credential that is hidden without user verification is found with the PIN.
func TestHiddenCredential(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	k.info.Options["clientPin"] = true
	k.assert = func(r AssertionRequest) error {
		if r.PIN == "" {
			return ErrNotEnrolled
		}
		return nil
	}
	allow := []obj{{"type": "public-key", "id": bytes64(k.id)}}
	who := &script{pins: []string{"123456"}}
	_, err := clientOf(t, k).Get(t.Context(), fake, requestJSON(t, obj{"allowCredentials": allow}), who)
	if err != nil {
		t.Errorf("Get: %v", err)
	}
	_, err = clientOf(t, k).Get(t.Context(), fake,
		requestJSON(t, obj{"allowCredentials": allow, "userVerification": "discouraged"}), &script{})
	if !errors.Is(err, ErrNotEnrolled) {
		t.Errorf("Get without a PIN: %v", err)
	}
}

func TestBatches(t *testing.T) {
	t.Parallel()
	id := func(n int) []byte { return make([]byte, n) }
	for _, tt := range []struct {
		sizes []int
		want  []int // IDs in each batch
	}{
		{nil, nil},
		{[]int{64}, []int{1}},
		{slices.Repeat([]int{64}, 20), []int{8, 8, 4}},
		{[]int{255, 255, 255, 255}, []int{3, 1}},
		{[]int{1023, 16, 1023}, []int{1, 1, 1}},
	} {
		var all [][]byte
		for _, n := range tt.sizes {
			all = append(all, id(n))
		}
		var got []int
		for _, b := range (GetInfoResponse{FIDO2: true}).lists(all, assertFrame+len("localhost")) {
			got = append(got, len(b))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%v: %v, want %v", tt.sizes, got, tt.want)
		}
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	for name, cfg := range map[string]Config{
		"no opener":        {Devices: k.devices, Origin: testOrigin},
		"no lister":        {Open: k, Origin: testOrigin},
		"no origin":        {Open: k, Devices: k.devices},
		"negative timeout": {Open: k, Devices: k.devices, Origin: testOrigin, Timeout: -1},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestListers(t *testing.T) {
	t.Parallel()
	k := newFake(t)
	path := t.TempDir()
	l := Combine(k.devices, Paths(path, path+"/missing"), k.devices)
	ds, err := l(t.Context())
	if err != nil || !slices.Equal(ds, []Device{{Path: "fake", Transport: USB}, {Path: path, Transport: USB}}) {
		t.Errorf("%+v, %v", ds, err)
	}
	broken := errors.New("broken")
	c, err := New(Config{Open: k, Origin: testOrigin, Devices: Combine(k.devices, func(context.Context) ([]Device, error) { return nil, broken })})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Devices(t.Context()); !errors.Is(err, broken) {
		t.Errorf("Devices = %v, want %v", err, broken)
	}
}
