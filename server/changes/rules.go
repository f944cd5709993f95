package changes

import "strings"

// Rules map keys of the store to topics. The packages that own the keys name them.
type Rules struct {
	Outbox   string // prefix of messages to deliver
	Activity string // prefix of activity lists; the account follows
	Accounts string // prefix of accounts; the account follows
	Ceremony string // prefix of ceremonies; who waits in one follows its key
	Below    []Rule // for keys below an account. The first match applies; without one, the topic is Account
}

// A Rule gives the topics of the keys below an account that begin with Prefix.
type Rule struct {
	Prefix string // such as "sess/"
	Topics Topics
}

// TopicsOf returns the account that a key belongs to, and its topics; none for a
// key that no client reads.
func (r Rules) TopicsOf(key string) (account string, t Topics) {
	if rest, ok := strings.CutPrefix(key, r.Activity); ok {
		account, _, _ = strings.Cut(rest, "/")
		return account, Activity
	}
	if r.Ceremony != "" && strings.HasPrefix(key, r.Ceremony) {
		return key, Ceremony
	}
	rest, ok := strings.CutPrefix(key, r.Accounts)
	if !ok {
		return "", 0
	}
	account, rest, _ = strings.Cut(rest, "/")
	for _, rule := range r.Below {
		if strings.HasPrefix(rest, rule.Prefix) {
			return account, rule.Topics
		}
	}
	return account, Account
}
