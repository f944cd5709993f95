package shell

import (
	"sync"
	"time"
)

// firstLook is how long the program waits for the first page's content before it
// shows the window. A server in the same program answers in a few milliseconds;
// with a slower one the window opens with a page that says it is loading.
const firstLook = 250 * time.Millisecond

// An opening queues the results of background work while the window is not shown yet.
// [opening.settle] handles them, so that the first frame shows the complete page.
// Otherwise the page would be drawn about four times while it loads.
type opening struct {
	then func(func()) // used once the window is open

	mu     sync.Mutex
	over   bool
	queue  []func()
	gather chan struct{} // capacity one; full while functions are queued
}

func newOpening(then func(func())) *opening {
	return &opening{then: then, gather: make(chan struct{}, 1)}
}

// do runs f on the drawing thread: in settle while the window is being opened,
// afterwards in Fyne's loop.
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

// settle runs queued functions until no work of l is left, or the time is over. It
// is called once, on the drawing thread, before Fyne's loop runs.
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

// take empties the queue. over means that later functions go to Fyne's loop.
func (o *opening) take(over bool) []func() {
	o.mu.Lock()
	defer o.mu.Unlock()
	queue := o.queue
	o.queue, o.over = nil, over
	return queue
}
