package ui

import (
	"sync"
	"time"
)

// firstLook is how long a window waits, before it is shown, for what belongs on
// its first page. An account server in the same program answers in a few
// milliseconds; one that takes longer finds a page that says so.
const firstLook = 250 * time.Millisecond

// An opening is the way onto the drawing thread of a window that is not shown
// yet. What is told meanwhile is gathered for [opening.settle], so that the first
// frame is the page itself: a page that fills up bit by bit is drawn four times,
// and each time whole.
type opening struct {
	then func(func()) // the way once the window is open

	mu     sync.Mutex
	over   bool
	queue  []func()
	gather chan struct{} // has room for one; full while something waits
}

func newOpening(then func(func())) *opening {
	return &opening{then: then, gather: make(chan struct{}, 1)}
}

// do runs f on the drawing thread: in settle while the window is opened, then
// wherever Fyne has it run.
func (o *opening) do(f func()) {
	o.mu.Lock()
	over := o.over
	if !over {
		o.queue = append(o.queue, f)
	}
	o.mu.Unlock()
	if over {
		o.then(f)
		return
	}
	select {
	case o.gather <- struct{}{}:
	default:
	}
}

// settle runs what is told until none of l's work is under way any more, or the
// time is over. It is called on the drawing thread, once, before Fyne's loop runs.
func (o *opening) settle(l *loop, limit time.Duration) {
	enough := time.NewTimer(limit)
	defer enough.Stop()
	for open := true; open; {
		for _, f := range o.take(false) {
			f()
		}
		if l.busy.Load() == 0 {
			break
		}
		select {
		case <-o.gather:
		case <-enough.C:
			open = false
		}
	}
	for _, f := range o.take(true) {
		f()
	}
}

// take empties the queue; over says that from now on Fyne's loop has it.
func (o *opening) take(over bool) []func() {
	o.mu.Lock()
	defer o.mu.Unlock()
	queue := o.queue
	o.queue, o.over = nil, over
	return queue
}
