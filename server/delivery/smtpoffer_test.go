package delivery

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
)

// The password is sent only with a mechanism that the server offers.
func TestSMTPLogsInAsOffered(t *testing.T) {
	t.Parallel()
	mac := hmac.New(md5.New, []byte("pw-s3cret"))
	mac.Write([]byte("<1.2@test>"))
	cram := "CRAM-MD5 nightlatch " + hex.EncodeToString(mac.Sum(nil))
	for _, tt := range []struct {
		offers []string
		want   string
	}{
		{[]string{"AUTH LOGIN PLAIN"}, "PLAIN \x00nightlatch\x00pw-s3cret"},
		{[]string{"AUTH LOGIN"}, "LOGIN nightlatch pw-s3cret"},
		{[]string{"AUTH NTLM login"}, "LOGIN nightlatch pw-s3cret"},
		{[]string{"AUTH=LOGIN"}, "LOGIN nightlatch pw-s3cret"},
		{[]string{"AUTH GSSAPI CRAM-MD5"}, cram},
	} {
		s := &mailServer{startTLS: true, offers: tt.offers}
		m := mailer(t, s, nil)
		if err := m.Mail(t.Context(), "ann@example.org", "s", "b"); err != nil {
			t.Errorf("%q: %v", tt.offers, err)
			continue
		}
		if got := <-s.mails; got.auth != tt.want {
			t.Errorf("%q: logged in with %q; want %q", tt.offers, got.auth, tt.want)
		}
	}
}

// Without a supported mechanism nothing is sent, and the error has the mechanisms that the
// server offers.
func TestSMTPWithoutAKnownMechanism(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		offers, want []string
	}{
		{[]string{"AUTH NTLM XOAUTH2"}, []string{"NTLM", "XOAUTH2"}},
		{[]string{"PIPELINING"}, nil},
	} {
		s := &mailServer{startTLS: true, offers: tt.offers}
		err := mailer(t, s, nil).Mail(t.Context(), "ann@example.org", "s", "b")
		f := Diagnose(err)
		if f.Why != NoMechanism || f.Step != "AUTH" || !slices.Equal(f.Offered, tt.want) {
			t.Errorf("%q: %v is %+v", tt.offers, err, f)
		}
		for _, name := range tt.want {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("%v does not say %s", err, name)
			}
		}
	}
}

