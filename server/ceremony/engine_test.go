package ceremony_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/ceremony"
	"nightlatch/server/delivery"
	"nightlatch/server/session"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
	"nightlatch/server/store/storetest"
)

// toy is the draft of a ceremony with three states.
type toy struct {
	Secret string `json:"secret"`
	Count  int    `json:"count"`
}

const secret = "the-draft-is-sealed"

var errBroken = errors.New("toy: broken")

// toys returns a definition with three states. The test chooses the first edge.
func toys(kind api.Kind, needsSession bool, do func(tx store.Tx, c *ceremony.Ceremony, d *toy, in api.Input) (api.State, error), slow func(context.Context, ceremony.Ceremony, toy, api.Input) (api.Input, error)) ceremony.Definition[toy] {
	return ceremony.Definition[toy]{
		Kind:         kind,
		NeedsSession: needsSession,
		Life:         time.Hour,
		Begins:       []api.State{"first"},
		Start: func(_ store.Tx, _ *ceremony.Ceremony, d *toy, _ api.Begin) (api.State, error) {
			d.Secret = secret
			return "first", nil
		},
		States: []ceremony.State[toy]{
			{Name: "first", Step: api.NameKey{}, Show: func(_ store.Tx, _ *ceremony.Ceremony, d *toy) (api.Step, error) {
				return api.NameKey{Suggested: strings.Repeat("x", d.Count)}, nil
			}},
			{Name: "second", Step: api.Overview{}, Show: func(store.Tx, *ceremony.Ceremony, *toy) (api.Step, error) {
				return api.Overview{}, nil
			}},
			{Name: "end", Step: api.Finished{}, End: true, Show: func(store.Tx, *ceremony.Ceremony, *toy) (api.Step, error) {
				return api.Finished{}, nil
			}},
		},
		Edges: []ceremony.Edge[toy]{
			{From: "first", On: api.Label{Label: "x"}, To: []api.State{"second"}, Slow: slow, Do: do},
			{From: "second", On: api.Continue{}, To: []api.State{"end"}, Do: func(store.Tx, *ceremony.Ceremony, *toy, api.Input) (api.State, error) {
				return "end", nil
			}},
		},
	}
}

// onward goes to the second state. It counts and refuses the label "no".
func onward(_ store.Tx, c *ceremony.Ceremony, d *toy, in api.Input) (api.State, error) {
	switch in.(api.Label).Label {
	case "no":
		d.Count++
		c.Refuse(ceremony.Refuse(ceremony.WrongCode))
		return "", nil
	case "reject":
		d.Count++
		return "", ceremony.Reject(ceremony.Malformed("label", "Not that."))
	case "break":
		return "", errBroken
	case "stray":
		return "end", nil
	}
	return "second", nil
}

