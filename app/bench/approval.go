package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/client"
)

// The limits of sign-ins that wait for a phone (R50).
const (
	approvalTail   = 200.0 // ms from the phone's approval to the waiting client's session, 99th percentile
	waitingMemory  = 20.0  // MB more while waitingSignIns wait
	waitingSignIns = 200
)

// A waiter is a sign-in that waits for an approval.
type waiter struct {
	server *client.Client
	phone  *client.Client
	id     string // of the ceremony
	number int
	asked  string        // ID of the request
	moved  chan struct{} // an event came
}

// measureApprovals lets 200 sign-ins wait for their phones, while 8 other clients sign in, and
// approves them.
func measureApprovals(ctx context.Context, b *bench) error {
	dir, err := b.sub("phones")
	if err != nil {
		return err
	}
	people := (waitingSignIns + account.Hardened().LoginRequestsOpen - 1) / account.Hardened().LoginRequestsOpen
	if err := populate(ctx, dir, people+crowdSize); err != nil {
		return err
	}
	start, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	s, err := harness.Serve(start, b.program, "--data", dir, "--listen", "127.0.0.1:0", "--policy", "hardened")
	if err != nil {
		return err
	}
	defer s.Kill()
	var phones []*client.Client
	for _, m := range members(0, people) {
		p, err := phoneOf(ctx, s.Client, m)
		if err != nil {
			return err
		}
		phones = append(phones, p)
	}
	before, err := resident(s.PID())
	if err != nil {
		return err
	}
	following, stop := context.WithCancel(ctx)
	defer stop()
	var all []*waiter
	for i := range waitingSignIns {
		w, err := waitFor(following, s.Client, phones[i%people], memberName(i%people))
		if err != nil {
			return err
		}
		all = append(all, w)
	}
	after, err := resident(s.PID())
	if err != nil {
		return err
	}
	took, err := approveBeside(ctx, s, &crowd{members: members(people, crowdSize)}, all)
	if err != nil {
		return err
	}
	slices.Sort(took)
	p50, p99 := took[len(took)/2], took[len(took)*99/100]
	b.report.atMost("approval to the waiting client, p99 beside sign-ins of 8 clients", fmt.Sprintf("ms; p50 %s, %d waiting", millis(float64(p50)), len(all)),
		float64(p99)/float64(time.Millisecond), approvalTail, "%.0f")
	b.report.atMost("memory of 200 waiting sign-ins", "MB more", float64(after-before)/1e6, waitingMemory, "%.1f")
	return nil
}

// phoneOf signs a member in and registers the session as a phone.
func phoneOf(ctx context.Context, server *client.Client, m *member) (*client.Client, error) {
	v, err := server.Begin(ctx, api.Begin{Kind: api.SignIn})
	if err == nil {
		v, err = server.Answer(ctx, v.ID, v.Rev, api.Credentials{Username: m.name, Password: password})
	}
	if err != nil {
		return nil, err
	}
	code, err := m.code(time.Now())
	if err != nil {
		return nil, err
	}
	if v, err = server.Answer(ctx, v.ID, v.Rev, api.Code{Code: code}); err != nil {
		return nil, err
	}
	in, ok := v.Step.(api.SignedIn)
	if !ok {
		return nil, errNoSession
	}
	phone := server.WithToken(in.SessionToken)
	_, err = phone.AddPhoneApp(ctx, api.PhoneAppRequest{Name: "Phone"})
	return phone, err
}

// waitFor begins a sign-in that waits, and follows its events.
func waitFor(ctx context.Context, server, phone *client.Client, name string) (*waiter, error) {
	v, err := server.Begin(ctx, api.Begin{Kind: api.SignIn})
	if err == nil {
		v, err = server.Answer(ctx, v.ID, v.Rev, api.Credentials{Username: name, Password: password})
	}
	if err != nil {
		return nil, err
	}
	step, ok := v.Step.(api.AwaitApproval)
	if !ok {
		return nil, fmt.Errorf("the sign-in asks for %s", v.Step.StepType())
	}
	requests, err := phone.LoginRequests(ctx)
	if err != nil {
		return nil, err
	}
	events, err := server.CeremonyEvents(ctx, v.ID)
	if err != nil {
		return nil, err
	}
	<-events // the first comes at once
	w := &waiter{server: server, phone: phone, id: v.ID, number: step.Number, asked: requests[0].ID, moved: make(chan struct{}, 16)}
	go func() {
		for range events {
			w.moved <- struct{}{}
		}
	}()
	return w, nil
}

// approve approves the request and returns how long it took until the waiting client had its
// session, by an event and a look at the ceremony.
func (w *waiter) approve(ctx context.Context) (time.Duration, error) {
	begun := time.Now()
	if _, err := w.phone.Decide(ctx, w.asked, api.Decision{Decision: api.Approve, Number: w.number}); err != nil {
		return 0, err
	}
	for {
		select {
		case <-w.moved:
		case <-time.After(10 * time.Second):
			return 0, errors.New("the waiting sign-in did not go on")
		}
		v, err := w.server.Ceremony(ctx, w.id)
		if err != nil {
			return 0, err
		}
		if _, in := v.Step.(api.SignedIn); in {
			return time.Since(begun), nil
		}
	}
}

// approveBeside approves one sign-in after the other, while others sign in.
func approveBeside(ctx context.Context, s *harness.Server, people *crowd, all []*waiter) ([]time.Duration, error) {
	done := make(chan struct{})
	var signing sync.WaitGroup
	failed := make(chan error, 8)
	for range 8 {
		signing.Go(func() {
			l, err := dial(s.URL)
			if err != nil {
				failed <- err
				return
			}
			v := &signer{connection: l}
			defer v.close()
			for {
				select {
				case <-done:
					return
				default:
				}
				if _, err := v.signIn(people.turn()); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	var took []time.Duration
	var err error
	for _, w := range all {
		var d time.Duration
		if d, err = w.approve(ctx); err != nil {
			break
		}
		took = append(took, d)
	}
	close(done)
	signing.Wait()
	close(failed)
	return took, errors.Join(err, <-failed)
}
