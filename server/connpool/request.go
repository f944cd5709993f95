package connpool

import (
	"context"
	"errors"
	"io"
	"net/http"
)

// ErrFull reports that a body does not fit beside those that are being received.
var ErrFull = errors.New("connpool: too many bodies are on their way")

// Receive must be called before the body of a request is read, with the maximum size of the
// body. Until the body has arrived, its connection may be closed to admit another one. If there
// is no room for that size, the oldest unfinished bodies are aborted. Error: ErrFull.
func (p *Pool) Receive(r *http.Request, most int64) error {
	c, _ := r.Context().Value(connKey{}).(*conn)
	if c == nil || r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	if r.ContentLength >= 0 {
		most = min(most, r.ContentLength)
	}
	p.mu.Lock()
	var out []*conn
	c.enter(reading)
	c.body = most
	for p.pending += most; p.pending > p.bytes; {
		o := p.oldest(reading, reading)
		if o == nil || o == c {
			break
		}
		out = append(out, o)
	}
	full := c.closed
	p.mu.Unlock()
	for _, o := range out {
		_ = o.Conn.Close() // its client has not sent for longest
	}
	if full {
		return ErrFull
	}
	r.Body = &body{ReadCloser: r.Body, conn: c}
	return nil
}

// A body detects when it has arrived.
type body struct {
	io.ReadCloser
	conn *conn
}

// Read implements io.Reader.
func (b *body) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	if err != nil {
		b.arrived()
	}
	return n, err
}

func (b *body) arrived() {
	p := b.conn.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if b.conn.place != nil && b.conn.state == reading {
		b.conn.leave()
	}
}

// Stream marks the connection of a request as an event stream.
func Stream(ctx context.Context) {
	c, _ := ctx.Value(connKey{}).(*conn)
	if c == nil {
		return
	}
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	c.enter(stream)
}
