package ceremony

import (
	"context"
	"time"

	"nightlatch/server/api"
	"nightlatch/ui/shell"
)

// lookAgainAfter is how often a waiting ceremony is read without an event, in case one was lost.
const lookAgainAfter = 15 * time.Second

// A follower follows the events of a ceremony that waits for somebody else (R50).
type follower struct {
	id    string // of the ceremony; "" for none
	scope *shell.Scope
}

// followWhileWaiting follows the events of a ceremony as long as its step waits for a phone.
func (r *ceremony) followWhileWaiting(v api.View) {
	if _, waits := v.Step.(api.AwaitApproval); !waits {
		r.follows.stop()
		return
	}
	if r.follows.id == v.ID {
		return
	}
	r.follows.stop()
	r.follows = follower{v.ID, r.scope.Child()}
	r.follows.scope.Follow(func(ctx context.Context, tell func(func())) {
		events, err := r.server.CeremonyEvents(ctx, v.ID)
		if err != nil {
			return // the ceremony is read now and then anyway
		}
		for range events {
			tell(r.reload)
		}
	})
	r.follows.scope.Every(lookAgainAfter, r.reload)
}

// stop ends following.
func (f *follower) stop() {
	if f.scope != nil {
		f.scope.Leave()
	}
	*f = follower{}
}
