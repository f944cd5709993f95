package server

import (
	"strings"
	"sync"

	"nightlatch/server/api"
)

// topics is a set of api.Topics, a bit each.
type topics uint16

const (
	onAccount topics = 1 << iota
	onKeys
	onBackupCodes
	onTemporaryPasswords
	onSessions
	onActivity
	onCeremony
	onMessages
)

// names lists the set in the order of api.Topics, which the bits follow.
func (t topics) names() []string {
	var names []string
	for i, name := range api.Topics() {
		if t&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// A hub tells those who follow an account what is to be looked at again. An
// event carries nothing else, so a slow follower loses nothing: what happened
// meanwhile is added to what it has not been told yet.
type hub struct {
	mu        sync.Mutex
	followers map[string]map[*follower]struct{} // by account
}

// A follower is one open stream of events.
type follower struct {
	account string
	pending topics        // not told yet; the hub's mu is held
	ready   chan struct{} // holds one: something is pending
}

// maxFollowers bounds the streams of one account.
const maxFollowers = 64

// follow adds a follower, or returns nil if the account has too many.
func (h *hub) follow(account string) *follower {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.followers == nil {
		h.followers = map[string]map[*follower]struct{}{}
	}
	if len(h.followers[account]) >= maxFollowers {
		return nil
	}
	f := &follower{account: account, ready: make(chan struct{}, 1)}
	if h.followers[account] == nil {
		h.followers[account] = map[*follower]struct{}{}
	}
	h.followers[account][f] = struct{}{}
	return f
}

func (h *hub) leave(f *follower) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.followers[f.account], f)
	if len(h.followers[f.account]) == 0 {
		delete(h.followers, f.account)
	}
}

// tell adds to what the followers of an account are told next.
func (h *hub) tell(account string, t topics) {
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

// take returns what f has not been told yet.
func (h *hub) take(f *follower) topics {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := f.pending
	f.pending = 0
	return t
}

// topicOf says which account a key belongs to and what its followers look at
// again when it was written.
func topicOf(key string) (account string, t topics) {
	room, rest, _ := strings.Cut(key, "/")
	account, rest, below := strings.Cut(rest, "/")
	switch room {
	case "aud":
		return account, onActivity
	case "acct":
	default:
		return "", 0
	}
	if !below {
		return account, onAccount
	}
	kind, name, _ := strings.Cut(rest, "/")
	switch kind {
	case "authn":
		if strings.HasPrefix(name, "key-") {
			return account, onAccount | onKeys
		}
		return account, onAccount
	case "bcode":
		return account, onAccount | onBackupCodes
	case "temppw":
		return account, onTemporaryPasswords
	case "sess", "sesscut":
		return account, onAccount | onSessions // the account's view says when the password was proved (R3)
	case "open":
		return account, onCeremony
	case "mail":
		return account, onMessages
	}
	return account, onAccount
}
