// Package lab simulates the world around the server: a clock that can be moved,
// phones and their carrier, a mailbox, and security keys that are plugged in and
// touched.
//
// The lab is a peer of the server and not an insider: it gets what the server
// sends (as its SMSSender and Mailer), gives the server its time, and passes on
// what the simulated phones send. It never looks into the store. Everything
// lives in memory and is gone with the process, save for how far the clock was
// moved, where something keeps it.
package lab

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"nightlatch/server/api"
)

// Config says what a lab is connected to.
type Config struct {
	Clock *Clock // required: the server's clock
	// ShortCode is the number that the server's texts come from, and that phones text
	// GO and STOP to (R18). Required.
	ShortCode string
	// Inbound takes a text that a phone sent to ShortCode, such as GO or STOP; nil if only the carrier listens.
	Inbound func(ctx context.Context, from, to, body string) error
	// Reset puts the server back to its seed. Required.
	Reset func(ctx context.Context) error
	// Bench holds the virtual security keys; nil where the system has none.
	Bench Bench
	// Accounts are the demo accounts of the seed, for the door's list.
	Accounts []api.LabAccount
	// Chance returns a number in [0,1) that decides whether a text is lost;
	// nil draws it from crypto/rand.
	Chance func() float64
	Log    *slog.Logger // required
}

// A Lab is one simulated world.
type Lab struct {
	cfg  Config
	feed feed
	wake chan struct{} // a text is under way, or a phone's state changed
	hush func()        // ends the event streams, once
	done chan struct{} // closed by hush

	mu     sync.Mutex
	phones map[string]*phone // by E.164 number
	mail   []api.LabMail     // oldest first
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
		done: done, hush: sync.OnceFunc(func() { close(done) }),
	}, nil
}

// EndStreams ends the event streams, now and for good. A server that shuts down
// waits for its requests and would wait for them for ever.
func (l *Lab) EndStreams() { l.hush() }

// reset empties the lab and puts the server back to its seed.
func (l *Lab) reset(ctx context.Context) error {
	if err := l.cfg.Clock.Restart(); err != nil { // first: the seed's accounts are made by it
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
	l.mail = nil
	l.mu.Unlock()
	l.stir()
	l.feed.publish(api.TopicLabReset)
	return nil
}

// stir makes Run look again.
func (l *Lab) stir() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
