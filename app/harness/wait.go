package harness

import (
	"context"
	"fmt"
	"time"
)

// pollEvery is how often a condition of a foreign process is looked at.
const pollEvery = 20 * time.Millisecond

// Until looks at a condition until it holds, fails, or ctx ends. what is for
// people: it completes "waited in vain for".
func Until(ctx context.Context, what string, holds func() (bool, error)) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		ok, err := holds()
		if err != nil {
			return fmt.Errorf("harness: %s: %w", what, err)
		}
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("harness: waited in vain for %s", what)
		case <-tick.C:
		}
	}
}

// Within is Until with a time limit of its own.
func Within(ctx context.Context, d time.Duration, what string, holds func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return Until(ctx, what, holds)
}
