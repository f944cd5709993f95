// Package changes notifies the clients of an account of changed resources.
//
// A Store watches committed transactions and derives Topics from the keys they
// wrote. A Hub collects the Topics for every open event stream.
package changes

import (
	"sync"

	"nightlatch/server/api"
)

// Topics is a set of api.Topics, a bit each.
type Topics uint16

// The topics, in the order of api.Topics.
const (
	Account Topics = 1 << iota
	Keys
	BackupCodes
	TemporaryPasswords
	Sessions
	Activity
	Ceremony
	Messages
	PhoneApps
	LoginRequests
)

// Names lists the set in the order of api.Topics, which the bits follow.
func (t Topics) Names() []string {
	var names []string
	for i, name := range api.Topics() {
		if t&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// A Hub collects, for each open event stream, the topics to read again. An event
// carries only topics, so a slow follower loses nothing: later topics are added to
// those it has not taken yet.
type Hub struct {
	mu        sync.Mutex
	followers map[string]map[*Follower]struct{} // by account ID, or by the store key of a ceremony
}

// A Follower is one open event stream.
type Follower struct {
	account string
	pending Topics        // not taken yet; guarded by Hub.mu
	ready   chan struct{} // capacity 1; filled while topics are pending
}

const (
	maxFollowers         = 64 // streams of one account
	maxCeremonyFollowers = 4  // streams of one ceremony
)

// Follow adds a follower, or returns nil if the account has 64 already.
func (h *Hub) Follow(account string) *Follower { return h.follow(account, maxFollowers) }

// FollowCeremony adds a follower of the ceremony with a store key, or returns nil if it has 4
// already.
func (h *Hub) FollowCeremony(key string) *Follower { return h.follow(key, maxCeremonyFollowers) }

func (h *Hub) follow(account string, most int) *Follower {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.followers == nil {
		h.followers = map[string]map[*Follower]struct{}{}
	}
	if len(h.followers[account]) >= most {
		return nil
	}
	f := &Follower{account: account, ready: make(chan struct{}, 1)}
	if h.followers[account] == nil {
		h.followers[account] = map[*Follower]struct{}{}
	}
	h.followers[account][f] = struct{}{}
	return f
}

// Leave removes a follower.
func (h *Hub) Leave(f *Follower) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.followers[f.account], f)
	if len(h.followers[f.account]) == 0 {
		delete(h.followers, f.account)
	}
}

// Add adds topics to what the followers of an account take next.
func (h *Hub) Add(account string, t Topics) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for f := range h.followers[account] {
		f.pending |= t
		select {
		case f.ready <- struct{}{}:
		default:
		}
	}
}

// Take returns the topics that f has not taken yet, and clears them.
func (h *Hub) Take(f *Follower) Topics {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := f.pending
	f.pending = 0
	return t
}

// Ready is readable when there is something to Take.
func (f *Follower) Ready() <-chan struct{} { return f.ready }
