package httpapi

import (
	"net/http"
	"sync"
	"time"

	"nightlatch/server/api"
)

const (
	// paceBurst is the number of changes that one session may make at once. No
	// person and no sensible script needs more.
	paceBurst = 600
	// paceEvery is the interval at which one more change is allowed. Each
	// change costs a commit and a row in the activity list that is never
	// deleted.
	paceEvery = 100 * time.Millisecond
	// paceSessions is the number of sessions above which allow forgets those
	// with a full bucket.
	paceSessions = 4096
)

// A pace limits the rate of changes of each session, so that a loop in one
// client can't fill the disk. It counts by session, not by account, so that a
// thief with a stolen session can't keep the owner from making changes. Each
// bucket of tokens is stored as the time at which it is full.
type pace struct {
	mu   sync.Mutex
	full map[string]time.Time // by session
}

// allow counts a change. If it comes too early, retry is the earliest time for
// it.
func (p *pace) allow(session string, now time.Time) (retry time.Time, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.full == nil {
		p.full = make(map[string]time.Time)
	}
	full := p.full[session]
	if full.Before(now) || full.Sub(now) > paceBurst*paceEvery { // not tracked, full, or the clock was set back
		full = now
	}
	full = full.Add(paceEvery)
	if early := full.Sub(now) - paceBurst*paceEvery; early > 0 {
		return now.Add(early), false
	}
	if len(p.full) >= paceSessions {
		for other, at := range p.full {
			if !at.After(now) {
				delete(p.full, other)
			}
		}
	}
	p.full[session] = full
	return time.Time{}, true
}

// tooFast is the problem of a change that came too early.
func tooFast(retry time.Time) *api.Problem {
	return &api.Problem{
		Status: http.StatusTooManyRequests, Code: api.Throttled, Reason: "pace", RetryAt: &retry,
		Title:  "Too many changes at once",
		Detail: "This session makes changes faster than 10 a second, so this one was not made. Wait a moment, then try again.",
	}
}
