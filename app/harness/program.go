// Package harness starts programs for tests: the built program, X servers, windows, print
// servers and browsers. The interop tests (app/party), the end-to-end tests (app/tour) and
// the benchmark (app/bench) share it.
//
// Everything runs on loopback or on a private display, and ends with the test.
package harness

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"nightlatch/server/client"
)

// Build builds a main package into dir, with the flags of the Makefile, and returns the
// program's path. extra are further arguments of `go build`.
func Build(ctx context.Context, dir, name, pkg string, extra ...string) (string, error) {
	return build(ctx, os.Environ(), dir, name, pkg, extra)
}

// BuildWithoutCgo is Build with CGO_ENABLED=0.
func BuildWithoutCgo(ctx context.Context, dir, name, pkg string, extra ...string) (string, error) {
	return build(ctx, append(os.Environ(), "CGO_ENABLED=0"), dir, name, pkg, extra)
}

// BuildForWindows is BuildWithoutCgo for Windows.
func BuildForWindows(ctx context.Context, dir, name, pkg string, extra ...string) (string, error) {
	return build(ctx, append(os.Environ(), "CGO_ENABLED=0", "GOOS=windows", "GOARCH=amd64"), dir, name, pkg, extra)
}

// BuildWindowForWindows builds the program with a window for Windows.
func BuildWindowForWindows(ctx context.Context, dir, name, pkg string) (string, error) {
	env := append(os.Environ(), "CGO_ENABLED=1", "GOOS=windows", "GOARCH=amd64", "CC=x86_64-w64-mingw32-gcc")
	return build(ctx, env, dir, name, pkg, []string{WindowTags})
}

func build(ctx context.Context, env []string, dir, name, pkg string, extra []string) (string, error) {
	out := filepath.Join(dir, name)
	args := append([]string{"build", "-trimpath", "-buildvcs=false", "-o", out}, extra...)
	cmd := exec.CommandContext(ctx, "go", append(args, pkg)...)
	cmd.Env = env
	if b, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("harness: go build %s: %w\n%s", pkg, err, b)
	}
	return out, nil
}

// WindowTags are the build tags of the program with a window.
const WindowTags = "-tags=no_emoji,migrated_fynedo"

// A Server is a running `nightlatch serve`.
type Server struct {
	URL    string
	Client *client.Client // without a session
	Ready  time.Duration  // from start to the ready line

	cmd    *exec.Cmd
	stderr *tail
	ended  chan struct{} // closed when the process has ended
	err    error         // of Wait; read it after ended is closed
}

// ErrNotReady: the program ended before it printed its ready line.
var ErrNotReady = errors.New("harness: server ended before it was ready")

// Serve starts `program serve args…` and waits for its ready line.
func Serve(ctx context.Context, program string, args ...string) (*Server, error) {
	return Start(ctx, nil, program, append([]string{"serve"}, args...)...)
}

// Start starts a program that serves, with additional environment variables, and waits for
// its ready line.
func Start(ctx context.Context, env []string, program string, args ...string) (*Server, error) {
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), env...)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s := &Server{cmd: cmd, stderr: &tail{}, ended: make(chan struct{})}
	cmd.Stderr = s.stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line := make(chan []byte, 1)
	go func() {
		defer close(s.ended)
		r := bufio.NewReader(stdout)
		first, _ := r.ReadBytes('\n') // without a line the program has ended
		line <- first
		_, _ = r.WriteTo(&bytes.Buffer{})
		s.err = cmd.Wait()
	}()
	var first []byte
	select {
	case first = <-line:
	case <-ctx.Done():
		s.Kill()
		return nil, fmt.Errorf("%w: %w", ErrNotReady, ctx.Err())
	}
	var ready struct {
		Ready bool   `json:"ready"`
		URL   string `json:"url"`
	}
	if err := json.Unmarshal(first, &ready); err != nil || !ready.Ready {
		s.Kill()
		return s, fmt.Errorf("%w: %s", ErrNotReady, s.Log())
	}
	s.Ready, s.URL, s.Client = time.Since(begun), ready.URL, client.New(ready.URL, nil)
	return s, nil
}

// PID returns the server's process ID.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Log returns the last part of the server's standard error.
func (s *Server) Log() string { return s.stderr.String() }

// Kill kills the server with SIGKILL, and waits.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill() // it may have ended already
	<-s.ended
}

// Stop ends the server with SIGTERM, waits, and returns its exit status.
func (s *Server) Stop(ctx context.Context) (int, error) {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return 0, err
	}
	return s.Wait(ctx)
}

// Wait waits until the server ends, and returns its exit status.
func (s *Server) Wait(ctx context.Context) (int, error) {
	select {
	case <-s.ended:
		return s.cmd.ProcessState.ExitCode(), nil
	case <-ctx.Done():
		s.Kill()
		return 0, fmt.Errorf("harness: the server did not end: %w\n%s", ctx.Err(), s.Log())
	}
}

// A tail keeps the last bytes written to it.
type tail struct {
	mu sync.Mutex
	b  []byte
}

const tailSize = 16 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if over := len(t.b) - tailSize; over > 0 {
		t.b = append(t.b[:0], t.b[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}
