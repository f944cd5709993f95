package delivery

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
)

const (
	maxTries   = 10
	firstPause = time.Second
	maxPause   = 5 * time.Minute
	tryTimeout = 30 * time.Second // of one attempt
	atOnce     = 8                // recipients served in parallel
	pageSize   = 128              // rows read at a time

	// pollPending is how often the outbox is read while a message waits for its
	// next attempt. The lab's clock can jump, so a timer for the due time is not
	// enough.
	pollPending = time.Second
	// pollIdle is how often the outbox is read otherwise, in case a Wake was missed.
	pollIdle = time.Minute
)

// Config configures an Outbox. Without an SMSSender or Mailer, messages of that kind
// are dropped, with a line in the log. A message with Keep goes into the local
// mailbox of its account and is not sent.
type Config struct {
	Store     store.Store
	Sealer    *seal.Sealer
	SMSSender SMSSender
	Mailer    Mailer
	RPID      string
	Now       func() time.Time
	Log       *slog.Logger
}

// An Outbox sends the messages that Enqueue has stored.
type Outbox struct {
	cfg  Config
	wake chan struct{}   // capacity 1
	turn chan struct{}   // capacity 1: a lock that a context can interrupt, held to read and send
	seen map[string]bool // keys of rows that could not be opened; guarded by turn
}

// NewOutbox checks the configuration.
func NewOutbox(cfg Config) (*Outbox, error) {
	if cfg.Store == nil || cfg.Sealer == nil || cfg.Now == nil || cfg.Log == nil || cfg.RPID == "" {
		return nil, errors.New("delivery: store, keys, clock, log and relying-party ID are needed")
	}
	return &Outbox{
		cfg:  cfg,
		wake: make(chan struct{}, 1),
		turn: make(chan struct{}, 1),
		seen: make(map[string]bool),
	}, nil
}

// Wake makes Run look for new messages. It never blocks.
func (o *Outbox) Wake() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Run delivers until ctx is done, and returns nil then.
func (o *Outbox) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-o.wake:
		case <-timer.C:
		}
		pause := pollIdle
		waiting, err := o.deliverDue(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, store.ErrClosed):
			return err
		case err != nil:
			o.cfg.Log.Error("outbox: the store returned an error", "error", err)
		case waiting:
			pause = pollPending
		}
		timer.Reset(pause)
	}
}

// Drain delivers every message that is due. It may run at the same time as Run.
// Messages that wait for their next attempt are not due.
func (o *Outbox) Drain(ctx context.Context) error {
	_, err := o.deliverDue(ctx)
	return err
}

// deliverDue reads and sends until nothing is due. waiting reports whether a
// message waits for its next attempt.
func (o *Outbox) deliverDue(ctx context.Context) (waiting bool, err error) {
	select {
	case o.turn <- struct{}{}:
		defer func() { <-o.turn }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	for {
		queues, waiting, err := o.collect(ctx)
		if err != nil || len(queues) == 0 {
			return waiting, err
		}
		if err := o.send(ctx, queues); err != nil {
			return true, err
		}
	}
}

// An envelope is an opened row and its key.
type envelope struct {
	key string
	row
}

// waits reports whether the next attempt is not due yet. A pause longer than
// maxPause means that the clock was set back; the message is due then.
func (e envelope) waits(now time.Time) bool {
	pause := e.Due.Sub(now)
	return pause > 0 && pause <= maxPause
}

// collect reads the outbox and returns the messages that are due: a queue for each
// recipient, in order.
func (o *Outbox) collect(ctx context.Context) (queues [][]envelope, waiting bool, err error) {
	now := o.cfg.Now()
	index := make(map[string]int)    // recipient → queue
	blocked := make(map[string]bool) // recipients whose first message waits for its next attempt
	for after := ""; ; {
		rows, err := o.page(ctx, after)
		if err != nil {
			return nil, false, err
		}
		for _, e := range rows {
			after = e.key
			if e.To == "" { // could not be opened
				continue
			}
			recipient := string(e.Channel) + " " + e.To
			if blocked[recipient] || e.waits(now) {
				blocked[recipient], waiting = true, true
				continue
			}
			i, ok := index[recipient]
			if !ok {
				i, index[recipient] = len(queues), len(queues)
				queues = append(queues, nil)
			}
			queues[i] = append(queues[i], e)
		}
		if len(rows) < pageSize {
			return queues, waiting, nil
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

// send sends the queues, atOnce of them in parallel, each in order.
func (o *Outbox) send(ctx context.Context, queues [][]envelope) error {
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		first error
	)
	slots := make(chan struct{}, atOnce)
	for _, q := range queues {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			if err := o.sendQueue(ctx, q); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if first == nil {
					first = err
				}
			}
		})
	}
	group.Wait()
	return first
}

