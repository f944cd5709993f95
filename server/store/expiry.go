package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ClockSlack is how far in the future a stored time may be. Simultaneous
// requests may commit in another order than they read the clock. A larger
// difference means that the clock was set back.
const ClockSlack = time.Minute

// Valid reports whether something is valid now, from the times at which it was
// made and expires. If it was made in the future, it counts as expired (R86):
// the clock was set back, so its age is unknown.
func Valid(now, made, expires time.Time) bool {
	return now.Before(expires) && !Future(now, made)
}

// Future reports whether a stored time is so far in the future that the clock
// must have been set back.
func Future(now, at time.Time) bool { return at.Sub(now) > ClockSlack }

// A row exp/<ms>/<key> says when a key expires (Unix milliseconds). Readers check the
// expiry of a record themselves; the rows are for Reap, which reclaims the space. The
// value lists the keys to delete, one a line. An empty value means the key in the row's
// own key.
const expiryPrefix = "exp/"

// reapAtOnce is the number of rows that fit one transaction. A row takes at most nine
// writes: four keys, their accounts' revisions, and the row.
const reapAtOnce = MaxWrites / 9

func expiryKey(at time.Time, key string) string {
	return fmt.Sprintf("%s%013d/%s", expiryPrefix, at.UnixMilli(), key)
}

// ExpireAt lets Reap delete keys from the time at on. There may be up to four keys. The
// first one identifies the row.
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

// CancelExpiry undoes ExpireAt, for a record that was deleted or whose expiry changed.
func CancelExpiry(tx Tx, at time.Time, key string) error {
	return tx.Delete(expiryKey(at, key))
}

// Reap deletes expired keys in small transactions, until none is left or ctx ends. It
// returns the number of expiry rows that it handled.
func Reap(ctx context.Context, s Store) (int, error) {
	total := 0
	for {
		// Read first, so that an idle server does not commit every minute.
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

// expired returns the oldest rows that are due, at most reapAtOnce.
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
