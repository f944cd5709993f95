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

// TestCapabilities: what mail is used for, with a mail server and without (R4).
func TestCapabilities(t *testing.T) {
	t.Parallel()
	type notice struct{ keep, ok bool }
	for name, tt := range map[string]struct {
		can                         Capabilities
		kept                        bool
		provedCounts, keptCounts    bool
		toProved, toKept, toNeither notice
	}{
		"nothing":       {can: Capabilities{}, provedCounts: true, keptCounts: true, toProved: notice{true, false}, toKept: notice{true, false}, toNeither: notice{true, false}},
		"kept":          {can: Capabilities{Keep: true}, kept: true, provedCounts: true, keptCounts: true, toProved: notice{true, true}, toKept: notice{true, true}, toNeither: notice{true, false}},
		"sent":          {can: Capabilities{Mail: true}, provedCounts: true, toProved: notice{false, true}, toKept: notice{true, false}, toNeither: notice{true, false}},
		"sent, or kept": {can: Capabilities{Mail: true, Keep: true}, provedCounts: true, toProved: notice{false, true}, toKept: notice{true, true}, toNeither: notice{true, false}},
	} {
		pair := func(keep, ok bool) notice { return notice{keep, ok} }
		if tt.can.Kept() != tt.kept {
			t.Errorf("%s: kept %v", name, !tt.kept)
		}
		if tt.can.Enough(true, false) != tt.provedCounts || tt.can.Enough(false, true) != tt.keptCounts || tt.can.Enough(false, false) {
			t.Errorf("%s: what counts as confirmed", name)
		}
		if got := pair(tt.can.Notice(true, false)); got != tt.toProved {
			t.Errorf("%s: a notice to a proved address %v", name, got)
		}
		if got := pair(tt.can.Notice(false, true)); got != tt.toKept {
			t.Errorf("%s: a notice to one that was set without mail %v", name, got)
		}
		if got := pair(tt.can.Notice(false, false)); got != tt.toNeither {
			t.Errorf("%s: a notice to none %v", name, got)
		}
	}
}

// TestSendersCanBeReplaced: the senders can be replaced while the server runs.
func TestSendersCanBeReplaced(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c := NewSenders(nil, nil, true)
	if err := c.Mail(t.Context(), "ann@example.org", "s", "b"); !errors.As(err, new(*PermanentError)) {
		t.Errorf("mail without a mailer: %v", err)
	}
	if err := c.Text(t.Context(), "+1", "b"); !errors.As(err, new(*PermanentError)) {
		t.Errorf("text without an SMS sender: %v", err)
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

// TestKeep: a mail to be kept goes into its account's local mailbox once, even if
// there is a mail server. If the account was deleted, it is dropped.
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
		mails, err := LocalMailbox(tx, b.keys, "a")
		if len(mails) != 1 || mails[0].To != m.To || mails[0].Subject != "Two-factor authentication is on" || mails[0].ID == "" {
			t.Errorf("mailbox %+v", mails)
		}
		none, err2 := LocalMailbox(tx, b.keys, "b")
		if len(none) != 0 {
			t.Errorf("a mailbox without an account: %+v", none)
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
			t.Errorf("%+v was accepted", wrong)
		}
	}
}

// TestDiagnose: failures are distinguished, with the server's reply.
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
			if got := Diagnose(err); err == nil || got.Why != want || got.Reply != tt.reply {
				t.Errorf("%v is %+v; want %s, %d", err, got, want, tt.reply)
			}
		})
	}
}
