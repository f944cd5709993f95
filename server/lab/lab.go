// Package lab simulates the server's environment: a clock that can be set, phones and
// their carrier, a mailbox, and security keys that can be plugged in and touched.
//
// The lab receives the messages of the server (as its SMSSender and Mailer), provides
// the time, and passes on what the simulated phones send. It does not access the store.
// Everything is in memory and lost when the process ends, except how far the clock was
// moved, which a caller may save (Clock.Keep).
package lab

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"nightlatch/server/api"
)

// Config configures a Lab.
type Config struct {
	Clock *Clock // required: the server's clock
	// ShortCode is the number that the server's texts come from and that phones send
	// GO and STOP to (R18). Required.
	ShortCode string
	// Inbound receives a text that a phone sent to ShortCode, such as GO or STOP. If it
	// is nil, only the simulated carrier handles the text.
	Inbound func(ctx context.Context, from, to, body string) error
	// Reset restores the server's seed. Required.
	Reset func(ctx context.Context) error
	// Bench holds the virtual security keys; nil if the system supports none.
	Bench Bench
	// Accounts are the demo accounts of the seed, for the sign-in screen's list.
	Accounts []api.LabAccount
	// Chance returns a number in [0,1) that decides whether a text is lost. If it is
	// nil, crypto/rand is used.
	Chance func() float64
	Log    *slog.Logger // required
}

// A Lab is a simulated environment of one server.
type Lab struct {
	cfg  Config
	feed feed
	wake chan struct{} // a text is under way, or a phone's state changed
	end  func()        // ends the event streams, once
	done chan struct{} // closed by end

	mu      sync.Mutex
	phones  map[string]*phone // by E.164 number
	devices []*device         // in the order in which they were made
	mail    []api.LabMail     // oldest first
}

// New returns an empty lab.
func New(cfg Config) (*Lab, error) {
	switch {
	case cfg.Clock == nil:
		return nil, errors.New("lab: no clock")
	case cfg.Reset == nil:
		return nil, errors.New("lab: no reset")
	case cfg.Log == nil:
		return nil, errors.New("lab: no logger")
	}
	if cfg.ShortCode == "" {
		return nil, errors.New("lab: no short code")
	}
	if cfg.Chance == nil {
		cfg.Chance = chance
	}
	done := make(chan struct{})
	return &Lab{
		cfg: cfg, phones: map[string]*phone{}, wake: make(chan struct{}, 1),
		done: done, end: sync.OnceFunc(func() { close(done) }),
	}, nil
}

// EndStreams ends all event streams. A server that shuts down waits for its requests,
// and a stream does not end otherwise.
func (l *Lab) EndStreams() { l.end() }

// reset empties the lab and restores the server's seed.
func (l *Lab) reset(ctx context.Context) error {
	if err := l.cfg.Clock.Restart(); err != nil { // before the seed, because new accounts get the clock's time
		return err
	}
	if err := l.cfg.Reset(ctx); err != nil {
		return err
	}
	if l.cfg.Bench != nil {
		if err := l.cfg.Bench.Reset(); err != nil {
			return err
		}
	}
	l.mu.Lock()
	clear(l.phones)
	l.devices = nil
	l.mail = nil
	l.mu.Unlock()
	l.wakeRun()
	l.feed.publish(api.TopicLabReset)
	return nil
}

// wakeRun makes Run look for due texts.
func (l *Lab) wakeRun() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
