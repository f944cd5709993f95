package fido

import "context"

// A ReaderState is the state of NFC: what is missing before an NFC key can be used.
type ReaderState int

// The states. A higher state is closer to a usable key.
const (
	ReaderUnsupported   ReaderState = iota // this build or system does not support readers
	NoReaderService                        // pcscd, the smart card service, is not running
	ReaderServiceSilent                    // pcscd does not answer
	ReaderDenied                           // the user has no permission to use the readers
	NoReader                               // no reader is plugged in
	ReaderEmpty                            // there is no card on the reader
	ReaderNotFIDO                          // the card is not a security key
	ReaderBusy                             // another program uses the card exclusively
	ReaderReady                            // a security key is on the reader, and listed as a device
)

// String returns the state's name, for logs and tests.
func (s ReaderState) String() string {
	switch s {
	case ReaderUnsupported:
		return "unsupported"
	case NoReaderService:
		return "no service"
	case ReaderServiceSilent:
		return "service does not answer"
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

// Err returns the error that describes the state, or nil for ReaderReady. The errors:
// ErrUnsupported, ErrNoReaderService, ErrReaderServiceSilent,
// ErrReadersDenied, ErrNoReader, ErrNoCard, ErrNotFIDOCard or ErrBusy.
func (s ReaderState) Err() error {
	return map[ReaderState]error{
		ReaderUnsupported:   ErrUnsupported,
		NoReaderService:     ErrNoReaderService,
		ReaderServiceSilent: ErrReaderServiceSilent,
		ReaderDenied:        ErrReadersDenied,
		NoReader:            ErrNoReader,
		ReaderEmpty:         ErrNoCard,
		ReaderNotFIDO:       ErrNotFIDOCard,
		ReaderBusy:          ErrBusy,
	}[s]
}

// A Reader is the state of NFC. With several readers it is the one with the highest
// state.
type Reader struct {
	State ReaderState
	Name  string // product name; empty for states up to NoReader
}

// Present reports whether a reader is plugged in.
func (r Reader) Present() bool { return r.State >= ReaderEmpty }

// Reader returns the state of NFC. It explains why an NFC key is not listed.
func (c *Client) Reader(ctx context.Context) Reader {
	if c.reader == nil {
		return Reader{}
	}
	return c.reader(ctx)
}

// WatchReader calls show with the state of NFC now and after each change, until ctx
// ends. Calls do not overlap, and there is at most one per second.
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
