package shell

import (
	"context"
	"errors"
	"reflect"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/client"
)

// A Source is what a screen shows, as last loaded from the server.
type Source[T any] struct {
	Value   T
	Ready   bool // Value was loaded
	Slow    bool // loading takes so long that the page says so
	Err     error
	Tries   int
	LastTry time.Time

	busy  bool
	again bool // Load was called while busy
}

// slowAfter is how long a page stays empty before it says that it is loading.
const slowAfter = 400 * time.Millisecond

// Load loads a source in the background and calls changed when there is something
// new to draw.
func (src *Source[T]) Load(c *Console, s *Scope, get func(context.Context, *client.Client) (T, error), changed func()) {
	if src.busy {
		src.again = true
		return
	}
	src.busy = true
	server := c.server
	if !src.Ready && src.Err == nil {
		wait := s.Child()
		wait.Every(slowAfter, func() {
			wait.Leave()
			if !src.Ready && src.Err == nil {
				src.Slow = true
				changed()
			}
		})
	}
	s.Go(func(ctx context.Context) func() {
		v, err := get(ctx, server)
		return func() {
			src.busy = false
			src.Tries++
			src.LastTry = c.Config.Now()
			var p *api.Problem
			switch {
			case errors.As(err, &p) && p.Code == api.SignInRequired:
				c.SignedOut(err)
				return
			case err != nil && src.Ready: // an old value is better than none
			case err != nil:
				src.Err = err
				changed()
			case !src.Ready || !reflect.DeepEqual(src.Value, v):
				src.Value, src.Ready, src.Err, src.Tries = v, true, nil, 0
				changed()
			default:
				src.Tries = 0
			}
			if src.again {
				src.again = false
				src.Load(c, s, get, changed)
			}
		}
	})
}
