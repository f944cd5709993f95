package fairqueue

import (
	"context"
	"errors"
	"sync"
)

// ErrFull reports that a request has to leave the queue, or does not get in. A
// *FullError has the length of the queue.
var ErrFull = errors.New("fairqueue: too many requests are waiting")

// A FullError is ErrFull with the number of requests that were waiting.
type FullError struct{ Waiting int }

func (e *FullError) Error() string { return ErrFull.Error() }

// Is makes errors.Is(err, ErrFull) true.
func (e *FullError) Is(target error) bool { return target == ErrFull }

// turnsInARow is the number of turns in a row that a higher class may take while a lower one
// waits. Without this limit, a few busy devices could block all other clients.
const turnsInARow = 7

// A Queue lets a number of requests work at the same time. The others wait.
type Queue struct {
	parallel int // may work at the same time
	limit    int // may wait

	mu      sync.Mutex
	working int
	waiting int
	lines   [classes]line
	passed  [classes]int // turns that higher classes took while this class waited
}

// New returns a queue in which parallel requests work at the same time, and limit wait.
func New(parallel, limit int) *Queue {
	q := &Queue{parallel: parallel, limit: limit}
	for i := range q.lines {
		q.lines[i].sources = map[string]*source{}
	}
	return q
}

// A ticket is a request that waits.
type ticket struct {
	turn chan error // capacity 1: nil when the turn has come, or a *FullError
	left bool       // no longer in the queue
}

// Enter waits for a turn. The caller must call leave when its work is done. Errors: a
// *FullError; the context's, while waiting.
func (q *Queue) Enter(ctx context.Context) (leave func(), err error) {
	t, err := q.join(originOf(ctx))
	if err != nil {
		return nil, err
	}
	select {
	case err = <-t.turn:
	case <-ctx.Done():
		if q.abandon(originOf(ctx), t) {
			return nil, ctx.Err()
		}
		err = <-t.turn // it came at the same moment; a turn that was given is used
	}
	if err != nil {
		return nil, err
	}
	return q.leave, nil
}

// Waiting returns the number of requests that wait.
func (q *Queue) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting
}

// join takes a free place to work, or puts a ticket into the queue.
func (q *Queue) join(o origin) (*ticket, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := &ticket{turn: make(chan error, 1)}
	if q.working < q.parallel {
		q.working++
		t.left = true
		t.turn <- nil
		return t, nil
	}
	q.lines[o.class].add(o.source, t)
	q.waiting++
	if q.waiting > q.limit {
		if out := q.dismiss(); out == t {
			return nil, &FullError{Waiting: q.waiting}
		}
	}
	return t, nil
}

// dismiss removes the newest request of the busiest source of the lowest class and sends it a
// FullError.
func (q *Queue) dismiss() *ticket {
	for i := range q.lines {
		if out := q.lines[i].dropNewest(); out != nil {
			q.waiting--
			out.left = true
			out.turn <- &FullError{Waiting: q.waiting}
			return out
		}
	}
	return nil
}

// abandon removes a ticket whose request has ended. It returns false if the ticket is
// no longer in the queue.
func (q *Queue) abandon(o origin, t *ticket) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if t.left {
		return false
	}
	t.left = true
	q.waiting--
	q.lines[o.class].remove(o.source, t)
	return true
}

// leave gives the place to the next request.
func (q *Queue) leave() {
	q.mu.Lock()
	defer q.mu.Unlock()
	t := q.next()
	if t == nil {
		q.working--
		return
	}
	q.waiting--
	t.left = true
	t.turn <- nil
}

// next removes and returns the next ticket: of the highest class, unless a lower class was
// passed over too often.
func (q *Queue) next() *ticket {
	chosen := -1
	for class := classes - 1; class >= 0; class-- {
		if q.lines[class].empty() {
			q.passed[class] = 0
			continue
		}
		if chosen < 0 || q.passed[class] >= turnsInARow {
			chosen = class
		}
	}
	if chosen < 0 {
		return nil
	}
	q.passed[chosen] = 0
	for class := range chosen {
		if !q.lines[class].empty() {
			q.passed[class]++
		}
	}
	return q.lines[chosen].take()
}
