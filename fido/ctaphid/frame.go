// Package ctaphid is the authenticator's end of CTAPHID: the framing in which a
// host and a USB security key exchange messages over 64-byte HID reports (CTAP
// section 11.2). It serves any authenticator over any stream of reports, so that
// an unmodified libfido2 can talk to what is not a HID device.
package ctaphid

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Sizes in bytes. A host writes a report with its ID, a zero byte, in front; an
// authenticator writes it without.
const (
	ReportSize = 64
	RecordSize = 1 + ReportSize

	initHeader = 7
	contHeader = 5
	initRoom   = ReportSize - initHeader
	contRoom   = ReportSize - contHeader

	// MaxPayload is the longest message: one initialization packet and 128
	// continuations (CTAP section 11.2.4).
	MaxPayload = initRoom + 128*contRoom
)

// Broadcast is the channel on which a host asks for one of its own.
const Broadcast uint32 = 0xffffffff

// The commands (CTAP section 11.2.9).
const (
	Ping      byte = 0x01
	Msg       byte = 0x03
	Lock      byte = 0x04
	Init      byte = 0x06
	Wink      byte = 0x08
	CBOR      byte = 0x10
	Cancel    byte = 0x11
	Keepalive byte = 0x3b
	Error     byte = 0x3f

	initBit = 0x80 // marks an initialization packet
)

// An ErrorCode is the payload of an Error message (CTAP section 11.2.9.1.6).
type ErrorCode byte

// The error codes.
const (
	InvalidCommand ErrorCode = 0x01
	InvalidParam   ErrorCode = 0x02
	InvalidLength  ErrorCode = 0x03
	InvalidSeq     ErrorCode = 0x04
	MessageTimeout ErrorCode = 0x05
	ChannelBusy    ErrorCode = 0x06
	InvalidChannel ErrorCode = 0x0b
	Other          ErrorCode = 0x7f
)

// A Message is one command or response.
type Message struct {
	Channel uint32
	Command byte // without the bit that marks an initialization packet
	Payload []byte
}

// ErrTooLong says that a message does not fit into one transaction.
var ErrTooLong = errors.New("ctaphid: message is longer than a transaction")

// Reports splits a message into reports of ReportSize bytes, one after another.
func (m Message) Reports() ([]byte, error) {
	if len(m.Payload) > MaxPayload {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLong, len(m.Payload))
	}
	first := make([]byte, ReportSize)
	binary.BigEndian.PutUint32(first, m.Channel)
	first[4] = m.Command | initBit
	binary.BigEndian.PutUint16(first[5:], uint16(len(m.Payload)))
	rest := m.Payload[copy(first[initHeader:], m.Payload):]

	out := first
	for seq := byte(0); len(rest) > 0; seq++ {
		next := make([]byte, ReportSize)
		binary.BigEndian.PutUint32(next, m.Channel)
		next[4] = seq
		rest = rest[copy(next[contHeader:], rest):]
		out = append(out, next...)
	}
	return out, nil
}

// A Fault is a packet that breaks the protocol, and what to answer on which
// channel.
type Fault struct {
	Channel uint32
	Code    ErrorCode
}

func (f *Fault) Error() string {
	return fmt.Sprintf("ctaphid: error %#02x on channel %08x", byte(f.Code), f.Channel)
}

// An Assembler puts messages together from reports. One message is under way at
// a time; packets of other channels are answered "busy" meanwhile, but for an INIT
// on the broadcast channel: whoever began the message may be gone.
type Assembler struct {
	pending bool
	message Message
	length  int
	seq     byte
}

// Pending tells whether a message has begun and not ended, and on which channel.
func (a *Assembler) Pending() (channel uint32, ok bool) { return a.message.Channel, a.pending }

// Reset forgets the message under way.
func (a *Assembler) Reset() { *a = Assembler{} }

// Feed takes one report of ReportSize bytes. It returns a message when one is
// complete, or a Fault. Neither means: more to come, or nothing to do.
func (a *Assembler) Feed(report []byte) (*Message, *Fault) {
	channel := binary.BigEndian.Uint32(report)
	if report[4]&initBit == 0 {
		return a.continuation(channel, report)
	}
	command := report[4] &^ initBit
	length := int(binary.BigEndian.Uint16(report[5:]))
	switch {
	case length > MaxPayload:
		return nil, &Fault{Channel: channel, Code: InvalidLength}
	case !a.pending, command == Init && (channel == a.message.Channel || channel == Broadcast):
		// INIT synchronizes a channel anew (CTAP section 11.2.9.1.3).
	case a.message.Channel != channel:
		return nil, &Fault{Channel: channel, Code: ChannelBusy}
	default:
		a.Reset()
		return nil, &Fault{Channel: channel, Code: InvalidSeq}
	}
	a.message = Message{Channel: channel, Command: command}
	a.length, a.seq, a.pending = length, 0, true
	return a.take(report[initHeader:]), nil
}

func (a *Assembler) continuation(channel uint32, report []byte) (*Message, *Fault) {
	switch {
	case !a.pending, a.message.Channel != channel:
		return nil, nil // spurious continuations are ignored (CTAP section 11.2.4)
	case report[4] != a.seq:
		a.Reset()
		return nil, &Fault{Channel: channel, Code: InvalidSeq}
	}
	a.seq++
	return a.take(report[contHeader:]), nil
}

func (a *Assembler) take(part []byte) *Message {
	want := a.length - len(a.message.Payload)
	a.message.Payload = append(a.message.Payload, part[:min(want, len(part))]...)
	if len(a.message.Payload) < a.length {
		return nil
	}
	m := a.message
	a.Reset()
	return &m
}
