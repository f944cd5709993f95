// Package delivery brings mails and texts to people. A message is a row in the
// store, sealed, written in the transaction of what it tells about, and sent
// after that has committed: at least once, in order for each recipient, again
// with growing pauses while the carrier or the mail server does not take it. Where
// no mail server is set up a mail can be kept on this computer instead (Tray).
package delivery

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// A Message is something to tell a person.
type Message struct {
	Channel  api.Channel       `json:"channel"`  // api.ByEmail or api.ByText
	To       string            `json:"to"`       // an address, or a number in E.164
	Template string            `json:"template"` // one of this package's constants, or Notice
	Args     map[string]string `json:"args,omitempty"`
	Account  string            `json:"account,omitempty"`
	Secret   bool              `json:"secret,omitempty"` // holds a code or a password
	Keep     bool              `json:"keep,omitempty"`   // a mail that is kept on this computer, not sent (Ways)
}

// A SMSSender sends one text: a carrier's gateway, or the lab's.
type SMSSender interface {
	Text(ctx context.Context, to, body string) error
}

// A Mailer sends one mail.
type Mailer interface {
	Mail(ctx context.Context, to, subject, body string) error
}

// A PermanentError says that trying again is of no use.
type PermanentError struct {
	Reason string
	Err    error // what happened, where that is known
}

func (e *PermanentError) Error() string { return "delivery: refused for good: " + e.Reason }

func (e *PermanentError) Unwrap() error { return e.Err }

type idKey struct{}

// ID is the message's own name, the same on every try, in the ctx that a SMSSender
// or Mailer gets: with it a receiver can tell a repetition. "" outside.
func ID(ctx context.Context) string {
	id, _ := ctx.Value(idKey{}).(string)
	return id
}

// Prefix begins the keys of the outbox.
const Prefix = "out/"

// A row is a message on its way.
type row struct {
	Message
	Tries int       `json:"tries,omitempty"`
	Due   time.Time `json:"due"`
}

// Enqueue puts a message on its way when the transaction commits. Messages of one
// transaction and one recipient keep their order.
func Enqueue(tx store.Tx, sealer *seal.Sealer, m Message) error {
	if m.Channel != api.ByEmail && m.Channel != api.ByText {
		return fmt.Errorf("delivery: channel %q", m.Channel)
	}
	if m.To == "" {
		return errors.New("delivery: nobody to send to")
	}
	if m.Keep && (m.Channel != api.ByEmail || m.Account == "") {
		return errors.New("delivery: only mail to an account can be kept")
	}
	if _, known := templates[m.Template]; !known {
		return fmt.Errorf("delivery: template %q", m.Template)
	}
	// The name begins with the time, and the store gives every transaction its
	// own; within one the messages are counted.
	moment := fmt.Sprintf("%s%019d-", Prefix, tx.Now().UnixNano())
	before, err := tx.Scan(moment, "", store.MaxWrites)
	if err != nil {
		return fmt.Errorf("delivery: enqueue: %w", err)
	}
	key := fmt.Sprintf("%s%03d-%s", moment, len(before), strings.ToLower(rand.Text()))
	return save(tx, sealer, key, row{Message: m, Due: tx.Now()})
}

func save(tx store.Tx, sealer *seal.Sealer, key string, r row) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("delivery: %w", err)
	}
	return tx.Put(key, sealer.Seal(key, b))
}

func load(sealer *seal.Sealer, it store.Item) (row, error) {
	var r row
	b, err := sealer.Open(it.Key, it.Value)
	if err != nil {
		return r, fmt.Errorf("delivery: %w", err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		// The text of the error could quote what was sealed.
		return r, errors.New("delivery: a message is not readable")
	}
	return r, nil
}
