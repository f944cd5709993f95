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
	pageSize   = 128              // rows read at a time

	// codesAtOnce and noticesAtOnce are the numbers of recipients that each lane serves in
	// parallel. Codes have more, because a user waits for each of them.
	codesAtOnce   = 64
	noticesAtOnce = 16

	// pollPending is how often the outbox is read while a message waits for its
	// next attempt. The lab's clock can jump, so a timer for the due time is not
	// enough.
	pollPending = time.Second
	// pollIdle is how often the outbox is read otherwise, in case a Wake was missed.
	pollIdle = time.Minute
	// restPerRow is the pause after reading a row. It keeps the reading of a large outbox for
	// each new message from using a whole processor.
	restPerRow = 10 * time.Microsecond
)

// Config configures an Outbox. Without an SMSSender or Mailer, messages of that kind
// are dropped, with a line in the log. A message with Keep goes into the local
// mailbox of its account and is not sent.
type Config struct {
	Store     store.Store
	Sealer    *seal.Sealer
	SMSSender SMSSender
	Mailer    Mailer
	// PushSender may be nil.
	PushSender PushSender
	RPID       string
	Now        func() time.Time
	Log        *slog.Logger
}

// An Outbox sends the messages that Enqueue has stored.
//
// A slow message delays no other one. Each channel has two lanes with separate workers, one
// for codes and one for notices. A worker sends to one recipient, in order. A mail server that
// accepts a connection and then does not answer delays neither texts nor codes.
type Outbox struct {
	cfg  Config
	wake chan struct{}   // capacity 1
	turn chan struct{}   // capacity 1: a lock that a context can interrupt, held to read the outbox
	seen map[string]bool // keys of rows that could not be opened; guarded by turn

	mu     sync.Mutex
	ready  map[lane][]queue        // due, and not yet taken by a worker
	active map[recipient]*progress // being sent to
	done   map[recipient]bool      // served since the last reading of the outbox began
	count  map[lane]int            // workers
	fault  error                   // the first error of the store that a worker met
}

// A lane has the messages of one channel and urgency. Mail for local mailboxes has a separate
// lane, because it is not sent.
type lane struct {
	channel api.Channel
	code    bool
	keep    bool
}

func (l lane) atOnce() int {
	if l.code || l.keep {
		return codesAtOnce
	}
	return noticesAtOnce
}

// A recipient gets messages of a lane.
type recipient struct {
	lane
	to string
}

// A queue has the due messages to a recipient, in order.
type queue struct {
	recipient
	messages []envelope
}

// progress is the state of the work for one address.
type progress struct {
	done  chan struct{}
	again bool // there are newer messages, to be read when the work is done
}

// NewOutbox checks the configuration.
func NewOutbox(cfg Config) (*Outbox, error) {
	if cfg.Store == nil || cfg.Sealer == nil || cfg.Now == nil || cfg.Log == nil || cfg.RPID == "" {
		return nil, errors.New("delivery: store, keys, clock, log and relying-party ID are needed")
	}
	return &Outbox{
		cfg:    cfg,
		wake:   make(chan struct{}, 1),
		turn:   make(chan struct{}, 1),
		seen:   make(map[string]bool),
		ready:  make(map[lane][]queue),
		active: make(map[recipient]*progress),
		count:  make(map[lane]int),
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
	ctx, cancel := context.WithCancel(ctx)
	var workers sync.WaitGroup
	defer workers.Wait()
	defer cancel()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-o.wake:
		case <-timer.C:
		}
		// After an error of the store the outbox pauses. Otherwise it would send the same messages
		// again and again.
		var found findings
		err := o.takeFault()
		if err == nil {
			found, err = o.dispatch(ctx, &workers)
		}
		pause := pollIdle
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, store.ErrClosed):
			return err
		case err != nil:
			o.cfg.Log.Error("outbox: the store returned an error", "error", err)
		case found.waiting:
			pause = pollPending
		}
		if !rest(ctx, time.Duration(found.rows)*restPerRow) {
			return nil
		}
		timer.Reset(pause)
	}
}

// rest waits, and reports whether ctx is still valid.
func rest(ctx context.Context, d time.Duration) bool {
	if d < time.Millisecond {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Drain delivers every message that is due, and waits until it was sent or failed. It may
// run at the same time as Run. Messages that wait for their next attempt are not due.
func (o *Outbox) Drain(ctx context.Context) error {
	var workers sync.WaitGroup
	defer workers.Wait()
	for {
		found, err := o.dispatch(ctx, &workers)
		if err != nil {
			return err
		}
		current := o.current()
		if !found.due && len(current) == 0 {
			return nil
		}
		for _, done := range current {
			select {
			case <-done:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err := o.takeFault(); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// current returns the channels that are closed when the present work ends.
func (o *Outbox) current() (all []chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range o.active {
		all = append(all, p.done)
	}
	return all
}

func (o *Outbox) takeFault() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	err := o.fault
	o.fault = nil
	return err
}

// dispatch reads the outbox and starts workers for the due messages.
func (o *Outbox) dispatch(ctx context.Context, workers *sync.WaitGroup) (findings, error) {
	select {
	case o.turn <- struct{}{}:
		defer func() { <-o.turn }()
	case <-ctx.Done():
		return findings{}, ctx.Err()
	}
	o.mu.Lock()
	o.done = make(map[recipient]bool)
	o.mu.Unlock()
	found, err := o.collect(ctx)
	if err != nil {
		return found, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ready = make(map[lane][]queue)
	for _, q := range found.queues {
		if busy := o.active[q.recipient]; busy != nil {
			busy.again = true
			continue
		}
		if o.done[q.recipient] { // messages that were read may have been sent in the meantime
			found.due = true
			o.Wake()
			continue
		}
		o.ready[q.lane] = append(o.ready[q.lane], q)
		found.due = true
	}
	for l, queues := range o.ready {
		for range min(len(queues), l.atOnce()-o.count[l]) {
			o.count[l]++
			q := o.take(l)
			workers.Go(func() { o.work(ctx, l, q) })
		}
	}
	return found, nil
}

// take takes the next queue of a lane, or returns nil. The caller holds mu.
func (o *Outbox) take(l lane) *queue {
	queues := o.ready[l]
	if len(queues) == 0 {
		return nil
	}
	q := queues[0]
	o.ready[l] = queues[1:]
	o.active[q.recipient] = &progress{done: make(chan struct{})}
	return &q
}

// work sends one queue after the other, until the lane has no more.
func (o *Outbox) work(ctx context.Context, l lane, q *queue) {
	for q != nil {
		failed, err := o.sendQueue(ctx, q.messages)
		q = o.finish(ctx, l, q, failed, err)
	}
}

// finish ends the work for a recipient and takes the next queue of the lane.
func (o *Outbox) finish(ctx context.Context, l lane, q *queue, failed bool, err error) *queue {
	o.mu.Lock()
	defer o.mu.Unlock()
	p := o.active[q.recipient]
	delete(o.active, q.recipient)
	o.done[q.recipient] = true
	close(p.done)
	if err != nil && ctx.Err() == nil && o.fault == nil {
		o.fault = err
	}
	if p.again || failed || err != nil {
		o.Wake()
	}
	if ctx.Err() == nil && err == nil {
		if next := o.take(l); next != nil {
			return next
		}
	}
	o.count[l]--
	return nil
}
