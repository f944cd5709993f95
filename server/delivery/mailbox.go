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

// LocalMailboxSize is how many kept mails an account has at most; older ones go.
const LocalMailboxSize = 50

// A LocalMessage is a mail that was kept on this computer because no mail server takes
// it. It lies sealed below its account, and only the account's owner reads it.
type LocalMessage struct {
	ID      string    `json:"-"`
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
}

// MailKind is the kind of the keys of kept mails, below an account.
const MailKind = "mail"

func trayPrefix(account string) string { return "acct/" + account + "/" + MailKind + "/" }

// keep puts a letter into the tray of an account. It costs at most three writes,
// with the account's revision.
func keep(tx store.Tx, sealer *seal.Sealer, account string, l LocalMessage) error {
	if account == "" || strings.Contains(account, "/") {
		return errors.New("delivery: a kept mail needs an account")
	}
	switch _, err := tx.Get("acct/" + account); {
	case errors.Is(err, store.ErrNotFound):
		return nil // the account is gone, and with it whoever could read this
	case err != nil:
		return fmt.Errorf("delivery: keep: %w", err)
	}
	if err := store.Bump(tx, account); err != nil {
		return fmt.Errorf("delivery: keep: %w", err)
	}
	items, err := tx.Scan(trayPrefix(account), "", LocalMailboxSize)
	if err != nil {
		return fmt.Errorf("delivery: keep: %w", err)
	}
	next := 1
	if n := len(items); n > 0 {
		last, err := strconv.Atoi(strings.TrimPrefix(items[n-1].Key, trayPrefix(account)))
		if err != nil {
			return fmt.Errorf("delivery: keep: %s is no letter", items[n-1].Key)
		}
		next = last + 1
		if n == LocalMailboxSize {
			if err := tx.Delete(items[0].Key); err != nil {
				return fmt.Errorf("delivery: keep: %w", err)
			}
		}
	}
	key := fmt.Sprintf("%s%010d", trayPrefix(account), next)
	b, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("delivery: keep: %w", err)
	}
	return tx.Put(key, sealer.Seal(key, b))
}

// LocalMailbox returns the kept mails of an account, newest first.
func LocalMailbox(tx store.Tx, sealer *seal.Sealer, account string) ([]LocalMessage, error) {
	items, err := tx.Scan(trayPrefix(account), "", LocalMailboxSize)
	if err != nil {
		return nil, fmt.Errorf("delivery: tray: %w", err)
	}
	letters := make([]LocalMessage, len(items))
	for i, it := range items {
		b, err := sealer.Open(it.Key, it.Value)
		if err != nil {
			return nil, fmt.Errorf("delivery: tray: %w", err)
		}
		l := &letters[len(items)-1-i]
		if err := json.Unmarshal(b, l); err != nil {
			return nil, errors.New("delivery: a kept mail is not readable") // the error's text could quote it
		}
		l.ID = strings.TrimPrefix(it.Key, trayPrefix(account))
	}
	return letters, nil
}
