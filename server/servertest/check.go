package servertest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/client"
)

// Must returns a function that fails the test for an error, and returns the value
// otherwise.
func Must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// WantProblem fails the test unless err is a problem with a status and code.
func WantProblem(t testing.TB, what string, err error, status int, code string) *api.Problem {
	t.Helper()
	var p *api.Problem
	if !errors.As(err, &p) || p.Status != status || p.Code != code {
		t.Errorf("%s: %v, want %d %s", what, err, status, code)
		return &api.Problem{}
	}
	if p.Title == "" || p.Detail == "" || p.Type != "about:blank" {
		t.Errorf("%s: the problem says too little: %+v", what, p)
	}
	return p
}

// WantRefusal fails the test unless a ceremony has refused its last input with a code.
func WantRefusal(t testing.TB, what string, v api.View, code string) *api.Refusal {
	t.Helper()
	if v.Refusal == nil || v.Refusal.Code != code {
		t.Errorf("%s: step %T, refusal %+v; want %s", what, v.Step, v.Refusal, code)
		return &api.Refusal{}
	}
	return v.Refusal
}

// WantNotice fails the test unless a ceremony's view has a notice with a code, and no
// refusal.
func WantNotice(t testing.TB, what string, v api.View, code string) *api.Notice {
	t.Helper()
	if v.Refusal != nil || v.Notice == nil || v.Notice.Code != code {
		t.Errorf("%s: step %T, refusal %+v, notice %+v; want the notice %s", what, v.Step, v.Refusal, v.Notice, code)
		return &api.Notice{}
	}
	return v.Notice
}

// ActivityTypes returns the types of the n newest entries of the activity list, newest
// first.
func (w *World) ActivityTypes(c *client.Client, n int) []api.EventType {
	w.T.Helper()
	var types []api.EventType
	for _, a := range Must[[]api.Activity](w.T)(c.Activity(w.T.Context(), "", n)) {
		types = append(types, a.Type)
	}
	return types
}

// Follow opens an event stream that ends with the test.
func Follow(t testing.TB, c *client.Client) <-chan api.Event {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	events := Must[<-chan api.Event](t)(c.Events(ctx))
	t.Cleanup(func() {
		cancel()
		for range events { // drained to its end
		}
	})
	return events
}

// UntilTopic reads events until one has a topic, and returns the topics of all of them.
func UntilTopic(t testing.TB, events <-chan api.Event, topic string) []string {
	t.Helper()
	var got []string
	for {
		select {
		case e, open := <-events:
			if !open {
				t.Fatalf("the stream ended after %v, before %s", got, topic)
			}
			if got = append(got, e.Topic); e.Topic == topic {
				return got
			}
		case <-t.Context().Done():
			t.Fatalf("%v came, but not %s", got, topic)
		}
	}
}

// Race calls do n times at once and counts the results by problem code. The code "" is
// success.
func Race(t testing.TB, n int, do func(i int) error) map[string]int {
	t.Helper()
	var (
		mu    sync.Mutex
		tries sync.WaitGroup
	)
	codes := map[string]int{}
	for i := range n {
		tries.Go(func() {
			code := ""
			if err := do(i); err != nil {
				var p *api.Problem
				if !errors.As(err, &p) {
					t.Error(err)
					return
				}
				code = p.Code
			}
			mu.Lock()
			defer mu.Unlock()
			codes[code]++
		})
	}
	tries.Wait()
	return codes
}
