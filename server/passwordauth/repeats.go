package passwordauth

import (
	"sync"
	"time"
)

const (
	// repeatAfter is how long an equal event is not announced again.
	repeatAfter = 10 * time.Minute
	// repeatsKept bounds the number of events kept. When it is reached all are dropped,
	// and events are announced again too early.
	repeatsKept = 4096
)

// repeats holds the events announced in the last minutes. It is not stored.
type repeats struct {
	mu   sync.Mutex
	when map[string]time.Time
}

func (r *repeats) recent(event string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.when[event]
	return ok && now.Sub(at).Abs() < repeatAfter
}

func (r *repeats) add(event string, now time.Time) {
	if event == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.when == nil || len(r.when) >= repeatsKept {
		r.when = map[string]time.Time{}
	}
	r.when[event] = now
}

func (r *repeats) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.when)
}
