package httpapi_test

import (
	"io"
	"net"
	"strings"
	"testing"

	"nightlatch/server/servertest"
)

// A client that stops in the middle of a body delays neither a reset of the
// lab nor other clients.
func TestStalledBodyHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	w := servertest.New(t)
	host := strings.TrimPrefix(w.URL, "http://")
	for range 3 {
		conn := servertest.Must[net.Conn](t)(net.Dial("tcp", host))
		defer conn.Close()
		servertest.Must[int](t)(io.WriteString(conn, "POST /api/v1/ceremonies HTTP/1.1\r\nHost: "+host+"\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"kind\""))
	}
	for range 50 { // until the server has read the stalled requests
		if e := w.Do("GET", "/api/v1/about", ""); e.Status != 200 {
			t.Fatalf("before the reset: %d", e.Status)
		}
	}
	if err := w.Client.ResetLab(t.Context()); err != nil {
		t.Fatal(err)
	}
	if e := w.Do("GET", "/api/v1/about", ""); e.Status != 200 {
		t.Errorf("after the reset: %d", e.Status)
	}
}
