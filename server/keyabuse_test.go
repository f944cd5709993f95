package server_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/store"
)

// An answer that was made for another page is refused like any other bad one;
// the account's owner can see in the activity list what it was.
func TestAnswerForAnotherPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.signIn("dot")
	key := w.newKey()
	w.enrollKey(c, key)
	v := w.askForKey("dot")
	key.Origin = "https://localhost.evil.example"
	v = w.answer(w.client, v, key.Get(get(v)))
	wantRefusal(t, "phished", v, api.Denied)
	if a := must[[]api.Activity](t)(c.Activity(t.Context(), "", 1)); a[0].Type != api.EventSignInFailed || a[0].Details["reason"] != "key_trapped" {
		t.Errorf("activity %+v", a)
	}
}

// forget deletes a key under the feet of a ceremony.
func (w *world) forget(username string) {
	w.t.Helper()
	id := w.account(username).ID
	err := w.store.Update(w.t.Context(), func(tx store.Tx) error {
		keys, err := account.Keys(tx, id)
		for _, k := range keys {
			if err := account.DeleteKey(tx, id, k.ID); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// What a key signed is good for the one step of the one ceremony that asked.
func TestKeyAnswersElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.signIn("bob")
	key := w.newKey()
	w.enrollKey(c, key)

	one, two := w.askForKey("bob"), w.askForKey("bob")
	wantRefusal(t, "another sign-in's", w.answer(w.client, two, key.Get(get(one))), api.Denied)
	enrolling := w.touchKey(c)
	wantRefusal(t, "an enrolment's", w.answer(w.client, one, key.Get(create(enrolling))), api.Denied)
	refused := w.answer(c, enrolling, key.Create(get(w.askForKey("bob"))))
	wantRefusal(t, "a sign-in's", refused, api.Denied)
	if got := create(refused); string(got) == string(create(enrolling)) {
		t.Error("a challenge was used twice")
	}
	wantRefusal(t, "the wrong kind", w.answer(c, refused, key.Get(create(refused))), api.Malformed)

	v := w.askForKey("bob")
	answer := key.Get(get(v))
	w.forget("bob") // while it is touched: there is another way
	v = w.answer(w.client, v, answer)
	if step, ok := v.Step.(api.EnterCode); !ok || step.Channel != api.ByText {
		t.Errorf("after the key was deleted: %+v, %+v", v.Step, v.Refusal)
	}
}

// The largest answer a real key gives is far below what is read at all.
func TestLargeKeyAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.signIn("dot")
	for _, size := range []int{1 << 10, 40 << 10, 63 << 10, 64 << 10, 1 << 20} {
		v := w.touchKey(c)
		response := fmt.Sprintf(`{"id":"AA","rawId":"AA","type":"public-key","response":{"attestationObject":"%s","clientDataJSON":"e30"}}`, strings.Repeat("A", size))
		e := w.do("POST", "/api/v1/ceremonies/"+v.ID, fmt.Sprintf(`{"rev":%d,"input":{"type":"key-response","response":%s}}`, v.Rev, response),
			"Authorization", "Bearer "+c.Token(), "Content-Type", "application/json")
		if e.status != 200 && e.status != 413 || e.status == 200 && !strings.Contains(e.body, `"malformed"`) {
			t.Errorf("%d bytes: %d %s", size, e.status, e.body)
		}
	}
}

// R33: three people hold a copy of one credential, which none has enrolled yet.
// However close together they give it a name, one has it.
func TestRacingForACredential(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.newKey()
	type entrant struct {
		c *client.Client
		v api.View
	}
	var entrants []entrant
	for _, name := range []string{"bob", "cyd", "dot"} {
		c := w.signIn(name)
		v := w.touchKey(c)
		v = w.answer(c, v, key.Create(create(v)))
		entrants = append(entrants, entrant{c, v})
	}
	var finished, refused atomic.Int32
	codes := race(t, len(entrants), func(i int) error {
		e := entrants[i]
		v, err := e.c.Answer(t.Context(), e.v.ID, e.v.Rev, api.Label{Label: "Mine"})
		switch {
		case err != nil:
		case v.Step == api.Step(api.Finished{}):
			finished.Add(1)
		case v.Refusal != nil && v.Refusal.Code == api.KeyAlreadyEnrolled && v.Refusal.Key == "":
			refused.Add(1)
		}
		return err
	})
	if finished.Load() != 1 || refused.Load() != 2 || codes[""] != 3 {
		t.Errorf("%d finished, %d refused, %v", finished.Load(), refused.Load(), codes)
	}
	n := 0
	for _, e := range entrants {
		n += must[api.Account](t)(e.c.Account(t.Context())).Methods.Keys
	}
	if n != 1 {
		t.Errorf("%d accounts have it", n)
	}
}

// A key is deleted at the very moment it answers: it signs in or is unknown, and
// nothing else becomes of it.
func TestRacingTouchAndDeletion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.signIn("dot")
	stays := w.newKey()
	w.enrollKey(c, stays)
	for range 25 {
		key := w.newKey()
		w.enrollKey(c, key)
		keys := must[[]api.Key](t)(c.Keys(t.Context()))
		v := w.askForKey("dot")
		answer := key.Get(get(v))
		var after api.View
		codes := race(t, 2, func(i int) (err error) {
			if i == 0 {
				return c.DeleteKey(t.Context(), keys[slices.IndexFunc(keys, func(k api.Key) bool { return k.LastUsed == nil && k.Label != "Security key" })].ID)
			}
			after, err = w.client.Answer(t.Context(), v.ID, v.Rev, answer)
			return err
		})
		if codes[""] != 2 {
			t.Fatalf("%v", codes)
		}
		if !signedIn(after) {
			wantRefusal(t, "deleted meanwhile", after, api.KeyUnknown)
			if v = w.answer(w.client, after, stays.Get(get(after))); !signedIn(v) {
				t.Fatalf("the other key: %T, %+v", v.Step, v.Refusal)
			}
		}
		if left := must[[]api.Key](t)(c.Keys(t.Context())); len(left) != 1 {
			t.Fatalf("keys %+v", left)
		}
	}
}

// An answer that can't be read costs nobody a try, and the step stays as it is.
func TestUnreadableKeyAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.signIn("dot")
	key := w.newKey()
	w.enrollKey(c, key)
	v := w.askForKey("dot")
	for range 12 { // R43 would have made anybody wait by now
		for _, response := range []string{`{}`, `[]`, `"x"`, `{"id":"AA=="}`, `{"id":"AA","rawId":"AB","type":"public-key","response":{}}`} {
			v = w.answer(w.client, v, api.KeyResponse{Response: api.RawJSON(response)})
			if r := wantRefusal(t, response, v, api.Malformed); r.Field != "response" {
				t.Errorf("%s: %+v", response, r)
			}
		}
	}
	if v = w.answer(w.client, v, key.Get(get(v))); !signedIn(v) {
		t.Errorf("%+v", v.Refusal)
	}
}
