package ceremony_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// A flood of new ceremonies stores nothing and ends none, also none of its own address.
func TestFloodOfBeginsStoresNothing(t *testing.T) {
	t.Parallel()
	const limit = 16
	b := newBench(t)
	var err error
	b.engine, err = ceremony.New(ceremony.Config{Store: b.store, Sealer: b.keys, Sessions: b.sessions, Waiting: limit},
		toys("open", false, onward, nil))
	if err != nil {
		t.Fatal(err)
	}
	var anonymous ceremony.Caller // without a token of the device
	first := b.begin(anonymous, "open")
	answered := b.answer(anonymous, b.begin(anonymous, "open"), api.Label{Label: "no"})
	before := len(b.keysUnder("cerm"))
	for range 20 * limit {
		b.begin(anonymous, "open")
	}
	if n := len(b.keysUnder("cerm")); n != before {
		t.Errorf("%d rows, then %d", before, n)
	}
	for what, v := range map[string]api.View{"new": first, "answered": answered} {
		if next, err := b.engine.Answer(t.Context(), anonymous, v.ID, api.Answer{Rev: v.Rev, Input: api.Label{Label: "yes"}}); err != nil || next.State != "second" {
			t.Errorf("the %s one is in %q, %v", what, next.State, err)
		}
	}
}

// An ID ends with its ceremony, also if the ceremony was never stored. A flood of cancelled
// ceremonies has a limit.
func TestEndedIDsStayEnded(t *testing.T) {
	t.Parallel()
	const limit = 16
	b := newBench(t)
	var err error
	b.engine, err = ceremony.New(ceremony.Config{Store: b.store, Sealer: b.keys, Sessions: b.sessions, Waiting: limit},
		toys("open", false, func(_ store.Tx, c *ceremony.Ceremony, _ *toy, in api.Input) (api.State, error) {
			if in.(api.Label).Label == "no" {
				c.Refuse(ceremony.Refuse(ceremony.WrongCode))
				return "", nil
			}
			return "second", nil
		}, nil))
	if err != nil {
		t.Fatal(err)
	}
	var anonymous ceremony.Caller
	cancel := func(id string) {
		t.Helper()
		if err := b.engine.Cancel(t.Context(), anonymous, id); err != nil {
			t.Fatal(err)
		}
	}
	unanswered := b.begin(anonymous, "open")
	cancel(unanswered.ID)
	b.gone(anonymous, unanswered.ID)
	refused := b.answer(anonymous, b.begin(anonymous, "open"), api.Label{Label: "no"})
	cancel(refused.ID)
	b.gone(anonymous, refused.ID)
	done := b.answer(anonymous, b.answer(anonymous, b.begin(anonymous, "open"), api.Label{Label: "yes"}), api.Continue{})
	b.gone(anonymous, done.ID)
	b.gone(anonymous, unanswered.ID[:len(unanswered.ID)-1]+"_")
	b.gone(anonymous, unanswered.ID+"=")
	answered := b.answer(anonymous, b.begin(anonymous, "open"), api.Label{Label: "no"})
	for range 10 * limit {
		cancel(b.begin(anonymous, "open").ID)
	}
	if n := len(b.keysUnder("cerm/")); n > limit+3 {
		t.Errorf("%d records", n)
	}
	if _, err := b.engine.Get(t.Context(), anonymous, answered.ID); err != nil {
		t.Error("the one that was answered:", err)
	}
	b.advance(3 * time.Hour)
	if _, err := store.Reap(t.Context(), b.store); err != nil {
		t.Fatal(err)
	}
	if left := b.keysUnder("cerm/"); len(left) != 0 {
		t.Errorf("left behind %v", left)
	}
	b.gone(anonymous, unanswered.ID)
	b.gone(anonymous, refused.ID)
}

// The draft is encrypted in the store and can be decrypted only under its own key.
func TestDraftIsSealed(t *testing.T) {
	t.Parallel()
	b := newBench(t, toys("toy", false, onward, nil))
	one, two := b.begin(ceremony.Caller{}, "toy"), b.begin(ceremony.Caller{}, "toy")
	if id, err := base64.RawURLEncoding.DecodeString(one.ID); err != nil || strings.Contains(string(id), secret) {
		t.Errorf("the ID contains the draft in the clear, or is no base64: %v", err)
	}
	for _, v := range []api.View{one, two} { // the first answer stores it
		b.answer(ceremony.Caller{}, v, api.Label{Label: "no"})
	}
	b.update(func(tx store.Tx) error {
		value, err := tx.Get("cerm/" + one.ID)
		if strings.Contains(string(value), secret) {
			t.Error("the draft is in the clear")
		}
		if err != nil {
			return err
		}
		return tx.Put("cerm/"+two.ID, value)
	})
	if _, err := b.engine.Get(t.Context(), ceremony.Caller{}, two.ID); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("a draft moved to another key: %v", err)
	}
}
