// Package party tests the built program with parties that are not ours: curl,
// oathtool, libfido2's own tools, Chromium, the kernel's kill -9. What only our
// own client accepts proves nothing.
package party

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

// built is the program under test, as shipped; TestMain sees to it.
var built struct {
	plain string
	dir   string // where builds go
}

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "nightlatch-party-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		built.dir = dir
		// The Makefile says which program it has just built.
		if built.plain = os.Getenv("NIGHTLATCH_PROGRAM"); built.plain == "" {
			built.plain, err = harness.Build(context.Background(), dir, "nightlatch", "nightlatch/app", harness.WindowTags)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				return 1
			}
		}
		return m.Run()
	}())
}

// raced builds the program so that it watches itself for data races; without the
// window, which is not tested here.
func raced(t *testing.T) string {
	t.Helper()
	program, err := harness.Build(t.Context(), built.dir, "nightlatch-race", "nightlatch/app", "-race", "-tags=headless")
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// within gives a test a deadline of its own, so that what hangs is named.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// serve starts a lab's server on a free port, with data of its own.
func serve(t *testing.T, program string, args ...string) *harness.Server {
	t.Helper()
	ctx := within(t, time.Minute)
	s, err := harness.Serve(ctx, program, append([]string{"--lab", "--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data")}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second) // the test's own has ended
		defer cancel()
		status, err := s.Stop(ctx)
		if err != nil || status != 0 {
			t.Errorf("the server ended with status %d: %v\n%s", status, err, s.Log())
		}
	})
	return s
}

// protect makes an account with text message and authenticator app on.
func protect(t *testing.T, s *harness.Server, name, phone string) *harness.Person {
	t.Helper()
	ctx := within(t, time.Minute)
	p := harness.NewPerson(s.Client, name)
	p.Phone = phone
	if err := p.SignUp(ctx); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []api.Kind{api.EnrollText, api.EnrollApp} {
		if err := p.Enroll(ctx, kind); err != nil {
			t.Fatal(err)
		}
	}
	// The enrolment burnt this step's code (R22).
	if _, err := s.Client.AdvanceClock(ctx, 30*time.Second); err != nil {
		t.Fatal(err)
	}
	return p
}
