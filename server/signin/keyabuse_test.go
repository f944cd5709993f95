package signin_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/servertest"
	"nightlatch/server/store"
)

// A key's answer for another page is refused like any other bad answer. The activity
// list has the reason.
func TestAnswerForAnotherPage(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("dot")
	key := w.NewKey()
	w.EnrollKey(c, key)
	v := w.SignInUntilKey("dot")
	key.Origin = "https://localhost.evil.example"
	v = w.Answer(w.Client, v, key.Get(servertest.GetOptions(v)))
	servertest.WantRefusal(t, "phished", v, api.Denied)
	if a := servertest.Must[[]api.Activity](t)(c.Activity(t.Context(), "", 1)); a[0].Type != api.EventSignInFailed || a[0].Details["reason"] != "key_trapped" {
		t.Errorf("activity %+v", a)
	}
}

// deleteKeys deletes an account's keys while a ceremony uses them.
func deleteKeys(w *servertest.World, username string) {
	w.T.Helper()
	id := w.Account(username).ID
	err := w.Store.Update(w.T.Context(), func(tx store.Tx) error {
		keys, err := account.Keys(tx, id)
		for _, k := range keys {
			if err := account.DeleteKey(tx, id, k.ID); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

// A key's answer is valid only for the step and the ceremony that asked for it.
func TestKeyAnswersElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("bob")
	key := w.NewKey()
	w.EnrollKey(c, key)

	one, two := w.SignInUntilKey("bob"), w.SignInUntilKey("bob")
	servertest.WantRefusal(t, "another sign-in's", w.Answer(w.Client, two, key.Get(servertest.GetOptions(one))), api.Denied)
	enrolling := w.EnrollKeyUntilTouch(c)
	servertest.WantRefusal(t, "an enrolment's", w.Answer(w.Client, one, key.Get(servertest.CreateOptions(enrolling))), api.Denied)
	refused := w.Answer(c, enrolling, key.Create(servertest.GetOptions(w.SignInUntilKey("bob"))))
	servertest.WantRefusal(t, "a sign-in's", refused, api.Denied)
	if got := servertest.CreateOptions(refused); string(got) == string(servertest.CreateOptions(enrolling)) {
		t.Error("a challenge was used twice")
	}
	servertest.WantRefusal(t, "the wrong kind", w.Answer(c, refused, key.Get(servertest.CreateOptions(refused))), api.Malformed)

	v := w.SignInUntilKey("bob")
	answer := key.Get(servertest.GetOptions(v))
	deleteKeys(w, "bob") // while it is touched; another method is on
	v = w.Answer(w.Client, v, answer)
	if step, ok := v.Step.(api.EnterCode); !ok || step.Channel != api.ByText {
		t.Errorf("after the key was deleted: %+v, %+v", v.Step, v.Refusal)
	}
}

// Large key answers are refused as malformed or too large. Real ones are far below the
// limit.
func TestLargeKeyAnswers(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("dot")
	for _, size := range []int{1 << 10, 40 << 10, 63 << 10, 64 << 10, 1 << 20} {
		v := w.EnrollKeyUntilTouch(c)
		response := fmt.Sprintf(`{"id":"AA","rawId":"AA","type":"public-key","response":{"attestationObject":"%s","clientDataJSON":"e30"}}`, strings.Repeat("A", size))
		e := w.Do("POST", "/api/v1/ceremonies/"+v.ID, fmt.Sprintf(`{"rev":%d,"input":{"type":"key-response","response":%s}}`, v.Rev, response),
			"Authorization", "Bearer "+c.Token(), "Content-Type", "application/json")
		if e.Status != 200 && e.Status != 413 || e.Status == 200 && !strings.Contains(e.Body, `"malformed"`) {
			t.Errorf("%d bytes: %d %s", size, e.Status, e.Body)
		}
	}
}

// R33: three accounts enrol copies of one credential at the same time. Exactly one
// succeeds.
func TestRacingForACredential(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	key := w.NewKey()
	type entrant struct {
		c *client.Client
		v api.View
	}
	var entrants []entrant
	for _, name := range []string{"bob", "cyd", "dot"} {
		c := w.SignIn(name)
		v := w.EnrollKeyUntilTouch(c)
		v = w.Answer(c, v, key.Create(servertest.CreateOptions(v)))
		entrants = append(entrants, entrant{c, v})
	}
	var finished, refused atomic.Int32
	codes := servertest.Race(t, len(entrants), func(i int) error {
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
		n += servertest.Must[api.Account](t)(e.c.Account(t.Context())).Methods.Keys
	}
	if n != 1 {
		t.Errorf("%d accounts have it", n)
	}
}

// A key is deleted while its answer is examined. It signs in or is refused, and no
// other state results.
func TestRacingTouchAndDeletion(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("dot")
	stays := w.NewKey()
	w.EnrollKey(c, stays)
	for range 25 {
		key := w.NewKey()
		w.EnrollKey(c, key)
		keys := servertest.Must[[]api.Key](t)(c.Keys(t.Context()))
		v := w.SignInUntilKey("dot")
		answer := key.Get(servertest.GetOptions(v))
		var after api.View
		codes := servertest.Race(t, 2, func(i int) (err error) {
			if i == 0 {
				return c.DeleteKey(t.Context(), keys[slices.IndexFunc(keys, func(k api.Key) bool { return k.LastUsed == nil && k.Label != "Security key" })].ID)
			}
			after, err = w.Client.Answer(t.Context(), v.ID, v.Rev, answer)
			return err
		})
		if codes[""] != 2 {
			t.Fatalf("%v", codes)
		}
		if !servertest.IsSignedIn(after) {
			servertest.WantRefusal(t, "deleted meanwhile", after, api.KeyUnknown)
			if v = w.Answer(w.Client, after, stays.Get(servertest.GetOptions(after))); !servertest.IsSignedIn(v) {
				t.Fatalf("the other key: %T, %+v", v.Step, v.Refusal)
			}
		}
		if left := servertest.Must[[]api.Key](t)(c.Keys(t.Context())); len(left) != 1 {
			t.Fatalf("keys %+v", left)
		}
	}
}

// A key's answer that can't be read is not counted as a failure, and the step does not
// change.
func TestUnreadableKeyAnswers(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	c := w.SignIn("dot")
	key := w.NewKey()
	w.EnrollKey(c, key)
	v := w.SignInUntilKey("dot")
	for range 12 { // counted failures would be throttled by now (R43)
		for _, response := range []string{`{}`, `[]`, `"x"`, `{"id":"AA=="}`, `{"id":"AA","rawId":"AB","type":"public-key","response":{}}`} {
			v = w.Answer(w.Client, v, api.KeyResponse{Response: api.RawJSON(response)})
			if r := servertest.WantRefusal(t, response, v, api.Malformed); r.Field != "response" {
				t.Errorf("%s: %+v", response, r)
			}
		}
	}
	if v = w.Answer(w.Client, v, key.Get(servertest.GetOptions(v))); !servertest.IsSignedIn(v) {
		t.Errorf("%+v", v.Refusal)
	}
}
