package main

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"nightlatch/server/localsocket"
)

// The request to a running instance, and its answers.
const (
	raiseRequest = "raise\n"
	raised       = "raised\n"
	noWindow     = "no window\n"
)

// raiseTimeout is the limit for both sides, so that a second start ends soon.
const raiseTimeout = 2 * time.Second

// A raiseListener answers on a socket through which a second start brings the window of
// the running instance forward. The socket is in the data directory, which only its owner
// can enter, and belongs to the process that holds the database's lock.
type raiseListener struct {
	listener net.Listener
	done     sync.WaitGroup
}

// listenForRaise starts to listen. raise brings the window forward; it is nil if there is
// none. The caller must hold the database's lock: an existing socket is then left over from
// a process that has ended.
func listenForRaise(dir string, raise func()) (*raiseListener, error) {
	listener, err := localsocket.Listen(dir, socketName)
	if err != nil {
		return nil, err
	}
	l := &raiseListener{listener: listener}
	l.done.Go(func() { l.answer(raise) })
	return l, nil
}

func (l *raiseListener) answer(raise func()) {
	for {
		conn, err := l.listener.Accept()
		if err != nil {
			return
		}
		answerOne(conn, raise)
	}
}

func answerOne(conn net.Conn, raise func()) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(raiseTimeout)) // Unix sockets support deadlines
	request := make([]byte, len(raiseRequest))
	if _, err := io.ReadFull(conn, request); err != nil || string(request) != raiseRequest {
		return
	}
	if raise == nil {
		_, _ = io.WriteString(conn, noWindow) // an error means that the second start has ended
		return
	}
	raise()
	_, _ = io.WriteString(conn, raised)
}

// close stops listening and waits for the last answer.
func (l *raiseListener) close() {
	l.listener.Close()
	l.done.Wait()
}

// raiseRunning asks the instance that holds dir to bring its window forward, and
// reports whether it did.
func raiseRunning(ctx context.Context, dir string) bool {
	ctx, cancel := context.WithTimeout(ctx, raiseTimeout)
	defer cancel()
	conn, err := localsocket.Dial(ctx, dir, socketName)
	if err != nil {
		return false
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	if _, err := io.WriteString(conn, raiseRequest); err != nil {
		return false
	}
	answer, err := io.ReadAll(io.LimitReader(conn, 64))
	return err == nil && strings.TrimSpace(string(answer)) == strings.TrimSpace(raised)
}
