package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/crypto/argon2"

	"nightlatch/server/account"
)

// baselineFlag starts this program as a baseline. A baseline runs in its own process, so
// that its CPU time can be measured.
const baselineFlag = "-baseline"

const (
	bareHash       = "hash"    // computes the number of Argon2id hashes that standard input asks for
	trivialHandler = "trivial" // serves a fixed answer; prints its address
)

func runBaseline(name string) error {
	switch name {
	case bareHash:
		return runHash(os.Stdin, os.Stdout)
	case trivialHandler:
		return runTrivial(os.Stdout)
	}
	return fmt.Errorf("there is no baseline %q", name)
}

// runHash reads lines "GOROUTINES N", computes N hashes for each, and then answers with an
// empty line.
func runHash(in io.Reader, out io.Writer) error {
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var workers, n int
		if _, err := fmt.Sscan(lines.Text(), &workers, &n); err != nil {
			return err
		}
		hash(workers, int64(n))
		if _, err := fmt.Fprintln(out); err != nil {
			return err
		}
	}
	return nil
}

// hash computes n hashes with the default parameters of accounts.
func hash(workers int, n int64) {
	p, salt := account.DefaultParams(), make([]byte, 16)
	var made atomic.Int64
	var work sync.WaitGroup
	for range workers {
		work.Go(func() {
			for made.Add(1) <= n {
				argon2.IDKey([]byte(password), salt, p.Time, p.Memory, p.Threads, 32)
			}
		})
	}
	work.Wait()
}

// runTrivial serves the answer of the session check without checking anything.
func runTrivial(out io.Writer) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, l.Addr()); err != nil {
		return err
	}
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"username":"`+memberName(0)+`"}`+"\n")
	}))
}

// A baseline is a running baseline process.
type baseline struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startBaseline(name string) (*baseline, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	b := &baseline{cmd: exec.Command(self, baselineFlag, name)}
	b.cmd.Stderr = os.Stderr
	b.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if b.in, err = b.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	b.out = bufio.NewReader(out)
	return b, b.cmd.Start()
}

func (b *baseline) pid() int { return b.cmd.Process.Pid }

// line reads a line that the baseline prints.
func (b *baseline) line() (string, error) {
	s, err := b.out.ReadString('\n')
	return strings.TrimSpace(s), err
}

// hashes returns a side that computes n hashes on a number of goroutines.
func (b *baseline) hashes(workers, n int) side {
	return func(context.Context) (sample, error) {
		return timed(b.pid(), func() (int, []time.Duration, error) {
			if _, err := fmt.Fprintln(b.in, strconv.Itoa(workers), strconv.Itoa(n)); err != nil {
				return 0, nil, err
			}
			_, err := b.line()
			return n, nil, err
		})
	}
}

// close ends the baseline.
func (b *baseline) close() {
	_ = b.cmd.Process.Kill() // it keeps no state
	_ = b.cmd.Wait()
}

// cores returns how many hashes can be computed in parallel.
func cores() int { return runtime.GOMAXPROCS(0) }
