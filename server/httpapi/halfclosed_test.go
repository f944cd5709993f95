package httpapi_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"nightlatch/server/api"
	"nightlatch/server/servertest"
)

// A client that closes its side of the connection early gets the answer or the
// problem client_closed. It never gets the problem of a server that is
// stopping.
func TestHalfClosedConnection(t *testing.T) {
	t.Parallel()
	w := servertest.New(t, servertest.WithRealHashing)
	host := strings.TrimPrefix(w.URL, "http://")
	v := w.Begin(w.Client, api.SignIn)
	body := `{"rev":1,"input":{"type":"credentials","username":"ada","password":"wrong"}}`
	for _, request := range []string{
		"GET /api/v1/about HTTP/1.1\r\nHost: " + host + "\r\n\r\n",
		"GET /api/v1/me HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: " + servertest.BasicAuth("ada", "wrong") + "\r\n\r\n",
		fmt.Sprintf("POST /api/v1/ceremonies/%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", v.ID, host, len(body), body),
	} {
		for range 8 {
			conn, err := net.Dial("tcp", host)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Write([]byte(request)); err != nil {
				t.Fatal(err)
			}
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			b := make([]byte, 4096)
			n, _ := res.Body.Read(b)
			res.Body.Close()
			conn.Close()
			if answer := string(b[:n]); strings.Contains(answer, "Shutting down") || res.StatusCode == 503 && !strings.Contains(answer, "client_closed") {
				t.Errorf("%.40q: %d %s", request, res.StatusCode, answer)
			}
		}
	}
	if strings.Contains(w.Log.String(), "request failed") {
		t.Errorf("logged as an error of the server: %s", w.Log)
	}
}
