package fido

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// withPIN returns a key with credential management and a PIN.
func withPIN(t *testing.T) (*fakeKey, *Client) {
	t.Helper()
	k := newFake(t)
	k.pin = "123456"
	k.info.Options["clientPin"], k.info.Options["credMgmt"] = true, true
	return k, clientOf(t, k)
}

func TestInfo(t *testing.T) {
	t.Parallel()
	k, c := withPIN(t)
	k.info.AAGUID = unhex(t, "2fc0579f811347eab116bb5a8db9202a")
	k.info.MinPIN, k.info.NewPIN, k.tries = 6, true, 5
	p, err := c.Info(t.Context(), Device{})
	if err != nil || p.Device != fake || p.Model != "YubiKey 5 NFC" || p.PIN != PINSet || p.PINTries != 5 ||
		p.MinPIN != 6 || !p.ForcePINChange || !p.CanManage || p.Verifies {
		t.Errorf("%+v, %v", p, err)
	}
	k.info = GetInfoResponse{}
	if p, err := c.Info(t.Context(), fake); err != nil || p.FIDO2 || p.PIN != NoPINSupport || p.CanManage {
		t.Errorf("a U2F key: %+v, %v", p, err)
	}
	empty, err := New(Config{Open: k, Devices: Paths(), Origin: testOrigin})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := empty.Info(t.Context(), Device{}); !errors.Is(err, ErrRemoved) {
		t.Errorf("without a key: %v, want ErrRemoved at once", err)
	}
}

func TestSetPIN(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		info     func(i *GetInfoResponse)
		has      string
		old, new string
		want     error
		spent    int // tries
	}{
		{name: "first", new: "1234"},
		{name: "first, too short", new: "123", want: ErrPINPolicy},
		{name: "first, too short for this key", info: func(i *GetInfoResponse) { i.MinPIN = 6 }, new: "12345", want: ErrPINPolicy},
		{name: "first, four characters of two bytes", new: "ääää"},
		{name: "first, too long", new: string(make([]rune, 64)), want: ErrPINPolicy},
		{name: "first, with a NUL", new: "1234\x005", want: ErrPINPolicy},
		{name: "first, in Latin-1", new: "p\xe4ssword", want: ErrPINPolicy},
		{name: "first, but an old one is given", old: "0000", new: "1234", want: ErrPINNotSet},
		{name: "change", has: "123456", old: "123456", new: "1234"},
		{name: "change, old one missing", has: "123456", new: "1234", want: ErrPINRequired},
		{name: "change, old one wrong", has: "123456", old: "000000", new: "1234", want: ErrWrongPIN, spent: 1},
		{name: "change, old one too short to be a PIN", has: "123456", old: "12", new: "1234", want: ErrWrongPIN},
		{name: "change, old one in Latin-1", has: "pässword", old: "p\xe4ssword", new: "1234", want: ErrWrongPIN},
		{name: "no PINs", info: func(i *GetInfoResponse) { i.Options = nil }, new: "1234", want: ErrIncapable},
		{name: "composed and decomposed are the same", has: "pässword", old: "pa\u0308ssword", new: "1234"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			k, c := withPIN(t)
			k.pin = tt.has
			k.info.Options["clientPin"] = tt.has != ""
			if tt.info != nil {
				tt.info(&k.info)
			}
			err := c.SetPIN(t.Context(), fake, tt.old, tt.new)
			if !errors.Is(err, tt.want) {
				t.Errorf("SetPIN = %v, want %v", err, tt.want)
			}
			if tt.want == nil && k.pin != tt.new || tt.want != nil && k.pin != tt.has {
				t.Errorf("the PIN is %q", k.pin)
			}
			var wrong *WrongPINError
			if errors.As(err, &wrong) && wrong.TriesLeft != MaxPINTries-tt.spent {
				t.Errorf("%d tries left, want %d", wrong.TriesLeft, MaxPINTries-tt.spent)
			}
		})
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	k, c := withPIN(t)
	got, err := c.Credentials(t.Context(), fake, "123456")
	if err != nil || got.Used != 1 || len(got.Credentials) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if err := c.DeleteCredential(t.Context(), fake, k.id, "123456"); err != nil {
		t.Errorf("deleting: %v", err)
	}
	for name, tt := range map[string]struct {
		pin  string
		id   string
		info func(i *GetInfoResponse)
		want error
	}{
		"wrong PIN":        {pin: "000000", id: "a", want: ErrWrongPIN},
		"no PIN given":     {id: "a", want: ErrPINRequired},
		"no PIN set":       {pin: "123456", id: "a", info: func(i *GetInfoResponse) { i.Options["clientPin"] = false }, want: ErrPINNotSet},
		"no management":    {pin: "123456", id: "a", info: func(i *GetInfoResponse) { delete(i.Options, "credMgmt") }, want: ErrIncapable},
		"not there":        {pin: "123456", id: "a", want: ErrNotEnrolled},
		"no credential ID": {pin: "123456", want: ErrMalformed},
	} {
		k, c := withPIN(t)
		if tt.info != nil {
			tt.info(&k.info)
		}
		if err := c.DeleteCredential(t.Context(), fake, []byte(tt.id), tt.pin); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
	k.tries = 1
	if _, err := c.Credentials(t.Context(), fake, "000000"); !errors.Is(err, ErrPINBlocked) {
		t.Errorf("after the last try: %v, want %v", err, ErrPINBlocked)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	k, c := withPIN(t)
	who := &script{}
	if err := c.Reset(t.Context(), fake, who); err != nil || !slices.Equal(who.shown, []PromptKind{Working, Touch, Working}) {
		t.Errorf("Reset = %v, shown %v", err, who.shown)
	}
	k.info = GetInfoResponse{}
	if err := c.Reset(t.Context(), fake, who); !errors.Is(err, ErrIncapable) {
		t.Errorf("a U2F key: %v, want %v", err, ErrIncapable)
	}
}

// For a key on a reader the prompt is Tap, not Touch.
func TestTapForTouch(t *testing.T) {
	t.Parallel()
	_, c := withPIN(t)
	who := &script{}
	if err := c.Reset(t.Context(), Device{Path: "fake", Transport: NFC}, who); err != nil || !slices.Contains(who.shown, Tap) || slices.Contains(who.shown, Touch) {
		t.Errorf("Reset = %v, shown %v", err, who.shown)
	}
}

func TestIdentify(t *testing.T) {
	t.Parallel()
	k, c := withPIN(t)
	who := &script{}
	id, err := c.Identify(t.Context(), Device{}, "localhost", [][]byte{[]byte("x"), k.id}, who)
	if err != nil || !slices.Equal(id, k.id) || !slices.Equal(who.shown, []PromptKind{Working, Touch, Working}) {
		t.Errorf("Identify = %q, %v, shown %v", id, err, who.shown)
	}
	for name, ids := range map[string][][]byte{"of none": nil, "of others": {[]byte("x")}} {
		if id, err := c.Identify(t.Context(), fake, "localhost", ids, who); !errors.Is(err, ErrNotEnrolled) || id != nil {
			t.Errorf("%s: %q, %v", name, id, err)
		}
	}
	if _, err := c.Identify(t.Context(), fake, "localhost", [][]byte{{}}, who); !errors.Is(err, ErrMalformed) {
		t.Errorf("an empty ID: %v", err)
	}
}

// A drawer opens several keys by their paths.
type drawer map[string]*fakeKey

func (d drawer) Open(_ context.Context, path string) (Key, error) {
	if k, ok := d[path]; ok {
		return k, nil
	}
	return nil, ErrRemoved
}

func TestChoose(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		keys   map[string]error // the result of Select for each; nil: it is touched
		want   string
		err    error
		cancel bool
	}{
		{name: "touched", keys: map[string]error{"a": context.Canceled, "b": nil, "c": ErrRemoved}, want: "b"},
		{name: "all pulled", keys: map[string]error{"a": ErrRemoved, "b": ErrRemoved}, err: ErrRemoved},
		{name: "one pulled, one in use", keys: map[string]error{"a": ErrRemoved, "b": ErrBusy}, err: ErrBusy},
		{name: "nobody touches", keys: map[string]error{"a": context.Canceled, "b": context.Canceled}, err: ErrTimeout},
		{name: "cancelled", keys: map[string]error{"a": context.Canceled, "b": ErrRemoved}, err: ErrCancelled, cancel: true},
		{name: "none", err: ErrRemoved},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				keys, from := drawer{}, []Device{}
				for path, fate := range tt.keys {
					k := newFake(t)
					k.fate, k.wait = fate, errors.Is(fate, context.Canceled)
					keys[path] = k
					from = append(from, Device{Path: path})
				}
				c, err := New(Config{Open: keys, Devices: Paths(), Origin: testOrigin})
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.cancel {
					time.AfterFunc(time.Second, cancel)
				}
				who := &script{}
				d, err := c.Choose(ctx, from, who)
				if d.Path != tt.want || !errors.Is(err, tt.err) {
					t.Errorf("Choose = %+v, %v; want %q, %v", d, err, tt.want, tt.err)
				}
				for path, k := range keys {
					if k.closed != 1 {
						t.Errorf("%s was closed %d times", path, k.closed)
					}
				}
			})
		})
	}
}

