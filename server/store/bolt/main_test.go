package bolt

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
)

// Some tests need a separate process, to kill it or to break its disk. The test binary
// starts itself again, with the role in its environment.
const (
	roleVar = "NIGHTLATCH_TEST_ROLE"
	pathVar = "NIGHTLATCH_TEST_PATH"
)

func TestMain(m *testing.M) {
	role, ok := os.LookupEnv(roleVar)
	if !ok {
		os.Exit(m.Run())
	}
	play := roles()[role]
	if play == nil {
		fmt.Fprintf(os.Stderr, "no role %q\n", role)
		os.Exit(2)
	}
	if err := play(os.Getenv(pathVar)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A child is a process of the test binary in a role. Each line that it prints is an
// acknowledged transaction.
type child struct {
	*exec.Cmd
	lines *bufio.Reader
}

func start(t *testing.T, role, path string, prepare func(*exec.Cmd)) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{Cmd: exec.Command(exe)}
	c.Env = append(os.Environ(), roleVar+"="+role, pathVar+"="+path)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.lines = bufio.NewReader(out)
	if prepare != nil {
		prepare(c.Cmd)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// line returns the next complete line; ok is false at the end. A last line without its
// newline does not count.
func (c *child) line(t *testing.T) (text string, ok bool) {
	t.Helper()
	s, err := c.lines.ReadString('\n')
	if errors.Is(err, io.EOF) || errors.Is(err, os.ErrClosed) {
		return "", false
	}
	if err != nil {
		t.Fatal(err)
	}
	return s[:len(s)-1], true
}

// run runs a role to its end and returns its lines. It fails the test if the role fails.
func run(t *testing.T, role, path string, prepare func(*exec.Cmd)) (lines []string) {
	t.Helper()
	c := start(t, role, path, prepare)
	for {
		text, ok := c.line(t)
		if !ok {
			break
		}
		lines = append(lines, text)
	}
	if err := c.Wait(); err != nil {
		t.Fatalf("%s: %v", role, err)
	}
	return lines
}
