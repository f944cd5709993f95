package delivery

import (
	"bufio"
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"
)

// A mailServer implements as much of SMTP (RFC 5321), STARTTLS (RFC 3207) and AUTH
// PLAIN (RFC 4954) as a client needs to send one mail.
type mailServer struct {
	addr     string
	tls      *tls.Config
	implicit bool
	startTLS bool
	offers   []string          // lines of the answer to EHLO; nil: AUTH PLAIN
	greeting string            // "" for 220
	noTLS    bool              // the handshake after STARTTLS fails
	refuse   map[string]string // verb → reply
	silent   string            // verb that is never answered
	mails    chan received
	done     chan struct{}
}

type received struct {
	from, to string
	auth     string
	hello    string // what EHLO named
	secure   bool
	mail     string // the whole MAIL command
	data     string
}

// certificate is for 127.0.0.1, valid around the test's clock and the real one.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: start.AddDate(-10, 0, 0), NotAfter: start.AddDate(100, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// serve starts the server, and returns the client's side of its TLS.
func (s *mailServer) serve(t *testing.T) *tls.Config {
	t.Helper()
	cert, pool := certificate(t)
	s.tls = &tls.Config{Certificates: []tls.Certificate{cert}}
	s.mails = make(chan received, 1)
	s.done = make(chan struct{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	go func() {
		defer close(s.done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.converse(conn)
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-s.done
	})
	return &tls.Config{RootCAs: pool}
}

func (s *mailServer) converse(conn net.Conn) {
	defer func() { conn.Close() }()
	var m received
	if s.implicit {
		conn, m.secure = tls.Server(conn, s.tls), true
	}
	c := textproto.NewConn(conn)
	say := func(line string) { c.PrintfLine("%s", line) }
	say(cmp.Or(s.greeting, "220 test ESMTP"))
	for {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		verb = strings.ToUpper(verb)
		if reply, ok := s.refuse[verb]; ok {
			say(reply)
			continue
		}
		if verb == s.silent {
			_, _ = io.Copy(io.Discard, conn) // until the client gives up
			return
		}
		switch verb {
		case "EHLO":
			m.hello = rest
			say("250-test")
			if s.startTLS && !m.secure {
				say("250-STARTTLS")
			}
			offers := s.offers
			if offers == nil {
				offers = []string{"AUTH PLAIN"}
			}
			for _, offer := range offers {
				say("250-" + offer)
			}
			say("250 HELP")
		case "STARTTLS":
			say("220 go ahead")
			if s.noTLS {
				say("this is not TLS")
				return
			}
			conn, m.secure = tls.Server(conn, s.tls), true
			c = textproto.NewConn(conn)
		case "AUTH":
			m.auth = logIn(c, rest)
			say("235 ok")
		case "MAIL":
			m.from, m.mail = address(rest), line
			say("250 ok")
		case "RCPT":
			m.to = address(rest)
			say("250 ok")
		case "DATA":
			say("354 go")
			b, err := c.ReadDotBytes()
			if err != nil {
				return
			}
			m.data = string(b)
			if reply, ok := s.refuse["."]; ok {
				say(reply)
				continue
			}
			say("250 queued")
			s.mails <- m
		case "QUIT":
			say("221 bye")
			return
		default:
			say("500 what?")
		}
	}
}

// logIn returns the mechanism and what the client sent with it.
func logIn(c *textproto.Conn, rest string) string {
	mechanism, initial, _ := strings.Cut(rest, " ")
	plain := func(text string) string {
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return err.Error()
		}
		return string(b)
	}
	ask := func(question string) string {
		c.PrintfLine("334 %s", base64.StdEncoding.EncodeToString([]byte(question)))
		answer, _ := c.ReadLine()
		return plain(answer)
	}
	switch mechanism {
	case "LOGIN":
		return "LOGIN " + ask("User Name\x00") + " " + ask("Password\x00")
	case "CRAM-MD5":
		return "CRAM-MD5 " + ask("<1.2@test>")
	}
	return mechanism + " " + plain(initial)
}

func address(path string) string {
	_, rest, _ := strings.Cut(path, "<")
	addr, _, _ := strings.Cut(rest, ">")
	return addr
}

func mailer(t *testing.T, s *mailServer, change func(*SMTPConfig)) *SMTPMailer {
	t.Helper()
	cfg := SMTPConfig{
		TLSConfig: s.serve(t), TLS: StartTLS, Username: "nightlatch", Password: "pw-s3cret",
		From: "Nightlatch <noreply@example.org>", Now: func() time.Time { return start },
	}
	cfg.Addr = s.addr
	if change != nil {
		change(&cfg)
	}
	m, err := NewSMTPMailer(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const mailBody = "Hello ann,\n\n123456 is your code.\n.\nGrüße = naïve “quotes” and a line that is much longer than the seventy-eight characters of RFC 5322\n"

func TestSMTPSends(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		server mailServer
		change func(*SMTPConfig)
		secure bool
		auth   string
	}{
		"starttls": {server: mailServer{startTLS: true}, secure: true, auth: "PLAIN \x00nightlatch\x00pw-s3cret"},
		"implicit tls": {
			server: mailServer{implicit: true}, secure: true, auth: "PLAIN \x00nightlatch\x00pw-s3cret",
			change: func(c *SMTPConfig) { c.TLS = Implicit },
		},
		"on this machine": {change: func(c *SMTPConfig) { c.TLS, c.Username = NoTLS, "" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := mailer(t, &tt.server, tt.change)
			ctx := context.WithValue(t.Context(), idKey{}, "7-x")
			if err := m.Mail(ctx, "ann@example.org", "Your code: Grüße", mailBody); err != nil {
				t.Fatal(err)
			}
			got := <-tt.server.mails
			if got.from != "noreply@example.org" || got.to != "ann@example.org" || got.secure != tt.secure || got.auth != tt.auth {
				t.Errorf("received from %q to %q, secure %v, auth %q", got.from, got.to, got.secure, got.auth)
			}
			checkMail(t, got.data)
		})
	}
}

func checkMail(t *testing.T, data string) {
	t.Helper()
	for line := range strings.Lines(data) {
		if len(line) > 79 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	msg, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil || subject != "Your code: Grüße" {
		t.Errorf("subject %q, %v", subject, err)
	}
	for name, want := range map[string]string{
		"From": `"Nightlatch" <noreply@example.org>`, "To": "<ann@example.org>", "Message-Id": "<7-x@example.org>",
		"Date": start.Format(time.RFC1123Z), "Auto-Submitted": "auto-generated", "Mime-Version": "1.0",
		"Content-Type": "text/plain; charset=utf-8",
	} {
		if got := msg.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	body, err := io.ReadAll(quotedprintable.NewReader(msg.Body))
	if got := strings.ReplaceAll(string(body), "\r\n", "\n"); err != nil || got != mailBody {
		t.Errorf("body %q, %v", got, err)
	}
}

func TestSMTPRefusals(t *testing.T) {
	t.Parallel()
	const echo = " 123456 is your code, ann@example.org, pw-s3cret"
	for name, tt := range map[string]struct {
		refuse    map[string]string
		permanent bool
		says      string
	}{
		"no such mailbox":  {map[string]string{"RCPT": "550 no" + echo}, true, "RCPT: reply 550"},
		"mailbox busy":     {map[string]string{"RCPT": "450 later" + echo}, false, "RCPT: reply 450"},
		"spam":             {map[string]string{".": "554 spam" + echo}, true, "DATA: reply 554"},
		"no room":          {map[string]string{".": "452 full" + echo}, false, "DATA: reply 452"},
		"wrong password":   {map[string]string{"AUTH": "535 no" + echo}, false, "AUTH: reply 535"},
		"sender refused":   {map[string]string{"MAIL": "553 no" + echo}, false, "MAIL: reply 553"},
		"TLS not possible": {map[string]string{"STARTTLS": "454 no" + echo}, false, "STARTTLS: reply 454"},
		"no data":          {map[string]string{"DATA": "503 no" + echo}, true, "DATA: reply 503"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := mailer(t, &mailServer{startTLS: true, refuse: tt.refuse}, nil)
			err := m.Mail(t.Context(), "ann@example.org", "s", "123456 is your code")
			var p *PermanentError
			if err == nil || errors.As(err, &p) != tt.permanent || !strings.HasSuffix(err.Error(), tt.says) {
				t.Errorf("got %v, want %q, for good: %v", err, tt.says, tt.permanent)
			}
		})
	}
}

// TestSMTPNeverWithoutTLS: a server or attacker that does not offer STARTTLS receives
// neither the password nor the mail.
func TestSMTPNeverWithoutTLS(t *testing.T) {
	t.Parallel()
	s := &mailServer{}
	m := mailer(t, s, nil)
	if err := m.Mail(t.Context(), "ann@example.org", "s", "b"); err == nil || !strings.Contains(err.Error(), "STARTTLS") {
		t.Errorf("got %v", err)
	}
	// The same holds for an untrusted certificate.
	other := &mailServer{startTLS: true}
	m = mailer(t, other, func(c *SMTPConfig) { c.TLSConfig = nil })
	if err := m.Mail(t.Context(), "ann@example.org", "s", "b"); err == nil {
		t.Error("an untrusted certificate was accepted")
	}
	if len(s.mails)+len(other.mails) != 0 {
		t.Error("a mail was sent")
	}
}

func TestSMTPGivesUpInTime(t *testing.T) {
	t.Parallel()
	for verb, timeout := range map[string]time.Duration{
		"EHLO": 200 * time.Millisecond, "MAIL": 200 * time.Millisecond, "DATA": 200 * time.Millisecond,
		"QUIT": 3 * time.Second, // the steps before QUIT must finish within it, on any machine
	} {
		m := mailer(t, &mailServer{startTLS: true, silent: verb}, func(c *SMTPConfig) { c.Timeout = timeout })
		err := m.Mail(t.Context(), "ann@example.org", "s", "b")
		if verb == "QUIT" { // the mail was accepted, so a missing reply to QUIT is not an error
			if err != nil {
				t.Errorf("%s: %v", verb, err)
			}
			continue
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v, want the deadline", verb, err)
		}
	}
	// Mail also returns at once when its context ends.
	ctx, cancel := context.WithCancel(t.Context())
	s := &mailServer{startTLS: true, silent: "MAIL"}
	m := mailer(t, s, nil)
	result := make(chan error)
	go func() { result <- m.Mail(ctx, "ann@example.org", "s", "b") }()
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestSMTPInjection(t *testing.T) {
	t.Parallel()
	m := mailer(t, &mailServer{startTLS: true}, nil)
	var p *PermanentError
	for _, to := range []string{"", "ann", "ann@example.org\r\nBcc: eve@example.org", "a@b>\r\nRCPT TO:<eve@example.org"} {
		if err := m.Mail(t.Context(), to, "s", "b"); !errors.As(err, &p) || to != "" && strings.Contains(err.Error(), to) {
			t.Errorf("to %q: %v", to, err)
		}
	}
	if err := m.Mail(t.Context(), "ann@example.org", "s\r\nBcc: eve@example.org", "b"); !errors.As(err, &p) {
		t.Errorf("a subject of two lines: %v", err)
	}
}

func TestSMTPConfigIsChecked(t *testing.T) {
	t.Parallel()
	good := SMTPConfig{Addr: "mail.example:587", TLS: StartTLS, From: "a@example.org", Now: func() time.Time { return start }}
	if _, err := NewSMTPMailer(good); err != nil {
		t.Error(err)
	}
	for i, change := range []func(*SMTPConfig){
		func(c *SMTPConfig) { c.Addr = "mail.example" },
		func(c *SMTPConfig) { c.Addr = ":25" },
		func(c *SMTPConfig) { c.From = "nobody" },
		func(c *SMTPConfig) { c.TLS = "" },
		func(c *SMTPConfig) { c.TLS = NoTLS },
		func(c *SMTPConfig) { c.Now = nil },
	} {
		cfg := good
		change(&cfg)
		if _, err := NewSMTPMailer(cfg); err == nil {
			t.Errorf("change %d was accepted", i)
		}
	}
}

// FuzzCompose parses every mail with net/mail.
func FuzzCompose(f *testing.F) {
	f.Add("Your code", "Hello\n.\n")
	m, err := NewSMTPMailer(SMTPConfig{Addr: "localhost:25", TLS: NoTLS, From: "a@example.org", Now: func() time.Time { return start }})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, subject, body string) {
		b, err := m.compose("id", mail.Address{Address: "ann@example.org"}, subject, body)
		if err != nil {
			return
		}
		r := textproto.NewReader(bufio.NewReader(strings.NewReader(string(b))))
		h, err := r.ReadMIMEHeader()
		if err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		names := make([]string, 0, len(h))
		for name, values := range h {
			names = append(names, name)
			if len(values) != 1 {
				t.Errorf("%d times %s", len(values), name)
			}
		}
		slices.Sort(names)
		if want := "[Auto-Submitted Content-Transfer-Encoding Content-Type Date From Message-Id Mime-Version Subject To]"; fmt.Sprint(names) != want {
			t.Errorf("headers %v", names)
		}
	})
}
