package party

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// An outcome is the result of running a program.
type outcome struct {
	status         int
	stdout, stderr string
	took           time.Duration
}

// session is the environment with a session token.
func session(token string) []string { return []string{"NIGHTLATCH_SESSION=" + token} }

// passwordAndPIN are the flags for a password and a PIN on two lines of standard input.
var passwordAndPIN = []string{"--password-from", "-", "--pin-from", "-"}

// run runs a program with additional environment variables.
func run(t *testing.T, env []string, input, program string, args ...string) outcome {
	t.Helper()
	cmd := exec.CommandContext(within(t, time.Minute), program, args...)
	var out, errs strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &errs
	cmd.Env = append(os.Environ(), env...)
	begun := time.Now()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), out.String(), errs.String(), time.Since(begun)}
}
