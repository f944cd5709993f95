package ceremonytest

import (
	"context"
	"regexp"
	"sync"
)

// A Letter is a text or a mail that arrived.
type Letter struct{ To, Subject, Body string }

// A Box catches what is sent.
type Box struct {
	mu      sync.Mutex
	letters []Letter
}

func (b *Box) put(l Letter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.letters = append(b.letters, l)
}

// To lists what arrived for somebody, oldest first.
func (b *Box) To(to string) []Letter {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []Letter
	for _, l := range b.letters {
		if l.To == to {
			out = append(out, l)
		}
	}
	return out
}

// Last is the newest that arrived for somebody, or nothing.
func (b *Box) Last(to string) Letter {
	all := b.To(to)
	if len(all) == 0 {
		return Letter{}
	}
	return all[len(all)-1]
}

// Code is the six digits in a letter, or "".
func (l Letter) Code() string { return regexp.MustCompile(`\b\d{6}\b`).FindString(l.Body) }

type texter struct{ *Box }

func (t texter) Text(_ context.Context, to, body string) error {
	t.put(Letter{To: to, Body: body})
	return nil
}

type mailer struct{ *Box }

func (m mailer) Mail(_ context.Context, to, subject, body string) error {
	m.put(Letter{To: to, Subject: subject, Body: body})
	return nil
}

// LastCode is the newest code that arrived for somebody, or "".
func (b *Box) LastCode(to string) string {
	all := b.To(to)
	for i := len(all) - 1; i >= 0; i-- {
		if code := all[i].Code(); code != "" {
			return code
		}
	}
	return ""
}

// Holds reports whether a code ever arrived for anybody.
func (b *Box) Holds(code string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range b.letters {
		if l.Code() == code {
			return true
		}
	}
	return false
}
