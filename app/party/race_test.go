package party

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
	"nightlatch/server/client"
)

// racers is the number of concurrent attempts.
const racers = 100

// race starts all racers at once, each on its own connection, and returns how many
// succeeded.
func race(t *testing.T, s *harness.Server, try func(ctx context.Context, i int, c *client.Client) (won bool, err error)) int {
	t.Helper()
	ctx := within(t, 3*time.Minute)
	transport := &http.Transport{MaxIdleConnsPerHost: racers}
	defer transport.CloseIdleConnections()
	c := client.New(s.URL, &http.Client{Transport: transport})
	var ready, done sync.WaitGroup
	gate := make(chan struct{})
	won := make(chan int, racers)
	ready.Add(racers)
	for i := range racers {
		done.Go(func() {
			_, err := c.About(ctx) // connect before the start
			ready.Done()
			<-gate
			ok := false
			if err == nil {
				ok, err = try(ctx, i, c)
			}
			if err != nil {
				t.Errorf("racer %d: %v", i, err)
			}
			if ok {
				won <- i
			}
		})
	}
	ready.Wait()
	close(gate)
	done.Wait()
	close(won)
	n := 0
	for range won {
		n++
	}
	return n
}

// lost reports whether an error means that another attempt came first.
func lost(err error) bool {
	var p *api.Problem
	return errors.As(err, &p) && (p.Status == http.StatusNotFound || p.Status == http.StatusConflict || p.Status == http.StatusTooManyRequests)
}

// second runs a sign-in up to the second step of a method.
func second(t *testing.T, s *harness.Server, p *harness.Person, m api.Method) api.View {
	t.Helper()
	ctx := within(t, time.Minute)
	v, err := s.Client.Begin(ctx, api.Begin{Kind: api.SignIn})
	if err == nil {
		v, err = s.Client.Answer(ctx, v.ID, v.Rev, api.Credentials{Username: p.Name, Password: p.Password})
	}
	if err == nil && harness.Asks(v.Step) != m {
		v, err = s.Client.Answer(ctx, v.ID, v.Rev, api.ChooseMethod{Method: m})
	}
	if err != nil || harness.Asks(v.Step) != m {
		t.Fatalf("second step %s: %+v: %v", m, v, err)
	}
	return v
}

// answered sends a code and reports whether it signed in.
func answered(ctx context.Context, c *client.Client, v api.View, code string) (bool, error) {
	got, err := c.Answer(ctx, v.ID, v.Rev, api.Code{Code: code})
	if lost(err) {
		return false, nil
	}
	_, in := got.Step.(api.SignedIn)
	return in, err
}

func TestOneOfAHundredWins(t *testing.T) { oneWins(t, built.plain) }

// The same with the server's own race detector.
func TestSlowOneOfAHundredWins(t *testing.T) { oneWins(t, buildWithRaceDetector(t)) }

// oneWins signs in a hundred times at once with the same one-time code: one succeeds.
func oneWins(t *testing.T, program string) {
	t.Parallel()
	s := serve(t, program)
	p := protect(t, s, "robin", "+12025550111")
	ctx := within(t, 5*time.Minute)

	t.Run("R11 text code, one sign-in", func(t *testing.T) {
		v := second(t, s, p, api.Text)
		code, err := p.Code(ctx, api.ByText)
		if err != nil {
			t.Fatal(err)
		}
		if n := race(t, s, func(ctx context.Context, _ int, c *client.Client) (bool, error) {
			return answered(ctx, c, v, code)
		}); n != 1 {
			t.Errorf("%d signed in", n)
		}
	})
	t.Run("R22 app code, a hundred sign-ins", func(t *testing.T) {
		var views []api.View
		for range racers {
			views = append(views, second(t, s, p, api.App))
		}
		code, err := p.Code(ctx, api.ByApp)
		if err != nil {
			t.Fatal(err)
		}
		if n := race(t, s, func(ctx context.Context, i int, c *client.Client) (bool, error) {
			return answered(ctx, c, views[i], code)
		}); n != 1 {
			t.Errorf("%d signed in", n)
		}
	})
	advancePastThrottles(t, s)
	t.Run("R72 backup code, a hundred sign-ins", func(t *testing.T) {
		var views []api.View
		for range racers {
			views = append(views, second(t, s, p, api.BackupCode))
		}
		if n := race(t, s, func(ctx context.Context, i int, c *client.Client) (bool, error) {
			return answered(ctx, c, views[i], p.BackupCodes[1])
		}); n != 1 {
			t.Errorf("%d signed in", n)
		}
	})
	advancePastThrottles(t, s)
	t.Run("one ceremony step", func(t *testing.T) {
		if _, err := p.Play(ctx, api.Begin{Kind: api.TurnOff, Method: api.App}, nil); err != nil {
			t.Fatal(err)
		}
		var at api.View
		_, err := p.Play(ctx, api.Begin{Kind: api.EnrollApp}, func(v api.View) (api.Input, error) {
			if harness.Asks(v.Step) == api.App {
				at = v
				return nil, errHere
			}
			return nil, nil
		})
		if !errors.Is(err, errHere) {
			t.Fatal(err)
		}
		code, err := p.Code(ctx, api.ByApp)
		if err != nil {
			t.Fatal(err)
		}
		race(t, s, func(ctx context.Context, _ int, c *client.Client) (bool, error) {
			_, err := c.WithToken(p.Client.Token()).Answer(ctx, at.ID, at.Rev, api.Code{Code: code})
			if lost(err) {
				err = nil
			}
			return false, err
		})
		if n := events(t, p, api.EventAppEnabled); n != 2 { // once before, once by the race
			t.Errorf("the app was enabled %d times", n)
		}
	})
	t.Run("one user name", func(t *testing.T) {
		if n := race(t, s, func(ctx context.Context, _ int, c *client.Client) (bool, error) {
			v, err := c.Begin(ctx, api.Begin{Kind: api.SignUp})
			if err == nil {
				v, err = c.Answer(ctx, v.ID, v.Rev, api.Credentials{Username: "Jay", Password: p.Password})
			}
			_, in := v.Step.(api.SignedIn)
			return in, err
		}); n != 1 {
			t.Errorf("%d accounts have one name", n)
		}
	})
}

// advancePastThrottles moves the clock past every wait of R43.
func advancePastThrottles(t *testing.T, s *harness.Server) {
	t.Helper()
	if _, err := s.Client.AdvanceClock(t.Context(), 2*time.Hour); err != nil {
		t.Fatal(err)
	}
}

// events counts the audit events of a type.
func events(t *testing.T, p *harness.Person, kind api.EventType) int {
	t.Helper()
	n := 0
	for before := ""; ; {
		list, err := p.Client.Activity(t.Context(), before, 200)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			return n
		}
		for _, e := range list {
			if e.Type == kind {
				n++
			}
			before = e.Cursor
		}
	}
}

// errHere ends a ceremony's play where the test takes over.
var errHere = errors.New("party: here")
