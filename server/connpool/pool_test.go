package connpool

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
)

// A world is a server with a pool. Requests for /work wait for release, those for /stream
// are event streams, and all others read their body.
type world struct {
	*testing.T
	pool    *Pool
	address string
	working chan struct{}
	release chan struct{}
}

func newWorld(t *testing.T, limit int, bytes int64) *world {
	w := &world{T: t, pool: New(limit, bytes), working: make(chan struct{}, 100), release: make(chan struct{})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.address = l.Addr().String()
	srv := &http.Server{ConnContext: w.pool.Context, ConnState: w.pool.Note, Handler: http.HandlerFunc(w.handle)}
	ended := make(chan error)
	go func() { ended <- srv.Serve(w.pool.Listener(l)) }()
	t.Cleanup(func() {
		close(w.release)
		_ = srv.Close()
		<-ended
	})
	return w
}

func (w *world) handle(out http.ResponseWriter, r *http.Request) {
	if err := w.pool.Receive(r, 1000); err != nil {
		http.Error(out, "no room", http.StatusInsufficientStorage)
		return
	}
	switch r.URL.Path {
	case "/work":
		w.working <- struct{}{}
		<-w.release
	case "/stream":
		Stream(r.Context())
		_ = http.NewResponseController(out).Flush()
		w.working <- struct{}{}
		<-r.Context().Done()
	case "/large": // more than any buffer
		w.working <- struct{}{}
		_, _ = io.CopyN(out, zeros{}, 1<<30) // ends when the connection is closed
	case "/body":
		w.working <- struct{}{}
		_, _ = io.Copy(io.Discard, r.Body)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// A client is one connection.
type client struct {
	net.Conn
	in *bufio.Reader
	w  *world
}

// send connects and sends text.
func (w *world) send(text string) *client {
	w.Helper()
	c, err := net.Dial("tcp", w.address)
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		w.Fatal(err)
	}
	return &client{c, bufio.NewReader(c), w}
}

func (w *world) get(path string) *client {
	w.Helper()
	return w.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n")
}

// status reads the answer; 0 means that the connection was closed.
func (c *client) status() int {
	c.w.Helper()
	answer, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if answer.StatusCode == http.StatusServiceUnavailable &&
		(err != nil || answer.Header.Get("Retry-After") == "" || !strings.Contains(string(body), `"code":"unavailable"`)) {
		c.w.Errorf("the 503 is incomplete: %v %q, %v", answer.Header, body, err)
	}
	return answer.StatusCode
}

func (w *world) want(what string, got, want int) {
	w.Helper()
	if got != want {
		w.Errorf("%s: %d; want %d", what, got, want)
	}
}

// settle waits until n connections are in a state.
func (w *world) settle(state, n int) {
	for {
		w.pool.mu.Lock()
		have := w.pool.waiting[state].Len()
		w.pool.mu.Unlock()
		if have == n {
			return
		}
		if err := w.Context().Err(); err != nil {
			w.Fatal(err)
		}
	}
}

// At the limit, inactive connections are closed to admit a new one, the longest inactive first:
// idle connections, unfinished headers, and unfinished bodies.
func TestNewcomersAreServed(t *testing.T) {
	t.Parallel()
	for what, text := range map[string]string{
		"nothing":           "",
		"unfinished header": "POST /body HTTP/1.1\r\nHost: x\r\nX-Slow: ",
		"unfinished body":   "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nhalf",
		"an old request":    "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		w := newWorld(t, 4, 1<<20)
		var old []*client
		for i := range 4 {
			c := w.send(text)
			old = append(old, c)
			switch what {
			case "unfinished body":
				<-w.working
				w.settle(reading, i+1)
			case "an old request":
				w.want(what, c.status(), 200)
				w.settle(idle, i+1)
			default:
				w.settle(idle, i+1)
			}
		}
		w.want(what+": a newcomer", w.get("/").status(), 200)
		w.want(what+": the oldest", old[0].status(), 0)
		for range 10 {
			w.want(what+": further newcomers", w.get("/").status(), 200)
		}
	}
}

// Connections with unread answers are also closed, the oldest answer first. They come after
// unfinished bodies and before event streams, although streams are written to.
func TestUnreadAnswersMakeRoom(t *testing.T) {
	t.Parallel()
	for _, requests := range []int{1, 3} { // pipelined
		w := newWorld(t, 4, 1<<20)
		w.get("/stream")
		<-w.working
		w.settle(stream, 1)
		var unread []*client
		for i := range 2 {
			unread = append(unread, w.send(strings.Repeat("GET /large HTTP/1.1\r\nHost: x\r\n\r\n", requests)))
			<-w.working
			w.settle(writing, i+1)
		}
		slow := w.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nhalf")
		<-w.working
		w.settle(reading, 1)
		w.get("/work")
		<-w.working
		w.want("the body", slow.status(), 0)
		w.settle(writing, 2)
		w.get("/work")
		<-w.working
		w.settle(writing, 1)
		if n, err := io.Copy(io.Discard, unread[0]); err == nil && n == 1<<30 {
			t.Error("the answer that was begun first was not given up")
		}
		for range 10 {
			w.want("a newcomer", w.get("/").status(), 200)
		}
		w.settle(stream, 1)
	}
}

// If all connections have a request in progress, a new one gets 503 at once, and the work
// continues.
func TestFullOfWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3, 1<<20)
	var busy []*client
	for range 3 {
		busy = append(busy, w.get("/work"))
		<-w.working
	}
	for range 2 * lingering {
		w.want("a newcomer", w.get("/").status(), 503)
	}
	for range 3 {
		w.release <- struct{}{}
	}
	for _, c := range busy {
		w.want("the work", c.status(), 200)
	}
	w.settle(idle, 3)
	w.want("a newcomer afterwards", w.get("/").status(), 200)
}