// A bench is an engine with one session.
type bench struct {
	t        *testing.T
	mu       sync.Mutex
	now      time.Time
	store    store.Store
	keys     *seal.Sealer
	sessions *session.Store
	engine   *ceremony.Engine
	caller   ceremony.Caller
	foreign  ceremony.Caller // another session of the same account
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) advance(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func newBench(t *testing.T, defs ...ceremony.Registered) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Date(2026, 11, 2, 9, 41, 0, 0, time.UTC), keys: seal.New([32]byte{7})}
	b.store = storetest.New(t, b.clock)
	var err error
	b.sessions, err = session.New(session.Config{Sealer: b.keys, Lifetime: 30 * 24 * time.Hour, ReauthenticateAfter: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	b.caller, b.foreign = b.signIn("alice"), b.signIn("alice")
	b.engine, err = ceremony.New(ceremony.Config{Store: b.store, Sealer: b.keys, Sessions: b.sessions}, defs...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) signIn(account string) ceremony.Caller {
	b.t.Helper()
	var s session.Session
	b.update(func(tx store.Tx) (err error) {
		_, s, err = b.sessions.Create(tx, session.Session{Account: account})
		return err
	})
	return ceremony.Caller{Session: &s, Account: account, Client: "Test", RemoteAddr: "here"}
}

func (b *bench) update(fn func(store.Tx) error) {
	b.t.Helper()
	if err := b.store.Update(b.t.Context(), fn); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) begin(who ceremony.Caller, kind api.Kind) api.View {
	b.t.Helper()
	v, err := b.engine.Begin(b.t.Context(), who, api.Begin{Kind: kind})
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

func (b *bench) answer(who ceremony.Caller, v api.View, in api.Input) api.View {
	b.t.Helper()
	v, err := b.engine.Answer(b.t.Context(), who, v.ID, api.Answer{Rev: v.Rev, Input: in})
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

func (b *bench) gone(who ceremony.Caller, id string) {
	b.t.Helper()
	if _, err := b.engine.Get(b.t.Context(), who, id); !errors.Is(err, ceremony.ErrNotFound) {
		b.t.Errorf("get: %v", err)
	}
	if _, err := b.engine.Answer(b.t.Context(), who, id, api.Answer{Rev: 1, Input: api.Label{Label: "x"}}); !errors.Is(err, ceremony.ErrNotFound) {
		b.t.Errorf("answer: %v", err)
	}
	if err := b.engine.Cancel(b.t.Context(), who, id); !errors.Is(err, ceremony.ErrNotFound) {
		b.t.Errorf("cancel: %v", err)
	}
}

// keysUnder lists the keys below a prefix.
func (b *bench) keysUnder(prefix string) (keys []string) {
	b.t.Helper()
	err := b.store.View(b.t.Context(), func(tx store.Tx) error {
		keys = nil
		items, err := tx.Scan(prefix, "", 100)
		for _, it := range items {
			keys = append(keys, strings.Clone(it.Key))
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return keys
}

func TestWalkToTheEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t, toys("toy", false, onward, nil))
	v := b.begin(ceremony.Caller{}, "toy")
	if v.State != "first" || v.Rev != 1 || v.Refusal != nil || !v.Expires.Equal(b.clock().Add(time.Hour)) {
		t.Fatalf("began with %+v", v)
	}
	v = b.answer(ceremony.Caller{}, v, api.Label{Label: "yes"})
	if v.State != "second" || v.Rev != 2 || v.At != 1 || len(v.Path) != 2 {
		t.Fatalf("then %+v", v)
	}
	end := b.answer(ceremony.Caller{}, v, api.Continue{})
	if _, ok := end.Step.(api.Finished); !ok {
		t.Fatalf("ended with %+v", end)
	}
	b.gone(ceremony.Caller{}, v.ID)
	b.advance(3 * time.Hour) // until then a record says that the ID is used up
	if _, err := store.Reap(t.Context(), b.store); err != nil {
		t.Fatal(err)
	}
	if left := append(b.keysUnder("cerm/"), b.keysUnder("exp/")...); len(left) != 2 { // the two sessions' expiry
		t.Errorf("left behind %v", left)
	}
}

// The refusal of an examined input commits and raises the revision. It is part of the view
// until the next answer.
func TestRefusalCommits(t *testing.T) {
	t.Parallel()
	b := newBench(t, toys("toy", false, onward, nil))
	first := b.begin(ceremony.Caller{}, "toy")
	refused := b.answer(ceremony.Caller{}, first, api.Label{Label: "no"})
	if refused.Rev != 2 || refused.State != "first" || refused.Refusal == nil || refused.Refusal.Code != api.WrongCode {
		t.Fatalf("refused with %+v", refused)
	}
	if got := refused.Step.(api.NameKey).Suggested; got != "x" {
		t.Errorf("counted %q", got)
	}
	again := b.answer(ceremony.Caller{}, first, api.Label{Label: "no"}) // sent twice
	if again.Rev != 2 || again.Refusal == nil || again.Step != refused.Step {
		t.Errorf("a stale answer had an effect: %+v", again)
	}
	if next := b.answer(ceremony.Caller{}, again, api.Label{Label: "yes"}); next.Refusal != nil {
		t.Errorf("the refusal stays: %+v", next.Refusal)
	}
}

// An input that was not examined changes nothing: one without an edge, a rejection, a
// transition that was not declared, an error.
func TestRejectionChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, toys("toy", false, onward, nil))
	v := b.begin(ceremony.Caller{}, "toy")
	for _, in := range []api.Input{api.Continue{}, nil, api.Label{Label: "reject"}} {
		got := b.answer(ceremony.Caller{}, v, in)
		if got.Rev != 1 || got.Refusal == nil || got.Refusal.Code != api.Malformed || got.Step.(api.NameKey).Suggested != "" {
			t.Errorf("%#v: %+v", in, got)
		}
	}
	for label, want := range map[string]error{"break": errBroken, "stray": ceremony.ErrDefinition} {
		_, err := b.engine.Answer(t.Context(), ceremony.Caller{}, v.ID, api.Answer{Rev: 1, Input: api.Label{Label: label}})
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", label, err)
		}
	}
	if got, err := b.engine.Get(t.Context(), ceremony.Caller{}, v.ID); err != nil || got.Rev != 1 || got.Refusal != nil {
		t.Errorf("afterwards %+v, %v", got, err)
	}
}

// A ceremony is bound to its session: callers without a session, with another one, or with
// one that has ended get not-found.
func TestBoundToItsSession(t *testing.T) {
	t.Parallel()
	b := newBench(t, toys("toy", true, onward, nil))
	if _, err := b.engine.Begin(t.Context(), ceremony.Caller{}, api.Begin{Kind: "toy"}); !errors.Is(err, ceremony.ErrSessionRequired) {
		t.Errorf("without a session: %v", err)
	}
	if _, err := b.engine.Begin(t.Context(), b.caller, api.Begin{Kind: "nothing"}); !errors.Is(err, ceremony.ErrUnknownKind) {
		t.Errorf("unknown kind: %v", err)
	}
	v := b.begin(b.caller, "toy")
	b.gone(ceremony.Caller{}, v.ID)
	b.gone(b.foreign, v.ID)
	b.gone(b.signIn("mallory"), v.ID)
	b.gone(b.caller, "../acct/alice")
	b.answer(b.caller, v, api.Label{Label: "no"})
	b.update(func(tx store.Tx) error { return b.sessions.End(tx, "alice", b.caller.Session.ID) })
	b.gone(b.caller, v.ID)
	if _, err := b.engine.Begin(t.Context(), b.caller, api.Begin{Kind: "toy"}); !errors.Is(err, ceremony.ErrNotFound) {
		t.Errorf("with an ended session: %v", err)
	}
}

// A session has one open ceremony of a kind: a new one cancels the old one. Other kinds,
// other sessions of the account and anonymous ceremonies stay.
func TestOneOpenForASessionAndKind(t *testing.T) {
	t.Parallel()
	b := newBench(t, toys("toy", true, onward, nil), toys("other", true, onward, nil), toys("open", false, onward, nil))
	old, other, open := b.begin(b.caller, "toy"), b.begin(b.caller, "other"), b.begin(b.caller, "open")
	foreign := b.begin(b.foreign, "toy")
	b.begin(b.caller, "open")
	fresh := b.begin(b.caller, "toy")
	b.gone(b.caller, old.ID)
	for id, who := range map[string]ceremony.Caller{fresh.ID: b.caller, foreign.ID: b.foreign, other.ID: b.caller, open.ID: {}} {
		if _, err := b.engine.Get(t.Context(), who, id); err != nil {
			t.Error(err)
		}
	}
	if err := b.engine.Cancel(t.Context(), b.foreign, foreign.ID); err != nil {
		t.Error(err)
	}
	b.gone(b.foreign, foreign.ID)
	if open := b.keysUnder("acct/alice/open/"); len(open) != 2 {
		t.Errorf("open: %v", open)
	}
}

// The number of open ceremonies of an account is limited over all its sessions: the oldest one
// is cancelled, and those of ended sessions are deleted.
func TestOpenCeremoniesOfAnAccountAreBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t, toys("toy", true, onward, nil))
	var callers []ceremony.Caller
	var views []api.View
	for range 40 {
		who := b.signIn("alice")
		callers, views = append(callers, who), append(views, b.begin(who, "toy"))
		b.advance(time.Second)
	}
	if open := b.keysUnder("acct/alice/open/"); len(open) != 32 {
		t.Errorf("%d are open", len(open))
	}
	b.gone(callers[7], views[7].ID)
	if _, err := b.engine.Get(t.Context(), callers[8], views[8].ID); err != nil {
		t.Error(err)
	}
	for _, who := range callers[8:] {
		b.update(func(tx store.Tx) error { return b.sessions.End(tx, "alice", who.Session.ID) })
	}
	for range 8 {
		b.begin(b.caller, "toy")
	}
	if open := b.keysUnder("acct/alice/open/"); len(open) != 1 {
		t.Errorf("%d are open after the sessions ended", len(open))
	}
}

