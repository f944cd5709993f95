package account

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/store"
)

// keyFor returns the i-th test key. It is not added.
func keyFor(i int) SecurityKey {
	return SecurityKey{
		Label: fmt.Sprintf("Key %d", i),
		Credential: Credential{
			ID:        []byte(fmt.Sprintf("credential %d", i)),
			PublicKey: []byte{0xa5},
			RPID:      "localhost",
		},
	}
}

func TestAppSecret(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	id := create(t, s, "ann")
	update(t, s, func(tx store.Tx) error {
		if _, err := App(tx, id); !errors.Is(err, ErrNoApp) {
			t.Errorf("App before it is set: %v", err)
		}
		if err := SetApp(tx, id, AppSecret{Sealed: []byte("sealed"), LastStep: 7, Added: start}); err != nil {
			return err
		}
		got, err := App(tx, id)
		if string(got.Sealed) != "sealed" || got.LastStep != 7 || !got.Added.Equal(start) {
			t.Errorf("App = %+v", got)
		}
		if err := DeleteApp(tx, id); err != nil {
			return err
		}
		if _, err := App(tx, id); !errors.Is(err, ErrNoApp) {
			t.Errorf("App after it is deleted: %v", err)
		}
		return err
	})
}

// R31: an account can have at most twenty keys.
func TestKeysFullR31(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	id := create(t, s, "ann")
	for i := range KeysMax {
		update(t, s, func(tx store.Tx) error {
			_, err := AddKey(tx, id, keyFor(i))
			return err
		})
	}
	err := s.Update(t.Context(), func(tx store.Tx) error {
		_, err := AddKey(tx, id, keyFor(KeysMax))
		return err
	})
	if !errors.Is(err, ErrKeysFull) {
		t.Errorf("key 21: %v; want ErrKeysFull", err)
	}
	view(t, s, func(tx store.Tx) error {
		keys, err := Keys(tx, id)
		if len(keys) != KeysMax {
			t.Errorf("%d keys", len(keys))
		}
		return err
	})
}

// R33: the error contains the label of an enrolled key only if the key is the caller's
// own.
func TestSameKeyTwiceR33(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	ann, bob := create(t, s, "ann"), create(t, s, "bob")
	update(t, s, func(tx store.Tx) error {
		_, err := AddKey(tx, ann, keyFor(1))
		return err
	})
	for account, label := range map[string]string{ann: "Key 1", bob: ""} {
		err := s.Update(t.Context(), func(tx store.Tx) error {
			_, err := AddKey(tx, account, keyFor(1))
			return err
		})
		var enrolled *EnrolledError
		if !errors.Is(err, ErrKeyTaken) || !errors.As(err, &enrolled) || enrolled.Label != label {
			t.Errorf("AddKey = %#v; want an EnrolledError with label %q", err, label)
		}
	}
}

func TestSecurityKeyLifecycle(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	id := create(t, s, "ann")
	update(t, s, func(tx store.Tx) error {
		k := keyFor(1)
		k.Label = "  Cle\u0301  "
		k, err := AddKey(tx, id, k)
		if err != nil {
			return err
		}
		if k.Label != "Clé" || !isID(k.ID) || !k.Added.Equal(start) {
			t.Errorf("AddKey = %+v", k)
		}
		owner, found, err := KeyByCredential(tx, k.Credential.ID)
		if owner != id || found.ID != k.ID || err != nil {
			t.Errorf("KeyByCredential = %q, %+v, %v", owner, found, err)
		}
		k.Label, k.LastUsed, k.Credential.SignCount, k.PossiblyCopied = "Blue", start, 9, true
		if err := SaveKey(tx, id, k); err != nil {
			return err
		}
		got, err := Key(tx, id, k.ID)
		if got.Label != "Blue" || got.Credential.SignCount != 9 || !got.PossiblyCopied || err != nil {
			t.Errorf("Key = %+v, %v", got, err)
		}
		k.Label = "a\nb"
		if err := SaveKey(tx, id, k); !errors.Is(err, ErrKeyLabel) {
			t.Errorf("a label with a line feed: %v", err)
		}
		if err := DeleteKey(tx, id, k.ID); err != nil {
			return err
		}
		if err := DeleteKey(tx, id, k.ID); !errors.Is(err, ErrNoKey) {
			t.Errorf("deleting it twice: %v", err)
		}
		if _, _, err := KeyByCredential(tx, k.Credential.ID); !errors.Is(err, ErrNoKey) {
			t.Errorf("its credential is not free: %v", err)
		}
		_, err = AddKey(tx, id, keyFor(1))
		return err
	})
}

// A key's ID works only in its own account. An ID that contains a path matches no key.
func TestKeyOfAnotherAccount(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	ann, bob := create(t, s, "ann"), create(t, s, "bob")
	update(t, s, func(tx store.Tx) error {
		k, err := AddKey(tx, ann, keyFor(1))
		if err != nil {
			return err
		}
		for _, id := range []string{k.ID, "", "../" + k.ID, strings.Repeat("a", 1<<20), "app"} {
			if _, err := Key(tx, bob, id); !errors.Is(err, ErrNoKey) {
				t.Errorf("Key(%.40q): %v", id, err)
			}
			if err := DeleteKey(tx, bob, id); !errors.Is(err, ErrNoKey) {
				t.Errorf("DeleteKey(%.40q): %v", id, err)
			}
		}
		return nil
	})
}

