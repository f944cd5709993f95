package fidotest

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/nfc/apdu"
	"nightlatch/fido/softkey"
)

// others returns credential IDs of an account's other keys, in the sizes that
// keys use.
func others() []string {
	var ids []string
	for _, n := range []int{16, 48, 64, 64, 70, 79, 96, 128, 129, 160, 200, 255, 256, 300, 512, 700, 1000, 1023, 200} {
		ids = append(ids, B64(slices.Repeat(Random(), 32)[:n]))
	}
	return ids
}

func excludingAll(ids []string, more func(Object)) func(Object) {
	return func(o Object) {
		var list []Object
		for _, id := range ids {
			list = append(list, Object{"type": "public-key", "id": id})
		}
		o["excludeCredentials"] = list
		if more != nil {
			more(o)
		}
	}
}

// For each limit that getInfo can report, a key is added to an account with 19
// keys of other makes. It is refused a second time, signs in among all 20, and
// is identified (R31, R33).
func (s suite) EveryLimitIsHonoured(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]softkey.Config{
		"the default":              {},
		"IDs up to 128":            {Traits: softkey.Traits{MaxID: 128}},
		"IDs up to 79":             {Traits: softkey.Traits{MaxID: 79}},
		"IDs of 200":               {Traits: softkey.Traits{IDSize: 200, MaxID: 200}},
		"IDs of 255":               {Traits: softkey.Traits{IDSize: 255, MaxID: 255, MaxMessage: 1024}},
		"one ID a list":            {Traits: softkey.Traits{MaxList: 1}},
		"three IDs a list":         {Traits: softkey.Traits{MaxList: 3}},
		"messages up to 1024":      {Traits: softkey.Traits{MaxMessage: 1024, MaxID: 1023, MaxList: 64}},
		"messages up to 1200":      {Traits: softkey.Traits{MaxMessage: 1200, MaxID: 255, MaxList: 64}},
		"messages up to 7609":      {Traits: softkey.Traits{MaxMessage: 7609, MaxID: 1023, MaxList: 64}},
		"unreported, IDs up to 96": {Traits: softkey.Traits{MaxID: 96, Unreported: true}},
		"unreported, two IDs":      {Traits: softkey.Traits{MaxList: 2, MaxID: 1023, Unreported: true}},
		"unreported, one ID":       {Traits: softkey.Traits{MaxList: 1, MaxID: 79, Unreported: true}},
		"unreported, 0x03":         {Traits: softkey.Traits{MaxList: 2, MaxID: 128, Unreported: true, BadLength: 0x03}},
		"unreported, 0x12":         {Traits: softkey.Traits{MaxList: 2, MaxID: 128, Unreported: true, BadLength: 0x12}},
		"unreported, 0x7f":         {Traits: softkey.Traits{MaxList: 1, MaxID: 128, Unreported: true, BadLength: 0x7f}},
		"unreported, 600 bytes":    {Traits: softkey.Traits{MaxMessage: 600, MaxID: 1023, MaxList: 64, Unreported: true}},
		"EdDSA alone":              {Traits: softkey.Traits{Algorithms: []int64{fido.EdDSA}}},
		"EdDSA alone, unreported":  {Traits: softkey.Traits{Algorithms: []int64{fido.EdDSA}, Unreported: true}},
		"stores nothing":           {Traits: softkey.Traits{NoStore: true}},
		"full":                     {Capacity: -1},
		"U2F":                      {Kind: softkey.U2F},
		"U2F, 6700":                {Kind: softkey.U2F, Traits: softkey.Traits{ForeignHandle: apdu.WrongLength}},
		"U2F, 6d00":                {Kind: softkey.U2F, Traits: softkey.Traits{ForeignHandle: apdu.UnknownCommand}},
		"U2F, 6a82":                {Kind: softkey.U2F, Traits: softkey.Traits{ForeignHandle: apdu.NotFound}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := AutoTouchKey(t, cfg)
			path := s.endpointOf(t, k)
			c, d := s.NewClient(t, s.NewBench(t), 10*time.Second), fido.Device{Path: path, Transport: fido.USB}
			known := others()
			algorithms := func(o Object) {
				o["pubKeyCredParams"] = []Object{{"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -8}}
				o["authenticatorSelection"] = Object{"userVerification": "discouraged", "residentKey": "preferred"}
			}
			made, err := c.Create(t.Context(), d, Creation(t, excludingAll(known, algorithms)), &Person{})
			if err != nil {
				t.Fatalf("Create: %v", err)
			}
			id := IDOf(t, made)
			all := append(slices.Clone(known), id)
			var enrolled *fido.AlreadyEnrolledError
			_, err = c.Create(t.Context(), d, Creation(t, excludingAll(all, algorithms)), &Person{})
			if !errors.As(err, &enrolled) || B64(enrolled.CredentialID) != id {
				t.Errorf("Create again: %v", err)
			}
			got, err := c.Get(t.Context(), d, Request(t, "discouraged", all...), &Person{})
			if err != nil || IDOf(t, got) != id {
				t.Errorf("Get: %v", err)
			}
			var raw [][]byte
			for _, id := range all {
				raw = append(raw, Unb64(t, id))
			}
			if got, err := c.FindCredential(t.Context(), d, "localhost", raw); err != nil || B64(got) != id {
				t.Errorf("FindCredential: %q, %v", B64(got), err)
			}
			if _, err := c.Get(t.Context(), d, Request(t, "discouraged", known...), &Person{}); !errors.Is(err, fido.ErrNotEnrolled) {
				t.Errorf("Get among the others: %v", err)
			}
		})
	}
}

