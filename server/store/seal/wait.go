package seal

import (
	"context"
	"fmt"
	"time"
)

// Limits of the wait for the keyring.
const (
	sayAfter    = 2 * time.Second  // then the user gets a message
	silentLimit = 30 * time.Second // for a keyring that does not answer
	promptLimit = 2 * time.Minute  // for a keyring that answers; its user may be typing a password
	pingLimit   = 2 * time.Second
)

type tellKey struct{}

// Tell returns a context for Load and LoadOrCreate. If the keyring is slow,
// they call tell once, from another goroutine.
func Tell(ctx context.Context, tell func()) context.Context {
	return context.WithValue(ctx, tellKey{}, tell)
}

// ask calls the keyring, which may wait for its user to unlock it. The call
// cannot be cancelled: after ctx or the limit has ended, the goroutine remains
// until the keyring answers.
func ask(ctx context.Context, r ring, question func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		text, err := question()
		answered <- answer{text, err}
	}()
	say, silent, prompt := time.NewTimer(sayAfter), time.NewTimer(silentLimit), time.NewTimer(promptLimit)
	defer say.Stop()
	defer silent.Stop()
	defer prompt.Stop()
	for {
		select {
		case a := <-answered:
			return a.text, a.err
		case <-ctx.Done():
			return "", ctx.Err()
		case <-say.C:
			if tell, ok := ctx.Value(tellKey{}).(func()); ok {
				tell()
			}
		case <-silent.C:
			if !alive(ctx, r) {
				return "", fmt.Errorf("%w for %.0f seconds", ErrSilent, silentLimit.Seconds())
			}
		case <-prompt.C:
			return "", fmt.Errorf("%w for %.0f minutes", ErrLocked, promptLimit.Minutes())
		}
	}
}

// alive reports whether the keyring answers.
func alive(ctx context.Context, r ring) bool {
	ctx, done := context.WithTimeout(ctx, pingLimit)
	defer done()
	answered := make(chan bool, 1)
	go func() { answered <- r.Answers(ctx) }()
	select {
	case a := <-answered:
		return a
	case <-ctx.Done():
		return false
	}
}