// sendQueue sends to one recipient until an attempt fails. The messages after it
// wait, so that the order is kept.
func (o *Outbox) sendQueue(ctx context.Context, queue []envelope) error {
	for _, e := range queue {
		if e.Keep {
			if err := o.keep(ctx, e); err != nil {
				return err
			}
			continue
		}
		err := o.wanted(ctx, e)
		if err == nil {
			err = o.try(ctx, e)
		}
		if ctx.Err() != nil {
			return ctx.Err() // the server is stopping: do not count the attempt
		}
		again := o.settle(&e, err)
		err = o.cfg.Store.Update(ctx, func(tx store.Tx) error {
			if again {
				return save(tx, o.cfg.Sealer, e.key, e.row)
			}
			return tx.Delete(e.key)
		})
		if err != nil || again {
			return err
		}
	}
	return nil
}

// errStopped reports a text message that was enqueued before its number sent STOP
// (R18).
var errStopped = &PermanentError{Reason: "the number opted out of text messages"}

// wanted returns errStopped for a text message whose number has opted out since it was
// enqueued.
func (o *Outbox) wanted(ctx context.Context, e envelope) error {
	if e.Channel != api.ByText {
		return nil
	}
	return o.cfg.Store.View(ctx, func(tx store.Tx) error {
		stopped, err := Stopped(tx, e.Channel, e.To)
		if err == nil && stopped {
			err = errStopped
		}
		return err
	})
}

// keep moves a mail from the outbox into its account's local mailbox, exactly once.
func (o *Outbox) keep(ctx context.Context, e envelope) error {
	subject, body, err := Render(e.Message, o.cfg.RPID)
	if err != nil {
		o.settle(&e, &PermanentError{Reason: err.Error()})
		return o.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.Delete(e.key) })
	}
	return o.cfg.Store.Update(ctx, func(tx store.Tx) error {
		m := LocalMessage{To: e.To, Subject: subject, Text: body, At: tx.Now().UTC()}
		if err := keep(tx, o.cfg.Sealer, e.Account, m); err != nil {
			return err
		}
		return tx.Delete(e.key)
	})
}

// settle counts an attempt and reports whether the message is tried again later.
func (o *Outbox) settle(e *envelope, err error) (again bool) {
	e.Tries++
	log := o.cfg.Log.With("message", e.key, "channel", e.Channel, "template", e.Template, "tries", e.Tries)
	var permanent *PermanentError
	switch {
	case err == nil:
		return false
	case errors.As(err, &permanent), e.Tries >= maxTries:
		log.Error("outbox: not delivered; no more attempts", "error", err)
		return false
	}
	log.Warn("outbox: not delivered; trying again later", "error", err)
	e.Due = o.cfg.Now().Add(pause(e.Tries))
	return true
}

// pause returns the wait after a number of attempts: 1 s, 2 s, 4 s … 5 min.
func pause(tries int) time.Duration {
	return min(firstPause<<min(tries-1, 30), maxPause)
}

func (o *Outbox) try(ctx context.Context, e envelope) error {
	subject, body, err := Render(e.Message, o.cfg.RPID)
	if err != nil {
		return &PermanentError{Reason: err.Error()}
	}
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, idKey{}, e.key[len(Prefix):]), tryTimeout)
	defer cancel()
	switch {
	case e.Channel == api.ByText && o.cfg.SMSSender != nil:
		return o.cfg.SMSSender.Text(ctx, e.To, body)
	case e.Channel == api.ByEmail && o.cfg.Mailer != nil:
		return o.cfg.Mailer.Mail(ctx, e.To, subject, body)
	}
	return errNoSender()
}
