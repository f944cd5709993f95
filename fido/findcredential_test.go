package fido

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// FindCredential returns, without a touch, which of the credentials the key has. A U2F
// key gets one request per credential.
func TestFindCredential(t *testing.T) {
	t.Parallel()
	for _, old := range []bool{false, true} {
		k := newFake(t)
		if old {
			k.info = GetInfoResponse{}
		}
		c := clientOf(t, k)
		for name, tt := range map[string]struct {
			ids  [][]byte
			want []byte
		}{
			"one of three": {[][]byte{[]byte("x"), k.id, []byte("y")}, k.id},
			"of others":    {[][]byte{[]byte("x"), []byte("y")}, nil},
			"of none":      {nil, nil},
		} {
			id, err := c.FindCredential(t.Context(), fake, "localhost", tt.ids)
			if err != nil || !slices.Equal(id, tt.want) {
				t.Errorf("U2F %v, %s: %q, %v; want %q", old, name, id, err, tt.want)
			}
		}
		for _, r := range k.asserted {
			if !r.Silent || old && len(r.CredentialIDs) != 1 {
				t.Errorf("U2F %v: asked %+v", old, r)
			}
		}
		if _, err := c.FindCredential(t.Context(), fake, "localhost", [][]byte{{}}); !errors.Is(err, ErrMalformed) {
			t.Errorf("an empty ID: %v", err)
		}
	}
	gone := newFake(t)
	gone.assert = func(AssertionRequest) error { return ErrRemoved }
	if _, err := clientOf(t, gone).FindCredential(t.Context(), fake, "localhost", [][]byte{gone.id}); !errors.Is(err, ErrRemoved) {
		t.Errorf("pulled out: %v", err)
	}
	hides := newFake(t)
	hides.assert = func(AssertionRequest) error { return ErrPINRequired }
	if id, err := clientOf(t, hides).FindCredential(t.Context(), fake, "localhost", [][]byte{hides.id}); err != nil || id != nil {
		t.Errorf("a key that reveals nothing: %q, %v", id, err)
	}
	v := vague{newFake(t)}
	c, err := New(Config{Open: v, Devices: v.devices, Origin: testOrigin})
	if err != nil {
		t.Fatal(err)
	}
	if id, err := c.FindCredential(t.Context(), fake, "localhost", [][]byte{[]byte("x"), v.id}); err != nil || !slices.Equal(id, v.id) {
		t.Errorf("a key that does not report which: %q, %v", id, err)
	}
}

// A vague key does not report which of the credentials it has.
type vague struct{ *fakeKey }

func (v vague) Open(context.Context, string) (Key, error) { return v, nil }

func (v vague) Assert(ctx context.Context, r AssertionRequest) (Assertion, error) {
	a, err := v.fakeKey.Assert(ctx, r)
	a.CredentialID = nil
	return a, err
}
