// Package delivery sends mail and text messages.
//
// Enqueue stores a message, sealed, in the transaction that causes it. The Outbox
// sends it after the commit: at least once, in order for each recipient, and again
// with growing pauses if sending fails. Nothing waits for a slower recipient or channel. If no mail server is set up, mail can be
// kept on this computer instead (LocalMailbox).
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

// A Message is a mail or a text message to be sent.
type Message struct {
	Channel  api.Channel       `json:"channel"` // api.ByEmail, api.ByText or api.ByPush
	To       string            `json:"to"`      // an address, a number in E.164, or the address of a push service
	PushKeys api.PushKeys      `json:"push_keys,omitzero"`
	Template string            `json:"template"` // one of this package's constants, or Notice
	Args     map[string]string `json:"args,omitempty"`
	Account  string            `json:"account,omitempty"`
	Secret   bool              `json:"secret,omitempty"` // holds a code or a password
	Made     time.Time         `json:"made,omitzero"`    // when it was enqueued (Enqueue)
	Until    time.Time         `json:"until,omitzero"`   // expiry of its content; it is not sent later, and shows the time left
	Keep     bool              `json:"keep,omitempty"`   // a mail for the local mailbox, not to be sent (Capabilities)
}

// An SMSSender sends one text message. It is a gateway or the lab.
type SMSSender interface {
	Text(ctx context.Context, to, body string) error
}

// A Mailer sends one mail.
type Mailer interface {
	Mail(ctx context.Context, to, subject, body string) error
}

// A PushSender sends one message to a phone app, through its push service or in the lab. The
// payload is JSON (Push).
type PushSender interface {
	Push(ctx context.Context, to api.PushAddress, payload []byte, until time.Time) error
}

// A PermanentError reports a failure that another attempt cannot change.
type PermanentError struct {
	Reason string
	Err    error // the cause, if known
}

func (e *PermanentError) Error() string { return "delivery: refused for good: " + e.Reason }

func (e *PermanentError) Unwrap() error { return e.Err }

type idKey struct{}

// ID returns the ID of the message that an SMSSender or Mailer is called for. It is
// the same on every attempt, so the receiver can detect a repetition. Other
// contexts have "".
func ID(ctx context.Context) string {
	id, _ := ctx.Value(idKey{}).(string)
	return id
}

// Prefix is the first part of the store keys of the outbox.
const Prefix = "out/"

// A row is a stored message.
type row struct {
	Message
	Tries int       `json:"tries,omitempty"`
	Due   time.Time `json:"due"`
}

// Enqueue stores a message to be sent after the transaction commits. Codes to one recipient
// keep their order, and so do notices. A code may overtake a notice. If there are too many
// notices about one account, they are merged into a summary (limitNotices).
func Enqueue(tx store.Tx, sealer *seal.Sealer, m Message) error {
	if m.Channel != api.ByEmail && m.Channel != api.ByText && m.Channel != api.ByPush {
		return fmt.Errorf("delivery: channel %q", m.Channel)
	}
	if m.To == "" {
		return errors.New("delivery: no recipient")
	}
	if m.Keep && (m.Channel != api.ByEmail || m.Account == "") {
		return errors.New("delivery: only mail to an account can be kept")
	}
	if _, known := templates[m.Template]; !known {
		return fmt.Errorf("delivery: template %q", m.Template)
	}
	if strings.HasPrefix(m.Template, noticePrefix) && m.Account != "" {
		if merged, err := limitNotices(tx, sealer, m); err != nil || merged {
			return err
		}
	}
	key, err := newKey(tx)
	if err != nil {
		return err
	}
	m.Made = tx.Now().UTC()
	return save(tx, sealer, key, row{Message: m, Due: tx.Now()})
}

// newKey returns the key for the next message. It begins with the transaction's time, then
// counts the messages of the transaction.
func newKey(tx store.Tx) (string, error) {
	moment := fmt.Sprintf("%s%019d-", Prefix, tx.Now().UnixNano())
	before, err := tx.Scan(moment, "", store.MaxWrites)
	if err != nil {
		return "", fmt.Errorf("delivery: enqueue: %w", err)
	}
	return fmt.Sprintf("%s%03d-%s", moment, len(before), strings.ToLower(rand.Text())), nil
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
		// The decoder's error could quote the secret.
		return r, errors.New("delivery: a message cannot be decoded")
	}
	return r, nil
}