// endpointOf is endpoint for the given key.
func (s suite) endpointOf(t *testing.T, k *softkey.Key) string {
	if k.Kind() == softkey.U2F {
		return s.Endpoint(t, counted{U2FBackend: k.Backend().(ctaphid.U2FBackend), count: new(atomic.Int64)})
	}
	return s.Endpoint(t, k)
}

// The lists that are sent to a key fit into its messages, for names of any
// length.
func (s suite) ListsFit(t *testing.T) {
	t.Parallel()
	k := AutoTouchKey(t, softkey.Config{Traits: softkey.Traits{MaxMessage: 1024, MaxID: 1023, MaxList: 64, BadLength: 0x03}})
	c, d := s.NewClient(t, s.NewBench(t), 10*time.Second), fido.Device{Path: s.Endpoint(t, k)}
	var known []string
	for n := range 40 {
		known = append(known, B64(bytes.Repeat([]byte{byte(n)}, 20)))
	}
	long := func(o Object) {
		o["user"] = Object{"id": B64(make([]byte, 64)), "name": strings.Repeat("n", 64), "displayName": strings.Repeat("d", 64)}
		o["rp"] = Object{"id": "localhost", "name": strings.Repeat("r", 64)}
	}
	for n := range len(known) + 1 {
		if _, err := c.Create(t.Context(), d, Creation(t, excludingAll(known[:n], long)), &Person{}); err != nil {
			t.Errorf("%d others: %v", n, err)
		}
	}
}

// Options of getInfo decide how the user is verified.
func (s suite) OptionsAreHonoured(t *testing.T) {
	t.Parallel()
	required := func(o Object) { o["authenticatorSelection"] = Object{"userVerification": "required"} }
	stored := func(o Object) {
		o["authenticatorSelection"] = Object{"userVerification": "discouraged", "residentKey": "required"}
	}
	for _, tt := range []struct {
		name   string
		cfg    softkey.Config
		pin    string
		change func(Object)
		asked  int // times that the PIN is asked for
		want   error
	}{
		{"always verifies, with a PIN", softkey.Config{Traits: softkey.Traits{AlwaysVerify: true}}, "123456", nil, 1, nil},
		{"always verifies, no PIN yet", softkey.Config{Traits: softkey.Traits{AlwaysVerify: true}}, "", nil, 0, fido.ErrPINNotSet},
		{"always verifies, can have no PIN", softkey.Config{Traits: softkey.Traits{AlwaysVerify: true, NoPIN: true}}, "", nil, 0, fido.ErrNoVerification},
		{"always verifies, with a finger", softkey.Config{Kind: softkey.Fingerprint, Traits: softkey.Traits{AlwaysVerify: true}}, "", nil, 0, nil},
		{"its PIN is needed for every credential", softkey.Config{Traits: softkey.Traits{VerifyToMake: true}}, "123456", nil, 1, nil},
		{"can have no PIN, and need not", softkey.Config{Traits: softkey.Traits{NoPIN: true}}, "", nil, 0, nil},
		{"can have no PIN, but must", softkey.Config{Traits: softkey.Traits{NoPIN: true}}, "", required, 0, fido.ErrNoVerification},
		{"a PIN for its management only", softkey.Config{Traits: softkey.Traits{PINManages: true}}, "123456", required, 0, fido.ErrNoVerification},
		{"a PIN for its management, and a finger", softkey.Config{Kind: softkey.Fingerprint, Traits: softkey.Traits{PINManages: true}}, "123456", required, 0, nil},
		{"no PIN yet, but must", softkey.Config{}, "", required, 0, fido.ErrPINNotSet},
		{"stores nothing, but must", softkey.Config{Traits: softkey.Traits{NoStore: true}}, "", stored, 0, fido.ErrIncapable},
		{"full, but must store", softkey.Config{Capacity: -1}, "", stored, 0, fido.ErrNoSpace},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k := AutoTouchKey(t, tt.cfg)
			if tt.pin != "" {
				if err := k.SetPIN(tt.pin); err != nil {
					t.Fatal(err)
				}
			}
			c, d := s.NewClient(t, s.NewBench(t), 10*time.Second), fido.Device{Path: s.Endpoint(t, k)}
			who := &Person{PINs: []string{tt.pin, tt.pin}}
			made, err := c.Create(t.Context(), d, Creation(t, tt.change), who)
			if !errors.Is(err, tt.want) || len(who.Asked) != tt.asked {
				t.Fatalf("Create: %v, the PIN was asked for %d times; want %v, %d", err, len(who.Asked), tt.want, tt.asked)
			}
			if err != nil {
				return
			}
			if _, err := c.Get(t.Context(), d, Request(t, "discouraged", IDOf(t, made)), who); err != nil {
				t.Errorf("Get: %v", err)
			}
		})
	}
}

// The response lists the transport in use first, then the others that the key
// reports.
func (s suite) TransportsAreReported(t *testing.T) {
	t.Parallel()
	k := AutoTouchKey(t, softkey.Config{Traits: softkey.Traits{Transports: []string{"nfc", "usb", "ble"}}})
	c, d := s.NewClient(t, s.NewBench(t), 10*time.Second), fido.Device{Path: s.Endpoint(t, k), Transport: fido.USB}
	made, err := c.Create(t.Context(), d, Creation(t, nil), &Person{})
	if err != nil || !bytes.Contains(made, []byte(`"transports":["usb","nfc","ble"]`)) {
		t.Errorf("%v: %s", err, made)
	}
}