// MAIL requests only extensions that the server offers and the addresses need.
func TestSMTPAddresses(t *testing.T) {
	t.Parallel()
	all := []string{"AUTH PLAIN", "8BITMIME", "SMTPUTF8", "SIZE 100000"}
	for _, tt := range []struct {
		offers   []string
		from, to string
		mail     string // how MAIL begins
		rcpt     string
		has, not string
		why      Diagnosis
		step     string
	}{
		{offers: all, from: "a@example.org", to: "ann@example.org", mail: "MAIL FROM:<a@example.org>", rcpt: "ann@example.org", has: "SIZE=", not: "SMTPUTF8"},
		{offers: []string{"AUTH PLAIN"}, from: "a@example.org", to: "ann@example.org", mail: "MAIL FROM:<a@example.org>", rcpt: "ann@example.org", not: "SIZE="},
		{offers: all, from: "N <a@bücher.example>", to: "ann@пример.example", mail: "MAIL FROM:<a@xn--bcher-kva.example>", rcpt: "ann@xn--e1afmkfd.example", not: "SMTPUTF8"},
		{offers: all, from: "a@example.org", to: "müller@bücher.example", mail: "MAIL FROM:<a@example.org>", rcpt: "müller@xn--bcher-kva.example", has: " SMTPUTF8 BODY=8BITMIME"},
		{offers: []string{"AUTH PLAIN"}, from: "a@example.org", to: "müller@example.org", why: OnlyASCII, step: "RCPT"},
		{offers: []string{"AUTH PLAIN"}, from: "müller@example.org", to: "ann@example.org", why: OnlyASCII, step: "MAIL"},
		{offers: []string{"AUTH PLAIN", "SIZE 100"}, from: "a@example.org", to: "ann@example.org", why: NotTaken, step: "DATA"},
	} {
		s := &mailServer{startTLS: true, offers: tt.offers}
		m := mailer(t, s, func(c *SMTPConfig) { c.From = tt.from })
		err := m.Mail(t.Context(), tt.to, "s", "b")
		if tt.why != "" {
			if f := Diagnose(err); f.Why != tt.why || f.Step != tt.step {
				t.Errorf("%s to %s: %v is %+v", tt.from, tt.to, err, f)
			}
			var never *PermanentError
			if errors.As(err, &never) != (tt.step != "MAIL") {
				t.Errorf("%s to %s: for good: %v", tt.from, tt.to, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s to %s: %v", tt.from, tt.to, err)
			continue
		}
		got := <-s.mails
		if !strings.HasPrefix(got.mail, tt.mail) || got.to != tt.rcpt || !strings.Contains(got.mail, tt.has) || tt.not != "" && strings.Contains(got.mail, tt.not) {
			t.Errorf("%s to %s: %q, to %q", tt.from, tt.to, got.mail, got.to)
		}
	}
}

func anonymous(c *SMTPConfig) { c.Username, c.Password = "", "" }

// An error names the exact step at which the server failed.
func TestSMTPNamesTheStep(t *testing.T) {
	t.Parallel()
	for what, tt := range map[string]struct {
		server mailServer
		change func(*SMTPConfig)
		step   string
		why    Diagnosis
		reply  int
	}{
		"not there":             {change: func(c *SMTPConfig) { c.Addr = "127.0.0.1:1" }, step: "connect", why: Unreachable},
		"greeted with no":       {server: mailServer{greeting: "554 not you"}, step: "greeting", why: NotTaken, reply: 554},
		"not a mail server":     {server: mailServer{greeting: "HTTP/1.1 400 Bad Request"}, step: "greeting", why: NotTaken},
		"EHLO and HELO refused": {server: mailServer{startTLS: true, refuse: map[string]string{"EHLO": "550 no", "HELO": "550 no"}}, step: "EHLO", why: NotTaken, reply: 550},
		"no TLS where it is implicit": {
			server: mailServer{}, change: func(c *SMTPConfig) { c.TLS = Implicit }, step: "TLS", why: NotProtected,
		},
		"certificate": {
			server: mailServer{implicit: true}, change: func(c *SMTPConfig) { c.TLS, c.TLSConfig = Implicit, nil }, step: "TLS", why: NotTrusted,
		},
		"no handshake": {server: mailServer{startTLS: true, noTLS: true}, step: "TLS", why: NotProtected},
		"no STARTTLS":  {server: mailServer{}, step: "STARTTLS", why: NotProtected},
		"wrong password": {
			server: mailServer{startTLS: true, refuse: map[string]string{"AUTH": "535 no"}}, step: "AUTH", why: NoLogin, reply: 535,
		},
		"sender":            {server: mailServer{startTLS: true, refuse: map[string]string{"MAIL": "550 no"}}, step: "MAIL", why: NoSender, reply: 550},
		"recipient":         {server: mailServer{startTLS: true, refuse: map[string]string{"RCPT": "550 no"}}, step: "RCPT", why: NoRecipient, reply: 550},
		"no such recipient": {server: mailServer{startTLS: true, refuse: map[string]string{"RCPT": "550 5.1.1 no"}}, step: "RCPT", why: NoRecipient, reply: 550},
		// Any step can be refused for another reason than what it sent.
		"busy at once":              {server: mailServer{greeting: "421 4.3.2 busy"}, step: "greeting", why: NotNow, reply: 421},
		"TLS later":                 {server: mailServer{startTLS: true, refuse: map[string]string{"STARTTLS": "454 4.3.0 later"}}, step: "STARTTLS", why: NotNow, reply: 454},
		"login later":               {server: mailServer{startTLS: true, refuse: map[string]string{"AUTH": "454 4.7.0 later"}}, step: "AUTH", why: NotNow, reply: 454},
		"login after TLS":           {server: mailServer{startTLS: true, refuse: map[string]string{"AUTH": "538 5.7.11 encrypt"}}, step: "AUTH", why: NotProtected, reply: 538},
		"a mechanism in name only":  {server: mailServer{startTLS: true, refuse: map[string]string{"AUTH": "504 5.5.4 what?"}}, step: "AUTH", why: NotTaken, reply: 504},
		"an app password is needed": {server: mailServer{startTLS: true, refuse: map[string]string{"AUTH": "534 5.7.9 app password"}}, step: "AUTH", why: NoLogin, reply: 534},
		"full":                      {server: mailServer{startTLS: true, refuse: map[string]string{"MAIL": "452 4.3.1 full"}}, step: "MAIL", why: NotNow, reply: 452},
		"too large":                 {server: mailServer{startTLS: true, refuse: map[string]string{"MAIL": "552 5.3.4 large"}}, step: "MAIL", why: NotTaken, reply: 552},
		"greylisted":                {server: mailServer{startTLS: true, refuse: map[string]string{"RCPT": "450 4.7.1 later"}}, step: "RCPT", why: NotNow, reply: 450},
		"content later":             {server: mailServer{startTLS: true, refuse: map[string]string{"DATA": "451 4.3.0 later"}}, step: "DATA", why: NotNow, reply: 451},
		"login wanted at MAIL":      {server: mailServer{startTLS: true, refuse: map[string]string{"MAIL": "530 5.7.0 log in"}}, change: anonymous, step: "MAIL", why: NeedsLogin, reply: 530},
		"login wanted at RCPT":      {server: mailServer{startTLS: true, refuse: map[string]string{"RCPT": "530 log in"}}, change: anonymous, step: "RCPT", why: NeedsLogin, reply: 530},
		"no relaying":               {server: mailServer{startTLS: true, refuse: map[string]string{"RCPT": "554 5.7.1 no relaying"}}, change: anonymous, step: "RCPT", why: NeedsLogin, reply: 554},
		"no relaying after login":   {server: mailServer{startTLS: true, refuse: map[string]string{"RCPT": "554 5.7.1 no relaying"}}, step: "RCPT", why: NoRecipient, reply: 554},
		"TLS wanted at MAIL": {
			server: mailServer{startTLS: true, refuse: map[string]string{"MAIL": "530 5.7.0 Must issue a STARTTLS command first"}},
			change: func(c *SMTPConfig) { c.TLS = NoTLS }, step: "MAIL", why: NotProtected, reply: 530,
		},
		"content": {server: mailServer{startTLS: true, refuse: map[string]string{".": "554 no"}}, step: "DATA", why: NotTaken, reply: 554},
	} {
		m := mailer(t, &tt.server, tt.change)
		err := m.Mail(t.Context(), "ann@example.org", "s", "b")
		if f := Diagnose(err); err == nil || f.Step != tt.step || f.Why != tt.why || f.Reply != tt.reply {
			t.Errorf("%s: %v is %+v; want %s at %s, %d", what, err, f, tt.why, tt.step, tt.reply)
		}
	}
}

// EHLO has the address of this end: servers refuse "localhost", which is not a
// full name, at EHLO or at any later step.
func TestSMTPSaysHelloWithAnAddress(t *testing.T) {
	t.Parallel()
	s := &mailServer{startTLS: true}
	if err := mailer(t, s, nil).Mail(t.Context(), "ann@example.org", "s", "b"); err != nil {
		t.Fatal(err)
	}
	if got := <-s.mails; got.hello != "[127.0.0.1]" {
		t.Errorf("EHLO %s", got.hello)
	}
}
