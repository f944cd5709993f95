// Package party contains the interop tests: they run the built program with programs of
// others, such as curl, oathtool, libfido2's tools and Chromium, and with full disks and
// kill -9. Tests named TestSlow… run in make verify only.
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

// built is the program under test, with the flags of the Makefile. TestMain sets it.
var built struct {
	plain string
	dir   string // for other builds
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
		// The Makefile sets the program that it has built.
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

// buildWithRaceDetector builds the program with the race detector and without the window.
func buildWithRaceDetector(t *testing.T) string {
	t.Helper()
	program, err := harness.Build(t.Context(), built.dir, "nightlatch-race", "nightlatch/app", "-race", "-tags=headless")
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// within returns a context with a deadline, so that a hanging test is reported by name.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// labServer starts a server with its data in dir, as a lab.
func labServer(ctx context.Context, t *testing.T, dir string, args ...string) *harness.Server {
	t.Helper()
	s, err := harness.Serve(ctx, built.plain, append([]string{"--lab", "--listen", "127.0.0.1:0", "--data", dir}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	return s
}

// stop stops a server, which must end well.
func stop(ctx context.Context, t *testing.T, s *harness.Server) {
	t.Helper()
	if status, err := s.Stop(ctx); status != 0 || err != nil {
		t.Fatalf("status %d: %v\n%s", status, err, s.Log())
	}
}

// serve starts a server with a lab on a free port, with its own data directory.
func serve(t *testing.T, program string, args ...string) *harness.Server {
	t.Helper()
	ctx := within(t, time.Minute)
	s, err := harness.Serve(ctx, program, append([]string{"--lab", "--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data")}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second) // the test's context has ended
		defer cancel()
		status, err := s.Stop(ctx)
		if err != nil || status != 0 {
			t.Errorf("the server ended with status %d: %v\n%s", status, err, s.Log())
		}
	})
	return s
}

// protect creates an account with text messages and an authenticator app.
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
	// The enrolment used the code of this time step (R22).
	if _, err := s.Client.AdvanceClock(ctx, 30*time.Second); err != nil {
		t.Fatal(err)
	}
	return p
}
