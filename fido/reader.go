package fido

import "context"

// A ReaderState says how far the way to an NFC key is clear.
type ReaderState int

// The states, from the farthest to the nearest.
const (
	ReaderUnsupported ReaderState = iota // this build, or this system, reaches no readers
	NoReaderService                      // pcscd, which talks to the readers, does not run
	ReaderDenied                         // this person may not use the readers
	NoReader                             // no reader is plugged in
	ReaderEmpty                          // nothing lies on the reader
	ReaderNotFIDO                        // what lies there is no security key
	ReaderBusy                           // another program has what lies there to itself
	ReaderReady                          // a security key lies there, and is among the devices
)

// String returns the state's name, for logs and tests.
func (s ReaderState) String() string {
	switch s {
	case ReaderUnsupported:
		return "unsupported"
	case NoReaderService:
		return "no service"
	case ReaderDenied:
		return "denied"
	case NoReader:
		return "no reader"
	case ReaderEmpty:
		return "empty"
	case ReaderNotFIDO:
		return "not a security key"
	case ReaderBusy:
		return "busy"
	case ReaderReady:
		return "ready"
	}
	return "unknown"
}

// Err returns the error that keeps a person in that state from using an NFC key,
// nil when nothing does: ErrUnsupported, ErrNoReaderService,
// ErrReadersDenied, ErrNoReader, ErrNoCard, ErrNotFIDOCard or ErrBusy.
func (s ReaderState) Err() error {
	return map[ReaderState]error{
		ReaderUnsupported: ErrUnsupported,
		NoReaderService:   ErrNoReaderService,
		ReaderDenied:      ErrReadersDenied,
		NoReader:          ErrNoReader,
		ReaderEmpty:       ErrNoCard,
		ReaderNotFIDO:     ErrNotFIDOCard,
		ReaderBusy:        ErrBusy,
	}[s]
}

// A Reader is how things stand with NFC. Where there are several readers it is
// the one that got farthest.
type Reader struct {
	State ReaderState
	Name  string // of the reader, as its maker calls it; empty up to NoReader
}

// Present tells whether there is a reader that a key could be held to.
func (r Reader) Present() bool { return r.State >= ReaderEmpty }

// Reader says how things stand with NFC now: the hint for a person whose NFC key
// is not among the devices.
func (c *Client) Reader(ctx context.Context) Reader {
	if c.reader == nil {
		return Reader{}
	}
	return c.reader(ctx)
}

// WatchReader calls show with how things stand with NFC now and after each change,
// until ctx ends: the live line under "hold your key to the reader". It makes no two
// calls at once, none when nothing changed, and one a second at most.
func (c *Client) WatchReader(ctx context.Context, show func(Reader)) {
	var last Reader
	first := true
	c.follow(ctx, func() bool {
		now := c.Reader(ctx)
		if ctx.Err() != nil {
			return false
		}
		if first || now != last {
			first, last = false, now
			show(now)
		}
		return true
	})
}
