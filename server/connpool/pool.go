// Package connpool limits the connections of a server and its unfinished request bodies.
// Every new connection gets an answer: at the limit, the connection that has waited longest for
// its client is closed, or the new one gets 503 at once.
//
// A connection is in one of four states in which it may be closed. They are tried in this
// order, and in each the oldest first:
//
//	idle     no request, or the beginning of one
//	reading  a request whose body has not arrived
//	writing  an answer that is being sent, because its client may not read it
//	stream   an event stream; its client connects again
//
// The connection of a request in progress, before its answer, stays open. The order of events
// decides, not a clock, so a client that sends a byte now and then gains nothing.
package connpool

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"sync"
)

// The states in which a connection may be closed to admit another one.
const (
	idle = iota
	reading
	writing
	stream
	states
)

// A Pool holds the connections of one server, over all of its listeners.
type Pool struct {
	limit int   // connections
	bytes int64 // of bodies on their way

	mu       sync.Mutex
	open     int
	pending  int64 // bytes of bodies that connections in the state reading may take
	waiting  [states]list.List
	spare    spare
	lingerer chan struct{} // capacity: rejected connections that are read to their end
}

// New returns a pool of at most limit connections and bytes of bodies.
func New(limit int, bytes int64) *Pool {
	p := &Pool{limit: limit, bytes: bytes, lingerer: make(chan struct{}, lingering)}
	p.spare.fill()
	return p
}

// A conn is a connection in a pool.
type conn struct {
	net.Conn
	pool *Pool

	// guarded by Pool.mu
	state  int           // valid while place is not nil
	place  *list.Element // in pool.waiting[state]
	body   int64         // bytes that it may take
	closed bool
}

type connKey struct{}

// Context adds a connection to the context of its requests (http.Server.ConnContext).
func (p *Pool) Context(ctx context.Context, c net.Conn) context.Context {
	if own, ok := c.(*conn); ok {
		return context.WithValue(ctx, connKey{}, own)
	}
	return ctx
}

// Note receives the states of connections (http.Server.ConnState).
func (p *Pool) Note(c net.Conn, state http.ConnState) {
	own, ok := c.(*conn)
	if !ok {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch state {
	case http.StateNew, http.StateIdle:
		own.enter(idle)
	case http.StateActive:
		own.leave()
	case http.StateClosed, http.StateHijacked:
		own.end()
	}
}

// Write implements net.Conn. After the first byte of its answer, a connection may be closed to
// admit another one: the work is done, and a client that does not read would keep the
// connection until the time limit of the answer.
func (c *conn) Write(b []byte) (int, error) {
	c.pool.mu.Lock()
	if c.place == nil {
		c.enter(writing)
	}
	c.pool.mu.Unlock()
	return c.Conn.Write(b)
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.pool.mu.Lock()
	c.end()
	c.pool.mu.Unlock()
	return c.Conn.Close()
}

// enter puts a connection behind the others in a state. The caller holds Pool.mu.
func (c *conn) enter(state int) {
	c.leave()
	if !c.closed {
		c.state, c.place = state, c.pool.waiting[state].PushBack(c)
	}
}

// leave marks a connection as in progress. The caller holds Pool.mu.
func (c *conn) leave() {
	if c.place != nil {
		c.pool.waiting[c.state].Remove(c.place)
		c.place = nil
	}
	c.pool.pending -= c.body
	c.body = 0
}

// end removes a connection from the pool. The caller holds Pool.mu.
func (c *conn) end() {
	c.leave()
	if !c.closed {
		c.closed = true
		c.pool.open--
	}
}

// oldest removes and returns the connection that has been longest in the first non-empty state,
// or nil. The caller holds mu and closes the connection.
func (p *Pool) oldest(from, to int) *conn {
	for state := from; state <= to; state++ {
		if first := p.waiting[state].Front(); first != nil {
			c := first.Value.(*conn)
			c.end()
			return c
		}
	}
	return nil
}

// admit adds a new connection. If the pool is full, it closes another one; if none may
// be closed, it returns false.
func (p *Pool) admit(c net.Conn) (*conn, bool) {
	p.mu.Lock()
	var out *conn
	if p.open >= p.limit {
		if out = p.oldest(idle, stream); out == nil {
			p.mu.Unlock()
			return nil, false
		}
	}
	p.open++
	own := &conn{Conn: c, pool: p}
	own.enter(idle)
	p.mu.Unlock()
	if out != nil {
		_ = out.Conn.Close() // the client waits for nothing, or has not sent for longest
	}
	return own, true
}
