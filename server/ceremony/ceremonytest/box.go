package ceremonytest

import (
	"context"
	"regexp"
	"sync"
)

// A Message is a text or a mail that was delivered. A text has no subject.
type Message struct{ To, Subject, Body string }

// A Box collects delivered messages.
type Box struct {
	mu      sync.Mutex
	letters []Message
}

func (b *Box) put(l Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.letters = append(b.letters, l)
}

// To returns the messages to a number or address, oldest first.
func (b *Box) To(to string) []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []Message
	for _, l := range b.letters {
		if l.To == to {
			out = append(out, l)
		}
	}
	return out
}

// Len returns the number of messages.
func (b *Box) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.letters)
}

// Last returns the newest message to a number or address, or the zero Message.
func (b *Box) Last(to string) Message {
	all := b.To(to)
	if len(all) == 0 {
		return Message{}
	}
	return all[len(all)-1]
}

// Code returns the six digits in a message, or "".
func (l Message) Code() string { return regexp.MustCompile(`\b\d{6}\b`).FindString(l.Body) }

type texter struct{ *Box }

func (t texter) Text(_ context.Context, to, body string) error {
	t.put(Message{To: to, Body: body})
	return nil
}

type mailer struct{ *Box }

func (m mailer) Mail(_ context.Context, to, subject, body string) error {
	m.put(Message{To: to, Subject: subject, Body: body})
	return nil
}

// LastCode returns the newest code sent to a number or address, or "".
func (b *Box) LastCode(to string) string {
	all := b.To(to)
	for i := len(all) - 1; i >= 0; i-- {
		if code := all[i].Code(); code != "" {
			return code
		}
	}
	return ""
}

// Contains reports whether a code was sent to any number or address.
func (b *Box) Contains(code string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range b.letters {
		if l.Code() == code {
			return true
		}
	}
	return false
}
