package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Rows under exp/<ms>/<key> say from when on a key is of no use. Whoever reads a
// record checks its expiry; the rows only let a janitor reclaim the space. A row
// with a value lists the keys to delete, a line each; one without means the key
// in its own name.
const expiryPrefix = "exp/"

// reapAtOnce rows, each with at most four keys, their roots and itself, fit one
// transaction.
const reapAtOnce = MaxWrites / 9

func expiryKey(at time.Time, key string) string {
	return fmt.Sprintf("%s%013d/%s", expiryPrefix, at.UnixMilli(), key)
}

// ExpireAt says that keys may be deleted from the moment at on. At most four
// keys; the first one names the row.
func ExpireAt(tx Tx, at time.Time, keys ...string) error {
	if len(keys) == 0 || len(keys) > 4 {
		return fmt.Errorf("store: %d keys to expire", len(keys))
	}
	var value []byte
	if len(keys) > 1 {
		value = []byte(strings.Join(keys, "\n"))
	}
	return tx.Put(expiryKey(at, keys[0]), value)
}

// CancelExpiry takes back ExpireAt, for a record that went or whose expiry moved.
func CancelExpiry(tx Tx, at time.Time, key string) error {
	return tx.Delete(expiryKey(at, key))
}

// Reap deletes what has expired, in small transactions, until nothing expired is
// left or ctx ends. It returns how many rows it cleared.
func Reap(ctx context.Context, s Store) (int, error) {
	total := 0
	for {
		// Look first: an idle server must not commit once a minute for nothing.
		var due int
		err := s.View(ctx, func(tx Tx) error {
			rows, err := expired(tx)
			due = len(rows)
			return err
		})
		if err != nil || due == 0 {
			return total, err
		}
		var n int
		err = s.Update(ctx, func(tx Tx) error {
			rows, err := expired(tx)
			if err != nil {
				return err
			}
			n = len(rows)
			for _, row := range rows {
				if err := reapRow(tx, row); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return total, err
		}
		total += n
	}
}

func reapRow(tx Tx, row Item) error {
	_, own, _ := strings.Cut(strings.TrimPrefix(row.Key, expiryPrefix), "/")
	keys := []string{own}
	if len(row.Value) > 0 {
		keys = strings.Split(string(row.Value), "\n")
	}
	for _, key := range keys {
		if rest, ok := strings.CutPrefix(key, "acct/"); ok {
			account, _, _ := strings.Cut(rest, "/")
			if err := Bump(tx, account); err != nil {
				return err
			}
		}
		if err := tx.Delete(key); err != nil {
			return err
		}
	}
	return tx.Delete(row.Key)
}

// expired returns the first rows whose moment has come.
func expired(tx Tx) ([]Item, error) {
	rows, err := tx.Scan(expiryPrefix, "", reapAtOnce)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		digits, _, _ := strings.Cut(strings.TrimPrefix(row.Key, expiryPrefix), "/")
		ms, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("store: expiry row %s: %w", clip(row.Key), err)
		}
		if ms > tx.Now().UnixMilli() {
			return rows[:i], nil
		}
	}
	return rows, nil
}
