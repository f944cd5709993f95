package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
)

// Chains verifies the chains of all accounts from the rows of a database in key order, in
// constant memory. It replaces a call of Verify for every account.
//
// Accounts, chains and heads are in different places of the database. Chains therefore
// compares sums over all of them: over the accounts, over the ends of the chains, and over
// the heads. If they differ, Verify of each account says where.
type Chains struct {
	account string // whose records are being read
	seq     uint64
	hash    []byte

	accounts, chained, ends, heads total
}

// A total is a sum of hashes that does not depend on the order, and a count.
type total struct {
	n   int
	sum [4]uint64
}

func (t *total) add(parts ...[]byte) {
	h := sha256.New()
	for _, p := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		h.Write(p)
	}
	sum := h.Sum(nil)
	for i := range t.sum {
		t.sum[i] += binary.BigEndian.Uint64(sum[8*i:])
	}
	t.n++
}

// Row reads one row. It returns a *BrokenError for a record that was changed, deleted or
// inserted.
func (c *Chains) Row(key string, value []byte) error {
	bucket, rest, _ := strings.Cut(key, "/")
	switch bucket {
	case "acct":
		if !strings.Contains(rest, "/") {
			c.accounts.add([]byte(rest))
		}
	case "aud":
		account, _, _ := strings.Cut(rest, "/")
		return c.record(key, account, value)
	case "audh":
		c.end()
		var h head
		if err := json.Unmarshal(value, &h); err != nil {
			return fmt.Errorf("audit: the head of account %s: %w", rest, err)
		}
		c.heads.add([]byte(rest), binary.BigEndian.AppendUint64(nil, h.Seq), h.Hash)
	}
	return nil
}

func (c *Chains) record(key, account string, value []byte) error {
	if account != c.account {
		c.end()
		c.account, c.seq, c.hash = account, 0, nil
	}
	c.seq++
	if key != recordKey(account, c.seq) || len(value) < sha256.Size {
		return &BrokenError{Account: account, Seq: c.seq}
	}
	c.hash = link(c.hash, account, c.seq, value[sha256.Size:])
	if string(c.hash) != string(value[:sha256.Size]) {
		return &BrokenError{Account: account, Seq: c.seq}
	}
	return nil
}

// end adds the end of the current chain to the sums.
func (c *Chains) end() {
	if c.account == "" {
		return
	}
	c.ends.add([]byte(c.account), binary.BigEndian.AppendUint64(nil, c.seq), c.hash)
	c.chained.add([]byte(c.account))
	c.account = ""
}

// Intact returns the number of accounts, and whether each has a complete chain. Call it after
// the last row. If it is false, Verify finds the broken chain; all may still be intact.
func (c *Chains) Intact() (accounts int, intact bool) {
	c.end()
	return c.accounts.n, c.ends == c.heads && c.accounts == c.chained
}
