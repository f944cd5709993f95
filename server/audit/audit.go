// Package audit keeps the events of each account in order, and detects changed or deleted
// records.
//
// Each account has a hash chain: the hash of a record covers the previous hash, and the
// head has the number of records. Append writes in the caller's transaction, so a change
// and its event are committed together or not at all.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
)

// An Event is something that happened to an account. Details contain no secret.
type Event struct {
	Type       api.EventType     `json:"t"`
	Rule       string            `json:"r,omitempty"` // "R22": the rule behind the decision
	Client     string            `json:"c,omitempty"`
	RemoteAddr string            `json:"p,omitempty"`
	Refused    bool              `json:"x,omitempty"`
	Details    map[string]string `json:"d,omitempty"`
}

// A Record is an Event in its chain.
type Record struct {
	Seq uint64 // 1 is the first
	At  time.Time
	Event
	Hash []byte // SHA-256 over the hash before it and this record
}

// body is the canonical form of a record. Its JSON is stored and hashed.
type body struct {
	At time.Time `json:"at"`
	Event
}

// A head is the end of a chain.
type head struct {
	Seq  uint64 `json:"seq"`
	Hash []byte `json:"hash"`
}

// A BrokenError reports the first record that differs from what was written.
type BrokenError struct {
	Account string
	Seq     uint64 // changed, deleted, or not written by Append
}

func (e *BrokenError) Error() string {
	return fmt.Sprintf("audit: the chain of account %s is broken at record %d", e.Account, e.Seq)
}

// Prefix is the first part of the store keys of activity lists. The account's ID
// follows.
const Prefix = "aud/"

func prefix(account string) string { return Prefix + account + "/" }
func recordKey(account string, seq uint64) string {
	return fmt.Sprintf("%s%020d", prefix(account), seq)
}
func headKey(account string) string { return "audh/" + account }

// Append adds events to the account's chain, with the time of the transaction. It writes
// one row per event and one for the head.
func Append(tx store.Tx, account string, events ...Event) error {
	if len(events) == 0 {
		return nil
	}
	h, err := loadHead(tx, account)
	if err != nil {
		return err
	}
	for _, e := range events {
		text, err := json.Marshal(body{At: tx.Now(), Event: e})
		if err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		h.Seq++
		h.Hash = link(h.Hash, account, h.Seq, text)
		if err := tx.Create(recordKey(account, h.Seq), append(h.Hash[:sha256.Size:sha256.Size], text...)); err != nil {
			return fmt.Errorf("audit: append: %w", err)
		}
	}
	return store.Save(tx, headKey(account), h)
}

// Decoy does the same work as Append, for a name without an account and its
// stand-in ID (R42). It returns a record for each event. The caller writes
// them under keys that it overwrites later. There is no row for the head,
// because the counter of such a name has one more row than that of an account,
// for its expiry. Instead, the last record contains the head.
func Decoy(tx store.Tx, standIn string, events ...Event) (records [][]byte, err error) {
	if _, err := loadHead(tx, standIn); err != nil {
		return nil, err
	}
	var h head
	if err := json.Unmarshal(nobody, &h); err != nil {
		return nil, fmt.Errorf("audit: decoy: %w", err)
	}
	for _, e := range events {
		text, err := json.Marshal(body{At: tx.Now(), Event: e})
		if err != nil {
			return nil, fmt.Errorf("audit: decoy: %w", err)
		}
		h.Seq++
		h.Hash = link(h.Hash, standIn, h.Seq, text)
		records = append(records, append(h.Hash[:sha256.Size:sha256.Size], text...))
	}
	text, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("audit: decoy: %w", err)
	}
	last := len(records) - 1
	records[last] = append(append(records[last], text...), standIn...) // a real ceremony names its account
	return records, nil
}

// nobody is the head of a chain in its stored form.
var nobody = []byte(`{"seq":3,"hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}`)