// A ceremony expires when its Life has passed after the last answer, and its record is
// deleted.
func TestExpiry(t *testing.T) {
	t.Parallel()
	b := newBench(t, toys("toy", false, onward, nil))
	v := b.begin(ceremony.Caller{}, "toy")
	for range 5 {
		b.advance(time.Hour - time.Millisecond)
		v = b.answer(ceremony.Caller{}, v, api.Label{Label: "no"})
		if _, err := store.Reap(t.Context(), b.store); err != nil {
			t.Fatal(err)
		}
	}
	b.advance(time.Hour)
	b.gone(ceremony.Caller{}, v.ID)
	b.advance(2 * time.Hour)
	if n, err := store.Reap(t.Context(), b.store); err != nil || n != 1 {
		t.Errorf("reaped %d, %v", n, err)
	}
	if left := append(b.keysUnder("cerm/"), b.keysUnder("exp/")...); len(left) != 2 {
		t.Errorf("left behind %v", left)
	}
}

// Messages and events commit together with the step or not at all.
func TestOneTransaction(t *testing.T) {
	t.Parallel()
	fail := false
	do := func(_ store.Tx, c *ceremony.Ceremony, _ *toy, _ api.Input) (api.State, error) {
		c.Record(audit.Event{Type: api.EventEmailConfirmed})
		c.Send(delivery.Message{Channel: api.ByEmail, To: "a@example.org", Template: delivery.EmailCode, Args: map[string]string{"code": "123456"}})
		if fail {
			c.Send(delivery.Message{Channel: "pigeon"})
		}
		return "second", nil
	}
	b := newBench(t, toys("toy", true, do, nil))
	v := b.begin(b.caller, "toy")
	fail = true
	if _, err := b.engine.Answer(t.Context(), b.caller, v.ID, api.Answer{Rev: 1, Input: api.Label{Label: "x"}}); err == nil {
		t.Error("an unknown channel is taken")
	}
	if n := len(b.keysUnder("out/")) + len(b.keysUnder("aud/")); n != 0 {
		t.Errorf("%d rows of a step that failed", n)
	}
	fail = false
	b.answer(b.caller, v, api.Label{Label: "x"})
	if out, aud := len(b.keysUnder("out/")), len(b.keysUnder("aud/alice/")); out != 1 || aud != 1 {
		t.Errorf("%d messages, %d events", out, aud)
	}
	err := b.store.View(t.Context(), func(tx store.Tx) error {
		events, err := audit.List(tx, "alice", 0, 1)
		if len(events) != 1 || events[0].Client != "Test" || events[0].RemoteAddr != "here" {
			t.Errorf("events %+v", events)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Slow work runs outside the transaction, once per attempt, and can use the store. Its
// result is checked again inside the transaction, and the work repeated if the account
// changed.
func TestSlow(t *testing.T) {
	t.Parallel()
	var b *bench
	tries := 0
	slow := func(ctx context.Context, _ ceremony.Ceremony, d toy, in api.Input) (api.Input, error) {
		tries++
		if d.Secret != secret {
			t.Error("without the draft")
		}
		if in.(api.Label).Label == "slow reject" {
			return nil, ceremony.Reject(ceremony.Malformed("label", "Not that."))
		}
		return api.Label{Label: "enriched"}, b.store.Update(ctx, func(tx store.Tx) error { return tx.Put("toy", []byte("1")) })
	}
	changes := 2
	do := func(_ store.Tx, _ *ceremony.Ceremony, _ *toy, in api.Input) (api.State, error) {
		if in.(api.Label).Label != "enriched" {
			t.Errorf("got %v", in)
		}
		if tries <= changes {
			return "", ceremony.ErrAgain
		}
		return "second", nil
	}
	b = newBench(t, toys("toy", false, do, slow))
	v := b.begin(ceremony.Caller{}, "toy")
	if got := b.answer(ceremony.Caller{}, v, api.Label{Label: "slow reject"}); got.Refusal == nil || got.Rev != 1 || tries != 1 {
		t.Errorf("rejected with %+v after %d tries", got, tries)
	}
	tries = 0
	if got := b.answer(ceremony.Caller{}, v, api.Label{Label: "x"}); got.State != "second" || tries != 3 {
		t.Errorf("in %s after %d tries", got.State, tries)
	}
	tries, changes = 0, 1000
	v = b.begin(ceremony.Caller{}, "toy")
	_, err := b.engine.Answer(t.Context(), ceremony.Caller{}, v.ID, api.Answer{Rev: 1, Input: api.Label{Label: "x"}})
	if !errors.Is(err, ceremony.ErrUnsettled) {
		t.Errorf("never settles: %v", err)
	}
}

// A hundred equal answers to one step: exactly one takes effect.
func TestRaceForAStep(t *testing.T) {
	t.Parallel()
	var (
		mu  sync.Mutex
		got = map[int]int{} // by revision
	)
	do := func(tx store.Tx, _ *ceremony.Ceremony, d *toy, _ api.Input) (api.State, error) {
		d.Count++
		return "", nil
	}
	b := newBench(t, toys("toy", false, do, func(_ context.Context, _ ceremony.Ceremony, _ toy, in api.Input) (api.Input, error) { return in, nil }))
	v := b.begin(ceremony.Caller{}, "toy")
	var all sync.WaitGroup
	start := make(chan struct{})
	for range 100 {
		all.Go(func() {
			<-start
			after, err := b.engine.Answer(t.Context(), ceremony.Caller{}, v.ID, api.Answer{Rev: 1, Input: api.Label{Label: "x"}})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			got[after.Rev]++
			if n := len(after.Step.(api.NameKey).Suggested); n != 1 {
				t.Errorf("took effect %d times", n)
			}
		})
	}
	close(start)
	all.Wait()
	if got[2] != 100 {
		t.Errorf("revisions %v", got)
	}
}
