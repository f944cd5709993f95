package server_test

import (
	"io"
	"net"
	"net/textproto"
	"strings"
	"testing"

	"nightlatch/server/api"
)

// A mailHost takes mail over SMTP (RFC 5321) without TLS, on this machine.
type mailHost struct {
	port  int
	mails chan string // recipient, then the mail
	auth  string      // the reply to AUTH
	got   chan string // what AUTH said
}

func newMailHost(t *testing.T) *mailHost {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &mailHost{port: l.Addr().(*net.TCPAddr).Port, mails: make(chan string, 16), got: make(chan string, 16), auth: "235 ok"}
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

func (h *mailHost) converse(conn net.Conn) {
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
			h.got <- rest
			say(h.auth)
		case "RCPT":
			to = rest
			say("250 ok")
		case "DATA":
			say("354 go")
			b, err := io.ReadAll(c.DotReader())
			if err != nil {
				return
			}
			h.mails <- to + "\n" + string(b)
			say("250 ok")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (h *mailHost) change(more ...func(*api.MailChange)) api.DeliveryChange {
	m := &api.MailChange{Host: "127.0.0.1", Port: h.port, TLS: "none", From: "Nightlatch <noreply@example.org>"}
	for _, f := range more {
		f(m)
	}
	return api.DeliveryChange{Mail: m}
}

func login(user, password string) func(*api.MailChange) {
	return func(m *api.MailChange) { m.User, m.Password = user, &password }
}
