package httpapi

import (
	"net/http"
	"sync"
	"time"

	"nightlatch/server/api"
)

const (
	// paceBurst is how many changes one session may make at once. More than a person or a
	// script with a purpose needs.
	paceBurst = 600
	// paceEvery is the time after which it may make another one. Each change takes a
	// commit, and a row in the activity list for ever.
	paceEvery = 100 * time.Millisecond
	// paceSessions is the number of sessions after which those are forgotten that may use
	// their whole burst.
	paceSessions = 4096
)

// A pace bounds how fast each session changes things, so that a loop in one client can't
// fill the disk. It counts sessions, not accounts, so that somebody with a stolen session
// can't keep the owner from making changes. It is a token bucket, kept as the time at which the bucket is full.
type pace struct {
	mu   sync.Mutex
	full map[string]time.Time // by session
}

// allow counts a change. If it came too early, retry is when the next may be made.
func (p *pace) allow(session string, now time.Time) (retry time.Time, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.full == nil {
		p.full = make(map[string]time.Time)
	}
	full := p.full[session]
	if full.Before(now) || full.Sub(now) > paceBurst*paceEvery { // the clock was set back
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

// tooFast is the answer to a change that came too early.
func tooFast(retry time.Time) *api.Problem {
	return &api.Problem{
		Status: http.StatusTooManyRequests, Code: api.Throttled, Reason: "pace", RetryAt: &retry,
		Title:  "Too many changes at once",
		Detail: "This session makes changes faster than 10 a second, so this one was not made. Wait a moment, then try again.",
	}
}