func TestKeyOnTheWire(t *testing.T) {
	t.Parallel()
	k := keyFor(1)
	k.Credential.AAGUID = bytes.Repeat([]byte{0xab}, 16)
	b, err := json.Marshal(k.API())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"transports":[]`, `"last_used":null`, `"aaguid":"abababab-abab-abab-abab-abababababab"`, `"rp_id":"localhost"`, `"credential_id":"Y3JlZGVudGlhbCAx"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s lacks %s", b, want)
		}
	}
	if strings.Contains(string(b), "public_key") || strings.Contains(string(b), "sign_count") {
		t.Errorf("%s says too much", b)
	}
	for _, none := range [][]byte{nil, make([]byte, 16), {1, 2}} {
		if got := formatAAGUID(none); got != "" {
			t.Errorf("formatAAGUID(%x) = %q", none, got)
		}
	}
}

func TestDefaultMethodR40R41(t *testing.T) {
	t.Parallel()
	all := Enrolment{Text: true, App: true, Keys: 1}
	for _, tt := range []struct {
		last api.Method
		e    Enrolment
		want api.Method
	}{
		{"", Enrolment{}, ""},
		{api.App, Enrolment{}, ""},
		{"", all, api.SecurityKey},
		{"", Enrolment{Text: true, App: true}, api.App},
		{"", Enrolment{Text: true}, api.Text},
		{api.Text, all, api.Text},
		{api.App, all, api.App},
		{api.SecurityKey, Enrolment{Text: true, App: true}, api.App}, // used last, but off now
		{api.BackupCode, all, api.SecurityKey},                       // R41
		{api.LoginRequest, all, api.SecurityKey},
	} {
		if got := DefaultMethod(&Account{LastMethod: tt.last}, tt.e); got != tt.want {
			t.Errorf("last %q, %+v: %q; want %q", tt.last, tt.e, got, tt.want)
		}
	}
}

// R61: two-factor is turned off with the last method and not before. Only then are backup
// codes and temporary passwords void.
func TestSettleR61(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	id := create(t, s, "ann")
	update(t, s, func(tx store.Tx) error {
		a, err := Load(tx, id)
		if err != nil {
			return err
		}
		a.TextOn, a.LastMethod = true, api.SecurityKey
		a.MethodAdded(tx)
		if err := SetApp(tx, id, AppSecret{Sealed: []byte{1}}); err != nil {
			return err
		}
		for i := range 3 {
			if _, err := AddKey(tx, id, keyFor(i)); err != nil {
				return err
			}
		}
		return Save(tx, a)
	})
	for i, m := range []api.Method{api.SecurityKey, api.Text, api.App} {
		last := i == 2
		update(t, s, func(tx store.Tx) error {
			a, err := Load(tx, id)
			if err != nil {
				return err
			}
			if err := RemoveMethod(tx, a, m); err != nil {
				return err
			}
			voided := 0
			void := func(store.Tx, *Account) (int, error) { voided++; return 1, nil }
			off, err := Settle(tx, a, void, void)
			if err != nil {
				return err
			}
			if off != last || (voided == 2) != last || a.TwoFactorSince.IsZero() != last || a.LastMethod != "" {
				t.Errorf("after %s: off %v, %d voided, %+v", m, off, voided, a)
			}
			e, err := Enrolled(tx, a)
			if e.Has(m) || e.TwoFactor() == last {
				t.Errorf("after %s: %+v", m, e)
			}
			return err
		})
	}
	update(t, s, func(tx store.Tx) error { // all credentials can be enrolled again
		_, err := AddKey(tx, id, keyFor(0))
		return err
	})
}

// Twenty keys can be deleted in one transaction, with enough writes left for the ceremony,
// the audit and the outbox.
func TestTurnOffFitsATransaction(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	id := create(t, s, "ann")
	for i := range KeysMax {
		update(t, s, func(tx store.Tx) error {
			_, err := AddKey(tx, id, keyFor(i))
			return err
		})
	}
	update(t, s, func(tx store.Tx) error {
		counted := &countingTx{Tx: tx}
		a, err := Load(counted, id)
		if err != nil {
			return err
		}
		if err := RemoveMethod(counted, a, api.SecurityKey); err != nil {
			return err
		}
		if _, err := Settle(counted, a); err != nil {
			return err
		}
		if counted.writes > store.MaxWrites-20 {
			t.Errorf("%d writes; 20 of %d must be left", counted.writes, store.MaxWrites)
		}
		return nil
	})
}

type countingTx struct {
	store.Tx
	writes int
}

func (c *countingTx) Put(key string, value []byte) error { c.writes++; return c.Tx.Put(key, value) }
func (c *countingTx) Create(key string, value []byte) error {
	c.writes++
	return c.Tx.Create(key, value)
}
func (c *countingTx) Delete(key string) error { c.writes++; return c.Tx.Delete(key) }
