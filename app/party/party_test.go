// Package party tests the built program with parties that are not ours: curl,
// oathtool, libfido2's own tools, the kernel's kill -9. What only our own client
// accepts proves nothing.
package party

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"nightlatch/app/harness"
	"nightlatch/server/api"
)

// programs are the builds under test.
type programs struct {
	plain string // as shipped
	raced string // watched for data races; without the window, which is not tested here
}

// built is what TestMain built.
var built programs

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "nightlatch-party-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		if err := build(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

func build(dir string) (err error) {
	ctx := context.Background()
	// The Makefile says which program it has just built.
	if built.plain = os.Getenv("NIGHTLATCH_PROGRAM"); built.plain == "" {
		if built.plain, err = harness.Build(ctx, dir, "nightlatch", "nightlatch/app", harness.WindowTags); err != nil {
			return err
		}
	}
	built.raced, err = harness.Build(ctx, dir, "nightlatch-race", "nightlatch/app", "-race", "-tags=headless")
	return err
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
