package delivery

import (
	"context"
	"crypto/tls"
	"errors"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
)

// What mail may do in each way that it can leave (R4).
func TestWays(t *testing.T) {
	t.Parallel()
	type notice struct{ keep, ok bool }
	for name, tt := range map[string]struct {
		ways                        Capabilities
		code                        notice // kept, ok
		provedCounts, keptCounts    bool
		toProved, toKept, toNeither notice
	}{
		"nothing":       {ways: Capabilities{}, provedCounts: true, toProved: notice{true, false}, toKept: notice{true, false}, toNeither: notice{true, false}},
		"kept":          {ways: Capabilities{Keep: true}, code: notice{true, true}, provedCounts: true, keptCounts: true, toProved: notice{true, true}, toKept: notice{true, true}, toNeither: notice{true, false}},
		"sent":          {ways: Capabilities{Mail: true}, code: notice{false, true}, provedCounts: true, toProved: notice{false, true}, toKept: notice{true, false}, toNeither: notice{true, false}},
		"sent, or kept": {ways: Capabilities{Mail: true, Keep: true}, code: notice{false, true}, provedCounts: true, toProved: notice{false, true}, toKept: notice{true, true}, toNeither: notice{true, false}},
	} {
		pair := func(keep, ok bool) notice { return notice{keep, ok} }
		if got := pair(tt.ways.Code()); got != tt.code {
			t.Errorf("%s: code %v", name, got)
		}
		if tt.ways.Confirmed(true, false) != tt.provedCounts || tt.ways.Confirmed(false, true) != tt.keptCounts || tt.ways.Confirmed(false, false) {
			t.Errorf("%s: what counts as confirmed", name)
		}
		if got := pair(tt.ways.Notice(true, false)); got != tt.toProved {
			t.Errorf("%s: a notice to a proved address %v", name, got)
		}
		if got := pair(tt.ways.Notice(false, true)); got != tt.toKept {
			t.Errorf("%s: a notice to one that only kept mail confirmed %v", name, got)
		}
		if got := pair(tt.ways.Notice(false, false)); got != tt.toNeither {
			t.Errorf("%s: a notice to none %v", name, got)
		}
	}
}

// A carrier can be exchanged while messages leave; what was meant to be kept is
// never sent, and what can't leave is not kept.
func TestCarriersAreExchanged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c := NewSenders(nil, nil, true)
	if err := c.Mail(t.Context(), "ann@example.org", "s", "b"); !errors.As(err, new(*PermanentError)) {
		t.Errorf("mail without a mailer: %v", err)
	}
	if err := c.Text(t.Context(), "+1", "b"); !errors.As(err, new(*PermanentError)) {
		t.Errorf("text without a texter: %v", err)
	}
	c.Set(b.carrier, b.carrier)
	if got := c.Capabilities(); got != (Capabilities{Mail: true, Keep: true, Text: true}) {
		t.Errorf("ways %+v", got)
	}
	if err := errors.Join(c.Mail(t.Context(), "ann@example.org", "s", "b"), c.Text(t.Context(), "+1", "b")); err != nil || len(b.carrier.arrived()) != 2 {
		t.Errorf("%v, %v", err, b.carrier.arrived())
	}
	c.Set(nil, nil)
	if got := c.Capabilities(); got != (Capabilities{Keep: true}) {
		t.Errorf("ways %+v", got)
	}
}

// Kept mail goes into its account's tray once, also where there is a mailer, and
// nowhere when the account is gone.
func TestKeep(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	err := b.store.Update(t.Context(), func(tx store.Tx) error { return tx.Put("acct/a", []byte("{}")) })
	if err != nil {
		t.Fatal(err)
	}
	m := Message{Channel: api.ByEmail, To: "ann@example.org", Template: Notice(api.EventTwoFactorOn), Account: "a", Keep: true}
	gone := m
	gone.Account = "b"
	b.enqueue(m, gone)
	b.drain()
	b.drain()
	if got := b.carrier.arrived(); len(got) != 0 || b.rows() != 0 {
		t.Errorf("sent %v, %d rows are left", got, b.rows())
	}
	err = b.store.View(t.Context(), func(tx store.Tx) error {
		letters, err := LocalMailbox(tx, b.keys, "a")
		if len(letters) != 1 || letters[0].To != m.To || letters[0].Subject != "Two-factor authentication is on" || letters[0].ID == "" {
			t.Errorf("tray %+v", letters)
		}
		none, err2 := LocalMailbox(tx, b.keys, "b")
		if len(none) != 0 {
			t.Errorf("a tray of nobody: %+v", none)
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []Message{
		{Channel: api.ByText, To: "+1", Template: SignInCode, Account: "a", Keep: true},
		{Channel: api.ByEmail, To: "ann@example.org", Template: EmailCode, Keep: true},
	} {
		if err := b.store.Update(t.Context(), func(tx store.Tx) error { return Enqueue(tx, b.keys, wrong) }); err == nil {
			t.Errorf("%+v was taken", wrong)
		}
	}
}

// What went wrong with a mail is told apart, with the server's reply.
func TestDiagnose(t *testing.T) {
	t.Parallel()
	nothing := func(*SMTPConfig) {}
	for want, tt := range map[Diagnosis]struct {
		server mailServer
		change func(*SMTPConfig)
		reply  int
	}{
		NotTrusted:   {server: mailServer{startTLS: true}, change: func(c *SMTPConfig) { c.TLSConfig = &tls.Config{} }},
		NotProtected: {server: mailServer{}, change: nothing},
		NoLogin:      {server: mailServer{startTLS: true, refuse: map[string]string{"AUTH": "535 no"}}, change: nothing, reply: 535},
		NoSender:     {server: mailServer{startTLS: true, refuse: map[string]string{"MAIL": "550 no"}}, change: nothing, reply: 550},
		NoRecipient:  {server: mailServer{startTLS: true, refuse: map[string]string{"RCPT": "550 no"}}, change: nothing, reply: 550},
		NotTaken:     {server: mailServer{startTLS: true, refuse: map[string]string{".": "554 no"}}, change: nothing, reply: 554},
		Silent:       {server: mailServer{startTLS: true, silent: "RCPT"}, change: func(c *SMTPConfig) { c.Timeout = time.Second }},
		Unreachable:  {server: mailServer{}, change: func(c *SMTPConfig) { c.Addr = "127.0.0.1:1" }},
	} {
		t.Run(string(want), func(t *testing.T) {
			t.Parallel()
			m := mailer(t, &tt.server, tt.change)
			err := m.Mail(context.Background(), "ann@example.org", "subject", mailBody)
			if got, reply := Diagnose(err); err == nil || got != want || reply != tt.reply {
				t.Errorf("%v is %s, %d; want %s, %d", err, got, reply, want, tt.reply)
			}
		})
	}
}