// link returns a record's hash: SHA-256 over the previous hash (empty for the first), the
// account, the number and the canonical record, with their lengths.
func link(prev []byte, account string, seq uint64, text []byte) []byte {
	b := make([]byte, 0, 256)
	b = append(b, "nightlatch audit 1\x00"...)
	b = binary.BigEndian.AppendUint64(b, uint64(len(prev)))
	b = append(b, prev...)
	b = binary.BigEndian.AppendUint64(b, uint64(len(account)))
	b = append(b, account...)
	b = binary.BigEndian.AppendUint64(b, seq)
	b = append(b, text...)
	sum := sha256.Sum256(b)
	return sum[:]
}

func loadHead(tx store.Tx, account string) (head, error) {
	var h head
	if err := store.Load(tx, headKey(account), &h); err != nil && !errors.Is(err, store.ErrNotFound) {
		return head{}, fmt.Errorf("audit: %w", err)
	}
	return h, nil
}

// List returns at most limit records before the number before, newest first. 0 begins at
// the newest.
func List(tx store.Tx, account string, before uint64, limit int) ([]Record, error) {
	h, err := loadHead(tx, account)
	if err != nil || limit <= 0 {
		return nil, err
	}
	if before == 0 || before > h.Seq {
		before = h.Seq + 1
	}
	limit = int(min(uint64(limit), before-1))
	if limit == 0 {
		return nil, nil
	}
	// Keys are ordered by number without gaps, so the page can be scanned forwards.
	items, err := tx.Scan(prefix(account), recordKey(account, before-1-uint64(limit)), limit)
	if err != nil {
		return nil, err
	}
	records := make([]Record, len(items))
	for i, it := range items {
		if records[len(items)-1-i], err = parse(account, it); err != nil {
			return nil, err
		}
	}
	return records, nil
}

func parse(account string, it store.Item) (Record, error) {
	var r Record
	if _, err := fmt.Sscanf(it.Key[len(prefix(account)):], "%020d", &r.Seq); err != nil || it.Key != recordKey(account, r.Seq) {
		return r, fmt.Errorf("audit: %s is not the key of a record", it.Key)
	}
	if len(it.Value) < sha256.Size {
		return r, &BrokenError{Account: account, Seq: r.Seq}
	}
	var b body
	if err := json.Unmarshal(it.Value[sha256.Size:], &b); err != nil {
		return r, &BrokenError{Account: account, Seq: r.Seq}
	}
	r.At, r.Event = b.At, b.Event
	r.Hash = append([]byte(nil), it.Value[:sha256.Size]...)
	return r, nil
}

// verifyPage is how many records Verify reads at a time.
const verifyPage = 256

// Verify checks the account's chain and returns a *BrokenError for the first record that
// was changed, deleted or inserted. It reads in one transaction. An account without
// records is broken, because each begins with the event of its creation. Verify does not
// detect an attacker with write access to the store who recomputes all later hashes, or
// deletes the newest records and sets the head back.
func Verify(ctx context.Context, s store.Store, account string) error {
	return s.View(ctx, func(tx store.Tx) error {
		h, err := loadHead(tx, account)
		if err != nil {
			return err
		}
		var prev []byte
		seq, after := uint64(0), ""
		for {
			if err := ctx.Err(); err != nil {
				return err
			}
			items, err := tx.Scan(prefix(account), after, verifyPage)
			if err != nil {
				return err
			}
			if len(items) == 0 {
				break
			}
			for _, it := range items {
				seq++
				if it.Key != recordKey(account, seq) || len(it.Value) < sha256.Size {
					return &BrokenError{Account: account, Seq: seq}
				}
				prev = link(prev, account, seq, it.Value[sha256.Size:])
				if string(prev) != string(it.Value[:sha256.Size]) {
					return &BrokenError{Account: account, Seq: seq}
				}
				after = it.Key
			}
		}
		switch {
		case seq == 0, h.Seq != seq: // records were deleted or inserted at the end
			return &BrokenError{Account: account, Seq: min(h.Seq, seq) + 1}
		case string(h.Hash) != string(prev):
			return &BrokenError{Account: account, Seq: seq}
		}
		return nil
	})
}