// Event streams are closed last: their clients connect again.
func TestStreamsAreClosedLast(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3, 1<<20)
	follower := w.get("/stream")
	<-w.working
	w.send("")
	w.settle(idle, 1)
	w.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nhalf")
	<-w.working
	for range 2 {
		w.get("/work")
		<-w.working
	}
	w.settle(stream, 1)
	w.settle(idle, 0)
	w.settle(reading, 0)
	w.want("a newcomer", w.get("/").status(), 200)
	if _, err := io.ReadAll(follower.in); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Error(err)
	}
	w.settle(stream, 0)
}

// The bytes of unfinished bodies are limited: the oldest bodies are aborted.
func TestBytesAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 100, 1000)
	var slow []*client
	for i := range 20 {
		slow = append(slow, w.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 300\r\n\r\nhalf"))
		<-w.working
		w.settle(reading, min(i+1, 3))
	}
	w.pool.mu.Lock()
	if w.pool.pending != 900 {
		t.Errorf("%d bytes are on their way", w.pool.pending)
	}
	w.pool.mu.Unlock()
	w.want("the oldest", slow[0].status(), 0)
	w.want("a quick body", w.send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nfull").status(), 200)
	if _, err := io.WriteString(slow[19], strings.Repeat("x", 296)); err != nil {
		t.Fatal(err)
	}
	w.want("the last slow one, finished", slow[19].status(), 200)
}

// exhausted is a listener without a free descriptor for its first connection.
type exhausted struct {
	net.Listener
	refused bool
}

func (l *exhausted) Accept() (net.Conn, error) {
	if !l.refused {
		l.refused = true
		return nil, &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	}
	return l.Listener.Accept()
}

// Without a free descriptor, a new connection still gets an answer.
func TestNoDescriptors(t *testing.T) {
	t.Parallel()
	p := New(10, 1000)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	w := &world{T: t, pool: p, address: l.Addr().String()}
	first, second := w.get("/"), w.get("/")
	c, err := p.Listener(&exhausted{Listener: l}).Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	w.want("the first", first.status(), 503)
	if c.RemoteAddr().String() != second.LocalAddr().String() {
		t.Error("the second was not accepted")
	}
	if f := p.spare.file.Load(); f == nil {
		t.Error("there is no spare descriptor for the next time")
	}
}

// Requests without a connection of the pool, such as those of the window, are not bounded.
func TestOutsideThePool(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("body"))
	if err := New(1, 1).Receive(r, 1000); err != nil {
		t.Error(err)
	}
	Stream(context.Background())
}
