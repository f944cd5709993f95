package delivery

import (
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

const (
	// noticeWindow is the time over which the notices to a recipient are counted. It
	// begins with the first notice.
	noticeWindow = time.Hour
	// noticesInWindow is the number of notices that are sent singly. Further ones are merged,
	// because a program that renames a key in a loop would fill the disk and the mailbox.
	noticesInWindow = 20
	// summaryKinds is how many kinds a summary lists.
	summaryKinds = 5
)

// A tally counts the notices about one account to one recipient in one window.
type tally struct {
	Since   time.Time      `json:"since"`
	Sent    map[string]int `json:"sent"`              // by template
	Merged  map[string]int `json:"merged,omitempty"`  // by template
	Summary string         `json:"summary,omitempty"` // key of the summary's row
}

func tallyKey(sealer *seal.Sealer, m Message) string {
	sum := sealer.MAC("notices to", string(m.Channel), m.To)
	return "notices/" + m.Account + "/" + hex.EncodeToString(sum[:16])
}

// limitNotices counts a notice and reports whether it was merged into the summary, which is
// sent when the window ends. The first notice of each kind in a window is always sent, so that
// twenty renamed keys cannot hide a changed password.
func limitNotices(tx store.Tx, sealer *seal.Sealer, m Message) (merged bool, err error) {
	key, now := tallyKey(sealer, m), tx.Now().UTC()
	var t tally
	if err := store.Load(tx, key, &t); err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, fmt.Errorf("delivery: notices: %w", err)
	}
	if age := now.Sub(t.Since); age < 0 || age >= noticeWindow {
		if !t.Since.IsZero() {
			if err := store.CancelExpiry(tx, t.Since.Add(noticeWindow), key); err != nil {
				return false, fmt.Errorf("delivery: notices: %w", err)
			}
		}
		t = tally{Since: now}
		if err := store.ExpireAt(tx, now.Add(noticeWindow), key); err != nil {
			return false, fmt.Errorf("delivery: notices: %w", err)
		}
	}
	merged = total(t.Sent) >= noticesInWindow && t.Sent[m.Template] > 0
	if merged {
		t.Merged = plusOne(t.Merged, m.Template)
		err = t.saveSummary(tx, sealer, m)
	} else {
		t.Sent = plusOne(t.Sent, m.Template)
	}
	if err == nil {
		err = store.Save(tx, key, t)
	}
	if err != nil {
		return false, fmt.Errorf("delivery: notices: %w", err)
	}
	return merged, nil
}

// saveSummary writes the one row for all merged notices.
func (t *tally) saveSummary(tx store.Tx, sealer *seal.Sealer, m Message) error {
	if t.Summary == "" {
		key, err := newKey(tx)
		if err != nil {
			return err
		}
		t.Summary = key
	}
	username := m.Args["username"]
	m.Template = Summary
	m.Args = map[string]string{
		"username": username,
		"count":    strconv.Itoa(total(t.Merged)),
		"since":    t.Since.Format(time.RFC1123),
	}
	for i, template := range t.kinds() {
		m.Args["kind"+strconv.Itoa(i+1)] = fmt.Sprintf("%d x %s", t.Merged[template], templates[template].subject)
	}
	return save(tx, sealer, t.Summary, row{Message: m, Due: t.Since.Add(noticeWindow)})
}

// kinds returns the templates that were merged most often.
func (t *tally) kinds() []string {
	kinds := slices.SortedFunc(maps.Keys(t.Merged), func(a, b string) int {
		if d := t.Merged[b] - t.Merged[a]; d != 0 {
			return d
		}
		if a < b {
			return -1
		}
		return 1
	})
	return kinds[:min(len(kinds), summaryKinds)]
}

func total(counts map[string]int) (n int) {
	for _, count := range counts {
		n += count
	}
	return n
}

func plusOne(counts map[string]int, key string) map[string]int {
	if counts == nil {
		counts = map[string]int{}
	}
	counts[key]++
	return counts
}
