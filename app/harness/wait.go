package harness

import (
	"context"
	"fmt"
	"time"
)

// pollEvery is the interval for checking conditions of other processes.
const pollEvery = 20 * time.Millisecond

// Until checks a condition until it holds, returns an error, or ctx ends. what describes
// the condition in the error: "timed out waiting for" what.
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
			return fmt.Errorf("harness: timed out waiting for %s", what)
		case <-tick.C:
		}
	}
}

// Within is Until with a time limit.
func Within(ctx context.Context, d time.Duration, what string, holds func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return Until(ctx, what, holds)
}
