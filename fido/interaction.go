package fido

import (
	"context"
	"time"
)

// An Interaction is the user's side of a ceremony. Its methods are called from the
// ceremony's goroutine, never two at once.
type Interaction interface {
	// Show shows what the ceremony waits for. It must not block.
	Show(p Prompt)
	// PIN asks the user for the key's PIN. It is called only if the key or the
	// options need one. ctx ends when the key is removed. triesLeft is the
	// number of wrong PINs that the key still accepts; previousWrong is true
	// if the last PIN was wrong. An error of PIN ends the ceremony. The
	// ceremony then returns ErrCancelled for ErrCancelled, WrongPINError after
	// a wrong PIN, and ErrPINRequired otherwise.
	PIN(ctx context.Context, triesLeft int, previousWrong bool) (string, error)
}

// A Prompt tells the user what to do.
type Prompt struct {
	Kind     PromptKind
	Device   Device    // the key; empty for Insert, Choose, and Tap before a key is there
	Deadline time.Time // when the ceremony ends with ErrTimeout; zero without a deadline
}

// A PromptKind is the kind of a prompt.
type PromptKind int

// The prompts. A ceremony shows the first four in this order. Tap replaces Insert if
// there is an NFC reader, and Touch if the key is on one. SystemDialog replaces the
// first three.
const (
	Insert       PromptKind = iota // insert a key
	Working                        // the program uses the key; wait
	Touch                          // touch the key
	Remove                         // done; the key may be removed
	Tap                            // hold the key to the reader and keep it there
	Choose                         // several keys blink; touch the one to use
	SystemDialog                   // the system's own dialog asks for the key
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
	case SystemDialog:
		return "system dialog"
	}
	return "unknown"
}
