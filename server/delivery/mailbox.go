package delivery

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

// LocalMailboxSize is the largest number of mails in a local mailbox. When it is
// full, the oldest mail is deleted.
const LocalMailboxSize = 50

// A LocalMessage is a mail that was kept on this computer because no mail server is
// set up. It is stored sealed, and only sessions of its account can read it.
type LocalMessage struct {
	ID      string    `json:"-"`
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
}

// MailKind is the part of the store key of a kept mail that follows the account's part.
const MailKind = "mail"

func mailboxPrefix(account string) string { return "acct/" + account + "/" + MailKind + "/" }

// keep puts a mail into the local mailbox of an account. It makes at most three
// writes, including the account's revision.
func keep(tx store.Tx, sealer *seal.Sealer, account string, m LocalMessage) error {
	if account == "" || strings.Contains(account, "/") {
		return errors.New("delivery: a kept mail needs an account")
	}
	switch _, err := tx.Get("acct/" + account); {
	case errors.Is(err, store.ErrNotFound):
		return nil // the account was deleted: the mail has no reader
	case err != nil:
		return fmt.Errorf("delivery: keep: %w", err)
	}
	if err := store.Bump(tx, account); err != nil {
		return fmt.Errorf("delivery: keep: %w", err)
	}
	items, err := tx.Scan(mailboxPrefix(account), "", LocalMailboxSize)
	if err != nil {
		return fmt.Errorf("delivery: keep: %w", err)
	}
	next := 1
	if n := len(items); n > 0 {
		last, err := strconv.Atoi(strings.TrimPrefix(items[n-1].Key, mailboxPrefix(account)))
		if err != nil {
			return fmt.Errorf("delivery: keep: %s is not the key of a mail", items[n-1].Key)
		}
		next = last + 1
		if n == LocalMailboxSize {
			if err := tx.Delete(items[0].Key); err != nil {
				return fmt.Errorf("delivery: keep: %w", err)
			}
		}
	}
	key := fmt.Sprintf("%s%010d", mailboxPrefix(account), next)
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("delivery: keep: %w", err)
	}
	return tx.Put(key, sealer.Seal(key, b))
}

// LocalMailbox returns the kept mails of an account, newest first.
func LocalMailbox(tx store.Tx, sealer *seal.Sealer, account string) ([]LocalMessage, error) {
	items, err := tx.Scan(mailboxPrefix(account), "", LocalMailboxSize)
	if err != nil {
		return nil, fmt.Errorf("delivery: local mailbox: %w", err)
	}
	mails := make([]LocalMessage, len(items))
	for i, it := range items {
		b, err := sealer.Open(it.Key, it.Value)
		if err != nil {
			return nil, fmt.Errorf("delivery: local mailbox: %w", err)
		}
		m := &mails[len(items)-1-i]
		if err := json.Unmarshal(b, m); err != nil {
			return nil, errors.New("delivery: a kept mail cannot be decoded") // the decoder's error could quote it
		}
		m.ID = strings.TrimPrefix(it.Key, mailboxPrefix(account))
	}
	return mails, nil
}
