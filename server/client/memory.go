package client

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// InMemoryHost is the host name of the connection inside the program. It is not in
// DNS, and the server accepts it on that connection only.
const InMemoryHost = "console.nightlatch.internal"

// InMemory serves h over a connection inside the program, with HTTP but without a
// port, and returns a client. close ends the connection and returns when all requests
// have ended. The caller must call it once.
func InMemory(h http.Handler) (c *Client, close func()) {
	l := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
	var conns sync.WaitGroup
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 30 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0),
		// StateClosed is reported after the connection's last request has returned.
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				conns.Add(1)
			case http.StateClosed:
				conns.Done()
			}
		},
	}
	served := make(chan struct{})
	go func() {
		defer func() { served <- struct{}{} }()
		_ = srv.Serve(l) // always ErrServerClosed
	}()
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return l.dial(ctx) },
		// The console makes only a few requests at once.
		MaxIdleConnsPerHost: 8,
		IdleConnTimeout:     time.Minute,
	}
	c = New("http://"+InMemoryHost, &http.Client{Transport: transport})
	return c, func() {
		transport.CloseIdleConnections()
		_ = srv.Close() // can only fail to close pipes
		<-served
		conns.Wait()
	}
}

// A pipeListener accepts the connections that dial makes.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.conns <- theirs:
		return ours, nil
	case <-l.done:
	case <-ctx.Done():
	}
	ours.Close()
	theirs.Close()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, net.ErrClosed
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return memoryAddr{} }

type memoryAddr struct{}

func (memoryAddr) Network() string { return "memory" }
func (memoryAddr) String() string  { return InMemoryHost }
