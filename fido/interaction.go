package fido

import (
	"context"
	"time"
)

// An Interaction is the person's side of a ceremony, as a stream of prompts. Its
// methods are called from the ceremony's goroutine, never two at once.
type Interaction interface {
	// Show tells the person what the ceremony waits for. It must not block.
	Show(p Prompt)
	// PIN asks for the key's PIN. It is called only when the key or the options
	// need one. triesLeft is how many wrong ones the key will still take;
	// previousWrong says that the one before was wrong. An error ends the
	// ceremony: with ErrCancelled when that is what it is, with WrongPINError
	// after a wrong PIN, with ErrPINRequired otherwise.
	PIN(ctx context.Context, triesLeft int, previousWrong bool) (string, error)
}

// A Prompt is one thing the person is told.
type Prompt struct {
	Kind     PromptKind
	Device   Device    // which key; empty for Insert, Choose, and a Tap that is waited for
	Deadline time.Time // when the ceremony gives up; zero when nothing runs out
}

// A PromptKind says what a prompt is about.
type PromptKind int

// The prompts. A ceremony shows the first four in this order. Tap stands for Insert
// where there is a reader, and for Touch with a key on one.
const (
	Insert  PromptKind = iota // no key is there: insert or tap one
	Working                   // the program and the key talk; nothing to do
	Touch                     // the key waits for a touch
	Remove                    // done; the key may be taken away
	Tap                       // the key is to be held to the reader and left there
	Choose                    // several keys blink; the one to use is to be touched
)

// String returns the kind's name, for logs and tests.
func (k PromptKind) String() string {
	switch k {
	case Insert:
		return "insert"
	case Working:
		return "working"
	case Touch:
		return "touch"
	case Remove:
		return "remove"
	case Tap:
		return "tap"
	case Choose:
		return "choose"
	}
	return "unknown"
}
