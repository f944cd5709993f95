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

// opponentFlag makes this program one of the opponents, in a process of its own
// so that its processor time is its own.
const opponentFlag = "-opponent"

const (
	bareHash       = "hash"    // makes as many Argon2id hashes as it is told on standard input
	trivialHandler = "trivial" // serves one fixed answer and prints its address
)

func playOpponent(name string) error {
	switch name {
	case bareHash:
		return playHash(os.Stdin, os.Stdout)
	case trivialHandler:
		return playTrivial(os.Stdout)
	}
	return fmt.Errorf("there is no opponent %q", name)
}

// playHash makes hashes on so many goroutines: "GOROUTINES N", a line each, is
// answered by an empty line when they are made.
func playHash(in io.Reader, out io.Writer) error {
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

// hash makes n hashes with the parameters that accounts get.
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

// playTrivial serves what the session check answers, without looking at anything.
func playTrivial(out io.Writer) error {
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

// An opponent is a running one.
type opponent struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startOpponent(name string) (*opponent, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	o := &opponent{cmd: exec.Command(self, opponentFlag, name)}
	o.cmd.Stderr = os.Stderr
	o.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if o.in, err = o.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := o.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	o.out = bufio.NewReader(out)
	return o, o.cmd.Start()
}

func (o *opponent) pid() int { return o.cmd.Process.Pid }

// line reads a line that the opponent prints.
func (o *opponent) line() (string, error) {
	s, err := o.out.ReadString('\n')
	return strings.TrimSpace(s), err
}

// hashes is the side that makes n hashes on so many goroutines.
func (o *opponent) hashes(workers, n int) side {
	return func(context.Context) (spell, error) {
		return timed(o.pid(), func() (int, []time.Duration, error) {
			if _, err := fmt.Fprintln(o.in, strconv.Itoa(workers), strconv.Itoa(n)); err != nil {
				return 0, nil, err
			}
			_, err := o.line()
			return n, nil, err
		})
	}
}

// close ends the opponent.
func (o *opponent) close() {
	_ = o.cmd.Process.Kill() // it has nothing to lose
	_ = o.cmd.Wait()
}

// cores is how many hashes can be made at a time.
func cores() int { return runtime.GOMAXPROCS(0) }
