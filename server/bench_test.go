//go:build unix

package server_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/client"
	"nightlatch/server/servertest"
)

// The benchmarks of `make bench`. They measure the CPU time of this process for one
// exchange over an open loopback connection (cpu-ns/op). It includes the server and a
// minimal client. BenchmarkTrivial is the baseline of the others.

// cpu returns the CPU time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A line is a connection on which the same request is sent repeatedly.
type line struct {
	conn    net.Conn
	in      *bufio.Reader
	request []byte
	answer  []byte
}

// dial opens a line. All answers have the length of the first.
func dial(b *testing.B, address, path string, header ...string) *line {
	b.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	text := "GET " + path + " HTTP/1.1\r\nHost: " + conn.RemoteAddr().String() + "\r\n"
	for i := 0; i < len(header); i += 2 {
		text += header[i] + ": " + header[i+1] + "\r\n"
	}
	l := &line{conn: conn, in: bufio.NewReader(conn), request: []byte(text + "\r\n")}
	l.answer = make([]byte, answerLength(b, conn, l.in, l.request))
	return l
}

// ask sends the request and reads the answer.
func (l *line) ask(b *testing.B) {
	if _, err := l.conn.Write(l.request); err != nil {
		b.Fatal(err)
	}
	if _, err := io.ReadFull(l.in, l.answer); err != nil {
		b.Fatal(err)
	}
}

// measure benchmarks the exchanges of one line.
func measure(b *testing.B, l *line) {
	b.ReportAllocs()
	before := cpu()
	for b.Loop() {
		l.ask(b)
	}
	b.ReportMetric(float64(cpu()-before)/float64(b.N), "cpu-ns/op")
}

// answerLength sends one request and counts the bytes of the answer.
func answerLength(b *testing.B, conn net.Conn, in *bufio.Reader, request []byte) int {
	b.Helper()
	if _, err := conn.Write(request); err != nil {
		b.Fatal(err)
	}
	n, body := 0, 0
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			b.Fatal(err)
		}
		n += len(line)
		if v, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			for _, d := range strings.TrimSpace(v) {
				body = 10*body + int(d-'0')
			}
		}
		if n == len(line) && !strings.Contains(line, " 200 ") {
			b.Fatal(line)
		}
		if line == "\r\n" {
			break
		}
	}
	if _, err := io.CopyN(io.Discard, in, int64(body)); err != nil {
		b.Fatal(err)
	}
	return n + body
}

// trivial serves the answer of /api/v1/me without any check.
func trivial(b *testing.B) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"username":"cyd"}`+"\n")
	})}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	b.Cleanup(func() {
		srv.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			b.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

const mePath = "/api/v1/me"

func BenchmarkTrivial(b *testing.B) { measure(b, dial(b, trivial(b), mePath)) }

// BenchmarkSession measures GET /api/v1/me with a session's bearer token.
func BenchmarkSession(b *testing.B) {
	w := servertest.New(b, servertest.WithBolt(b))
	measure(b, dial(b, w.URL, mePath, "Authorization", "Bearer "+w.SignIn("cyd").Token()))
}

// BenchmarkAccount measures the resource that the console requests most.
func BenchmarkAccount(b *testing.B) {
	w := servertest.New(b, servertest.WithBolt(b))
	measure(b, dial(b, w.URL, "/api/v1/account", "Authorization", "Bearer "+w.SignIn("cyd").Token()))
}

func BenchmarkBasicTemporary(b *testing.B) {
	w := servertest.New(b, servertest.WithBolt(b))
	measure(b, dial(b, w.URL, mePath, "Authorization", servertest.BasicAuth("cyd", w.NewTemporaryPassword("cyd", "").Password)))
}

// BenchmarkChecks measures the trivial handler, the session check and the temporary
// password in turns, so that other load affects all of them equally. It reports the
// ratios of their CPU time; the limit is 2.5.
func BenchmarkChecks(b *testing.B) {
	w := servertest.New(b, servertest.WithBolt(b))
	lines := []*line{
		dial(b, trivial(b), mePath),
		dial(b, w.URL, mePath, "Authorization", "Bearer "+w.SignIn("cyd").Token()),
		dial(b, w.URL, mePath, "Authorization", servertest.BasicAuth("cyd", w.NewTemporaryPassword("cyd", "").Password)),
	}
	var spent [3]time.Duration
	for b.Loop() {
		for i, l := range lines {
			before := cpu()
			for range 50 {
				l.ask(b)
			}
			spent[i] += cpu() - before
		}
	}
	b.ReportMetric(float64(spent[0])/float64(50*b.N), "trivial-cpu-ns")
	b.ReportMetric(float64(spent[1])/float64(spent[0]), "session/trivial")
	b.ReportMetric(float64(spent[2])/float64(spent[0]), "temporary/trivial")
}

func BenchmarkArgon2id(b *testing.B) {
	p, salt := account.DefaultParams(), make([]byte, 16)
	before := cpu()
	for b.Loop() {
		argon2.IDKey([]byte(servertest.Password), salt, p.Time, p.Memory, p.Threads, 32)
	}
	b.ReportMetric(float64(cpu()-before)/float64(b.N), "cpu-ns/op")
}

// BenchmarkSignIn measures a whole sign-in with password and app code.
func BenchmarkSignIn(b *testing.B) {
	w := servertest.New(b, servertest.WithBolt(b), servertest.WithRealHashing)
	before := cpu()
	for b.Loop() {
		signInWithApp(b, w, w.Client)
	}
	b.ReportMetric(float64(cpu()-before)/float64(b.N), "cpu-ns/op")
}

func signInWithApp(b *testing.B, w *servertest.World, c *client.Client) {
	ctx := context.Background()
	v, err := c.Begin(ctx, api.Begin{Kind: api.SignIn})
	if err != nil {
		b.Fatal(err)
	}
	if v, err = c.Answer(ctx, v.ID, v.Rev, api.Credentials{Username: "cyd", Password: servertest.Password}); err != nil {
		b.Fatal(err)
	}
	if v, err = c.Answer(ctx, v.ID, v.Rev, api.Code{Code: w.AppCode()}); err != nil || v.Refusal != nil {
		b.Fatal(err, v.Refusal)
	}
}

// BenchmarkUnknownUser compares a third-party client's wrong password for a known user
// name with one for an unknown name. The ratio must be 0.97 to 1.03 (R42).
func BenchmarkUnknownUser(b *testing.B) {
	w := servertest.New(b, servertest.WithBolt(b), servertest.WithRealHashing)
	var spent [2]time.Duration
	names := []string{"cyd", "nobody"}
	first := 0
	for b.Loop() {
		w.Clock.Advance(2 * time.Hour)
		first = 1 - first
		for _, i := range []int{first, 1 - first} {
			before := cpu() // CPU time, because other programs affect wall time
			w.Basic(names[i], "wrong")
			spent[i] += cpu() - before
		}
	}
	b.ReportMetric(float64(spent[0])/float64(spent[1]), "known/unknown")
}
