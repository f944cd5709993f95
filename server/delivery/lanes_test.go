package delivery

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store/bolt"
	"nightlatch/server/store/seal"
)

// A silentCarrier never answers mails to "slow…". It reports all other messages.
type silentCarrier struct{ arrived chan string }

func (c silentCarrier) take(ctx context.Context, to string) error {
	if len(to) > 4 && to[:4] == "slow" {
		<-ctx.Done()
		return ctx.Err()
	}
	c.arrived <- to
	return nil
}

func (c silentCarrier) Text(ctx context.Context, to, _ string) error    { return c.take(ctx, to) }
func (c silentCarrier) Mail(ctx context.Context, to, _, _ string) error { return c.take(ctx, to) }

// running runs fn with an outbox that Run serves, on a fake clock.
func running(t *testing.T, fn func(b *bench, arrived chan string)) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{T: t, at: start, carrier: &carrier{n: make(map[string]int)}, keys: seal.New([32]byte{1}), log: new(bytes.Buffer)}
		s, err := bolt.Open(bolt.Config{Path: filepath.Join(t.TempDir(), "test.db"), Now: b.now, ReserveBytes: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		b.store = s
		b.Outbox = b.outbox(s)
		slow := silentCarrier{make(chan string, 1000)}
		b.cfg.SMSSender, b.cfg.Mailer = slow, slow
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- b.Outbox.Run(ctx) }()
		fn(b, slow.arrived)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func mailTo(to, template string) Message {
	m := Message{Channel: api.ByEmail, To: to, Template: template, Account: to}
	if template == EmailCode {
		m.Secret, m.Args = true, map[string]string{"code": "123456"}
	}
	return m
}

func wantWithin(t *testing.T, arrived chan string, want string) {
	t.Helper()
	limit := time.NewTimer(time.Second) // of the bubble's clock
	defer limit.Stop()
	select {
	case got := <-arrived:
		if got != want {
			t.Errorf("%s arrived; want %s", got, want)
		}
	case <-limit.C:
		t.Errorf("%s did not get its message within a second", want)
	}
}

// While a mail server does not answer, texts and mails to other recipients are sent at once.
// Codes do not wait for notices.
func TestNothingWaitsForSomethingSlower(t *testing.T) {
	running(t, func(b *bench, arrived chan string) {
		for n := range 5 * noticesAtOnce {
			b.enqueue(mailTo(fmt.Sprint("slow", n), Notice(api.EventKeyRenamed)))
		}
		b.enqueue(mailTo("slow0", EmailCode))
		b.Wake()
		synctest.Wait() // every worker waits for the mail server
		for round := range 3 {
			b.enqueue(text("+1", round))
			b.Wake()
			wantWithin(b.T, arrived, "+1")
			b.enqueue(mailTo("quick", EmailCode))
			b.Wake()
			wantWithin(b.T, arrived, "quick")
		}
		b.enqueue(Message{Channel: api.ByText, To: "+2", Template: Notice(api.EventPhoneChanged), Account: "a"})
		b.Wake()
		wantWithin(b.T, arrived, "+2")
	})
}

// A recipient whose carrier is slow does not delay other recipients of the same kind.
func TestRecipientsAreIndependent(t *testing.T) {
	running(t, func(b *bench, arrived chan string) {
		for n := range noticesAtOnce - 1 {
			b.enqueue(text(fmt.Sprint("slow", n), n), mailTo(fmt.Sprint("slow", n), Notice(api.EventKeyRenamed)))
		}
		b.Wake()
		synctest.Wait()
		b.enqueue(text("+1", 1))
		b.Wake()
		wantWithin(b.T, arrived, "+1")
		b.enqueue(mailTo("quick", Notice(api.EventKeyRenamed)))
		b.Wake()
		wantWithin(b.T, arrived, "quick")
	})
}

// A gate holds texts back until it is opened.
type gate struct {
	open    chan struct{}
	arrived chan string
}

func (g gate) Text(_ context.Context, to, body string) error {
	<-g.open
	g.arrived <- to + " " + body[:6]
	return nil
}

// Messages that arrive while their recipient is being served follow without another Wake.
func TestMessagesBehindABusyRecipient(t *testing.T) {
	running(t, func(b *bench, arrived chan string) {
		g := gate{make(chan struct{}), arrived}
		b.cfg.SMSSender = g
		b.enqueue(text("+1", 1))
		b.Wake()
		synctest.Wait()
		b.enqueue(text("+1", 2))
		b.Wake()
		synctest.Wait()
		close(g.open)
		wantWithin(b.T, arrived, "+1 000001")
		wantWithin(b.T, arrived, "+1 000002")
	})
}
