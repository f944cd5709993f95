package connpool

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// lingering is the number of rejected connections that are read for a moment. A connection
	// that is closed with unread bytes may send a reset instead of the answer.
	lingering   = 32
	lingerTime  = 200 * time.Millisecond
	lingerBytes = 64 << 10
)

// busy is the whole answer to a connection that is not admitted.
const busy = "HTTP/1.1 503 Service Unavailable\r\n" +
	"Content-Type: application/problem+json\r\n" +
	"Retry-After: 1\r\n" +
	"Connection: close\r\n" +
	"Content-Length: 173\r\n\r\n" +
	`{"type":"about:blank","title":"Busy","status":503,"reason":"busy","detail":"The server has as many connections as it can keep. Try again in a moment.","code":"unavailable"}` + "\n"

// Listener returns a listener whose connections are in the pool.
func (p *Pool) Listener(l net.Listener) net.Listener { return &listener{l, p} }

type listener struct {
	net.Listener
	pool *Pool
}

// Accept returns the next connection that is admitted, and answers the others.
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if noDescriptors(err) && l.pool.spare.give() {
			// The spare descriptor lets one connection be answered.
			c, err = l.Listener.Accept()
			if err == nil {
				l.pool.reject(c)
			}
			l.pool.spare.fill()
			if err == nil {
				continue
			}
		}
		if err != nil {
			return nil, err
		}
		if own, ok := l.pool.admit(c); ok {
			return own, nil
		}
		l.pool.reject(c)
	}
}

func noDescriptors(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// reject answers a connection that is not admitted, and closes it.
func (p *Pool) reject(c net.Conn) {
	_, _ = io.WriteString(c, busy) // fits the empty send buffer
	select {
	case p.lingerer <- struct{}{}:
		go func() {
			defer func() { <-p.lingerer }()
			linger(c)
		}()
	default:
		_ = c.Close()
	}
}

func linger(c net.Conn) {
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	late := time.AfterFunc(lingerTime, func() { _ = c.Close() })
	defer late.Stop()
	_, _ = io.CopyN(io.Discard, c, lingerBytes)
	_ = c.Close()
}

// A spare is a reserved descriptor. It is released to answer a connection when no other
// descriptor is free.
type spare struct{ file atomic.Pointer[os.File] }

func (s *spare) fill() {
	f, err := os.Open(os.DevNull)
	if err != nil {
		return // none is free; perhaps the next time
	}
	if old := s.file.Swap(f); old != nil {
		_ = old.Close()
	}
}

func (s *spare) give() bool {
	f := s.file.Swap(nil)
	return f != nil && f.Close() == nil
}