// With several keys, one touch chooses and identifies the key.
func TestIdentifyAmongSeveral(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		waits, touched := newFake(t), newFake(t)
		waits.wait = true
		keys := drawer{"waits": waits, "touched": touched}
		list := func(context.Context) ([]Device, error) { return []Device{{Path: "waits"}, {Path: "touched"}}, nil }
		c, err := New(Config{Open: keys, Devices: list, Origin: testOrigin})
		if err != nil {
			t.Fatal(err)
		}
		who := &script{}
		id, err := c.Identify(t.Context(), Device{}, "localhost", [][]byte{touched.id}, who)
		if err != nil || !slices.Equal(id, touched.id) || !slices.Equal(who.shown, []PromptKind{Choose, Working}) {
			t.Errorf("Identify = %q, %v, shown %v", id, err, who.shown)
		}
		touched.id = []byte("other")
		if id, err := c.Identify(t.Context(), Device{}, "localhost", [][]byte{waits.id}, who); !errors.Is(err, ErrNotEnrolled) || id != nil {
			t.Errorf("the touched key is not the account's: %q, %v", id, err)
		}
	})
}

// The key gets the exclude list if it fits into one request.
func TestExcludeList(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		listed, most, want int
	}{{0, 0, 0}, {8, 0, 8}, {9, 0, 0}, {9, 16, 9}} {
		k := newFake(t)
		k.info.MaxIDs = tt.most
		var exclude []obj
		for i := range tt.listed {
			exclude = append(exclude, obj{"type": "public-key", "id": bytes64{byte(i)}})
		}
		if _, err := clientOf(t, k).Create(t.Context(), fake, creationJSON(t, obj{"excludeCredentials": exclude}), &script{}); err != nil {
			t.Fatal(err)
		}
		if got := len(k.made[0].Exclude); got != tt.want {
			t.Errorf("%d listed, the key accepts %d: it got %d, want %d", tt.listed, tt.most, got, tt.want)
		}
	}
}
