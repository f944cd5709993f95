package loginrequest_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/servertest"
)

// answers is a model of one request: it takes one answer, and a look shows it.
func answers() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return api.RequestOpen },
		Step: func(state, input, output any) (bool, any) {
			now, in, got := state.(api.LoginRequestState), input.(string), output.(api.LoginRequestState)
			switch {
			case in == "look":
				return got == now, now
			case now != api.RequestOpen:
				return got == refused, now
			case in == api.Approve:
				return got == api.RequestApproved, api.RequestApproved
			}
			return got == api.RequestDenied, api.RequestDenied
		},
	}
}

// refused is the result of an answer that came too late.
const refused api.LoginRequestState = "refused"

// R52: of 64 answers at the same time, one counts, and looks before and after agree with it.
func TestOneAnswerCountsR52(t *testing.T) {
	t.Parallel()
	w, phone := askedAt(t, cohort.Add(-time.Hour))
	v, _ := waiting(t, w)
	id := open(t, phone).ID
	var (
		mu      sync.Mutex
		history []porcupine.Operation
		clock   atomic.Int64
		work    sync.WaitGroup
	)
	try := func(i int, in string) {
		work.Go(func() {
			began := clock.Add(1)
			got, err := perform(t.Context(), phone, id, in)
			ended := clock.Add(1)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			history = append(history, porcupine.Operation{ClientId: i, Input: in, Output: got, Call: began, Return: ended})
		})
	}
	try(64, "look")
	work.Wait()
	for i := range 64 {
		try(i, []string{api.Approve, api.Deny}[i%2])
	}
	work.Wait()
	try(64, "look")
	work.Wait()
	if res := porcupine.CheckOperationsTimeout(answers(), history, time.Minute); res != porcupine.Ok {
		t.Errorf("no order explains the answers (%s): %+v", res, history)
	}
	final := servertest.Must[[]api.LoginRequestView](t)(phone.LoginRequests(t.Context()))[0].State
	view := servertest.Must[api.View](t)(w.Client.Ceremony(t.Context(), v.ID))
	if in := view.Step.StepType() == "signed-in"; in != (final == api.RequestApproved) {
		t.Errorf("the request is %s, and the sign-in is at %s", final, view.Step.StepType())
	}
}

// perform makes one call and returns the state that it shows.
func perform(ctx context.Context, phone *client.Client, id, in string) (api.LoginRequestState, error) {
	if in == "look" {
		all, err := phone.LoginRequests(ctx)
		if err != nil {
			return "", err
		}
		return all[slices.IndexFunc(all, func(r api.LoginRequestView) bool { return r.ID == id })].State, nil
	}
	r, err := phone.Decide(ctx, id, api.Decision{Decision: in})
	var p *api.Problem
	if errors.As(err, &p) && p.Code == api.Conflict {
		return refused, nil
	}
	return r.State, err
}

// 200 sign-ins wait at once, and all go on when they are approved, each once.
func TestManyWait(t *testing.T) {
	t.Parallel()
	const people = 67 // with three requests each
	w := servertest.New(t, hardened)
	ctx := t.Context()
	type one struct {
		phone *client.Client
		id    string
		step  api.AwaitApproval
		view  string
	}
	var all []one
	for i := range people {
		name := "person" + string(rune('a'+i/26)) + string(rune('a'+i%26))
		phone := w.SignUp(w.Client, name)
		w.EnableMethod(name, api.App)
		servertest.Must[api.MadePhoneApp](t)(phone.AddPhoneApp(ctx, api.PhoneAppRequest{Name: "Phone"}))
		for range account.Hardened().LoginRequestsOpen {
			v := w.Answer(w.Client, w.Begin(w.Client, api.SignIn), api.Credentials{Username: name, Password: servertest.Password})
			w.Clock.Advance(time.Second) // so that the newest is first in the list
			all = append(all, one{phone, open(t, phone).ID, v.Step.(api.AwaitApproval), v.ID})
		}
	}
	tokens := make(chan string, len(all))
	var following, work sync.WaitGroup
	following.Add(len(all))
	for _, o := range all {
		work.Go(func() {
			events, err := w.Client.CeremonyEvents(ctx, o.view)
			if err != nil {
				following.Done()
				t.Error(err)
				return
			}
			<-events // the first comes at once
			following.Done()
			for range events {
				v, err := w.Client.Ceremony(ctx, o.view)
				if err != nil {
					t.Error(err)
					return
				}
				if done, ok := v.Step.(api.SignedIn); ok {
					tokens <- done.SessionToken
					return
				}
			}
			t.Error("the stream ended before the approval")
		})
	}
	following.Wait()
	for _, o := range all {
		servertest.Must[api.LoginRequestView](t)(o.phone.Decide(ctx, o.id, api.Decision{Decision: api.Approve, Number: o.step.Number}))
	}
	work.Wait()
	close(tokens)
	seen := map[string]bool{}
	for token := range tokens {
		seen[token] = true
	}
	if len(seen) != len(all) {
		t.Errorf("%d of %d sign-ins went on", len(seen), len(all))
	}
}
