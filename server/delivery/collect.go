package delivery

import (
	"context"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
)

// An envelope is an opened row and its key.
type envelope struct {
	key string
	row
}

// waits reports whether the next attempt is not due yet. If the pause is longer than the
// maximum, the clock was set back, and the message is due.
func (e envelope) waits(now time.Time) bool {
	pause := e.Due.Sub(now)
	if e.Template == Summary && e.Tries == 0 {
		return pause > 0 && pause <= noticeWindow
	}
	return pause > 0 && pause <= maxPause
}

func (e envelope) recipient() recipient {
	return recipient{lane{e.Channel, e.Secret || e.Channel == api.ByPush, e.Keep}, e.To}
}

// findings are the result of reading the outbox.
type findings struct {
	queues  []queue // due
	due     bool    // there are due messages to recipients that are not being sent to
	waiting bool    // a message waits for its next attempt
	rows    int
}

// collect reads the outbox and returns the messages that are due, by recipient. After a
// failed attempt the next messages to the same recipient wait with it.
func (o *Outbox) collect(ctx context.Context) (found findings, err error) {
	now := o.cfg.Now()
	index := make(map[recipient]int)    // → queue
	blocked := make(map[recipient]bool) // recipients whose first message waits for its next attempt
	for after := ""; ; {
		rows, err := o.page(ctx, after)
		if err != nil {
			return findings{}, err
		}
		found.rows += len(rows)
		for _, e := range rows {
			after = e.key
			if e.To == "" { // could not be opened
				continue
			}
			to := e.recipient()
			if e.waits(now) {
				found.waiting = true
				blocked[to] = blocked[to] || e.Tries > 0
				continue
			}
			if blocked[to] {
				continue
			}
			i, ok := index[to]
			if !ok {
				i, index[to] = len(found.queues), len(found.queues)
				found.queues = append(found.queues, queue{recipient: to})
			}
			found.queues[i].messages = append(found.queues[i].messages, e)
		}
		if len(rows) < pageSize {
			return found, nil
		}
	}
}

func (o *Outbox) page(ctx context.Context, after string) (rows []envelope, err error) {
	var sealed []string
	err = o.cfg.Store.View(ctx, func(tx store.Tx) error {
		items, err := tx.Scan(Prefix, after, pageSize)
		if err != nil {
			return err
		}
		rows, sealed = make([]envelope, len(items)), nil
		for i, it := range items {
			rows[i].key = it.Key
			r, err := load(o.cfg.Sealer, it)
			if err != nil {
				sealed = append(sealed, it.Key)
				continue
			}
			rows[i].row = r
		}
		return nil
	})
	for _, key := range sealed {
		if !o.seen[key] {
			o.seen[key] = true
			o.cfg.Log.Error("outbox: a message cannot be decrypted and is not sent", "message", key)
		}
	}
	return rows, err
}
