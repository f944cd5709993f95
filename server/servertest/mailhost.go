package servertest

import (
	"io"
	"net"
	"net/textproto"
	"strings"
	"testing"

	"nightlatch/server/api"
)

// A MailHost is an SMTP server (RFC 5321) on loopback, without TLS.
type MailHost struct {
	Port      int
	Mails     chan string // the recipient, a newline, and the mail
	AuthReply string      // the reply to AUTH, "235 ok" by default
}

// NewMailHost starts a MailHost that stops when the test ends.
func NewMailHost(t testing.TB) *MailHost {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &MailHost{Port: l.Addr().(*net.TCPAddr).Port, Mails: make(chan string, 16), AuthReply: "235 ok"}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			h.converse(conn)
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return h
}

// converse handles one connection.
func (h *MailHost) converse(conn net.Conn) {
	defer conn.Close()
	c := textproto.NewConn(conn)
	var to string
	say := func(line string) { _ = c.PrintfLine("%s", line) }
	say("220 test")
	for {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		switch verb, rest, _ := strings.Cut(line, " "); strings.ToUpper(verb) {
		case "EHLO":
			say("250-test")
			say("250 AUTH PLAIN")
		case "AUTH":
			say(h.AuthReply)
		case "RCPT":
			to = rest
			say("250 ok")
		case "DATA":
			say("354 go")
			b, err := io.ReadAll(c.DotReader())
			if err != nil {
				return
			}
			h.Mails <- to + "\n" + string(b)
			say("250 ok")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

// Change returns the settings for this mail server.
func (h *MailHost) Change(more ...func(*api.MailChange)) api.DeliveryChange {
	m := &api.MailChange{Host: new("127.0.0.1"), Port: &h.Port, TLS: new("none"), From: new("Nightlatch <noreply@example.org>")}
	for _, f := range more {
		f(m)
	}
	return api.DeliveryChange{Mail: m}
}

// MailLogin adds a user name and password to the settings.
func MailLogin(user, password string) func(*api.MailChange) {
	return func(m *api.MailChange) { m.User, m.Password = &user, &password }
}
