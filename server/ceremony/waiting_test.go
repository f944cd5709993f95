package ceremony_test

import (
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/ceremony"
	"nightlatch/server/device"
	"nightlatch/server/fairqueue"
	"nightlatch/server/store"
)

// Any client that reaches the server can begin any number of ceremonies without a
// session and answer them wrongly. They don't fill the disk: beyond a limit, the oldest that are
// still in their first state are deleted completely.
func TestCeremoniesWithoutSessionAreLimited(t *testing.T) {
	t.Parallel()
	const limit = 16
	b := newBench(t, toys("open", false, onward, nil), toys("bound", true, onward, nil))
	var err error
	b.engine, err = ceremony.New(ceremony.Config{Store: b.store, Sealer: b.keys, Sessions: b.sessions, Waiting: limit},
		toys("open", false, onward, nil), toys("bound", true, onward, nil))
	if err != nil {
		t.Fatal(err)
	}
	var anonymous ceremony.Caller
	further := b.answer(anonymous, b.begin(anonymous, "open"), api.Label{Label: "yes"})
	bound := b.begin(b.caller, "bound")
	for range 5 * limit {
		b.answer(anonymous, b.begin(anonymous, "open"), api.Label{Label: "no"}) // refused: it stays in its first state
		last := b.begin(anonymous, "open")
		if _, err := b.engine.Get(t.Context(), anonymous, last.ID); err != nil {
			t.Fatal("the newest was deleted:", err)
		}
	}
	for _, rows := range []string{"cerm/", "exp/", "cermwait/"} {
		if n := len(b.keysUnder(rows)); n > limit+4 { // two more ceremonies, and two sessions
			t.Errorf("%d rows under %s", n, rows)
		}
	}
	if v := b.answer(anonymous, further, api.Continue{}); v.State != "end" {
		t.Errorf("the one that got further is in %s", v.State)
	}
	if _, err := b.engine.Get(t.Context(), b.caller, bound.ID); err != nil {
		t.Error("the one with a session:", err)
	}
}

// A flood of wrong first answers ends ceremonies of its own address or device first, and never
// those of the window or of a device that has signed in here before.
func TestFloodEndsItsOwnCeremonies(t *testing.T) {
	t.Parallel()
	const limit = 64
	b := newBench(t, toys("open", false, onward, nil))
	var err error
	b.engine, err = ceremony.New(ceremony.Config{Store: b.store, Sealer: b.keys, Sessions: b.sessions, Waiting: limit},
		toys("open", false, onward, nil))
	if err != nil {
		t.Fatal(err)
	}
	remember := func(account string) (token string) {
		t.Helper()
		err := b.store.Update(t.Context(), func(tx store.Tx) (err error) {
			token, err = device.Remember(tx, b.keys, account, "", "s")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	token, other := remember("abcdefghijklmnopqrstuvwxyz"), remember("zyxwvutsrqponmlkjihgfedcba")
	begin := func(address string, c ceremony.Caller) string {
		t.Helper()
		ctx := fairqueue.WithSource(t.Context(), address)
		v, err := b.engine.Begin(ctx, c, api.Begin{Kind: "open"})
		if err == nil {
			v, err = b.engine.Answer(ctx, c, v.ID, api.Answer{Rev: v.Rev, Input: api.Label{Label: "no"}})
		}
		if err != nil {
			t.Fatal(err)
		}
		return v.ID
	}
	waits := map[string]string{
		"of another address":  begin("192.0.2.7", ceremony.Caller{}),
		"of a known device":   begin("192.0.2.1", ceremony.Caller{Device: token}),
		"of the window":       begin("", ceremony.Caller{Window: true}),
		"of one more address": begin("2001:db8::1", ceremony.Caller{}),
	}
	for range 20 * limit {
		begin("192.0.2.1", ceremony.Caller{Device: token[:20] + "__" + token[22:]})
	}
	for range 20 * limit { // somebody with an account of this server, at the same address
		begin("192.0.2.1", ceremony.Caller{Device: other})
	}
	for what, id := range waits {
		if v, err := b.engine.Get(t.Context(), ceremony.Caller{}, id); err != nil || v.Rev != 2 {
			t.Errorf("the one %s: revision %d, %v", what, v.Rev, err)
		}
	}
}
