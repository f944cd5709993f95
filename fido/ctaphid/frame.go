// Package ctaphid is the authenticator's side of CTAPHID, the framing of messages in
// 64-byte HID reports between a host and a USB security key (CTAP section 11.2). It
// serves any authenticator over any stream of reports, so an unmodified libfido2 can use
// authenticators that are not HID devices.
package ctaphid

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Sizes in bytes. A host writes a record: the report ID, which is a zero byte, and the
// report. An authenticator writes only the report.
const (
	ReportSize = 64
	RecordSize = 1 + ReportSize

	initHeader = 7
	contHeader = 5
	initRoom   = ReportSize - initHeader
	contRoom   = ReportSize - contHeader

	// MaxPayload is the maximum size of a message: one initialization packet and 128
	// continuation packets (CTAP section 11.2.4).
	MaxPayload = initRoom + 128*contRoom
)

// Broadcast is the channel on which a host requests a channel.
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
	Command byte // without initBit
	Payload []byte
}

// ErrTooLong reports a message longer than MaxPayload.
var ErrTooLong = errors.New("ctaphid: message is longer than a transaction")

// Reports splits a message into concatenated reports of ReportSize bytes.
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

// A Fault describes a packet that violates the protocol: the error code and the channel
// for the answer.
type Fault struct {
	Channel uint32
	Code    ErrorCode
}

func (f *Fault) Error() string {
	return fmt.Sprintf("ctaphid: error %#02x on channel %08x", byte(f.Code), f.Channel)
}

// An Assembler assembles messages from reports, one at a time. Until a message is
// complete, packets of other channels get the error "busy", except INIT on the broadcast
// channel: the host that began the message may have ended.
type Assembler struct {
	pending bool
	message Message
	length  int
	seq     byte
}

// Pending reports whether a message is incomplete, and its channel.
func (a *Assembler) Pending() (channel uint32, ok bool) { return a.message.Channel, a.pending }

// Reset discards an incomplete message.
func (a *Assembler) Reset() { *a = Assembler{} }

// Feed processes one report of ReportSize bytes. It returns a message when it is
// complete, or a Fault, or neither.
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
		// INIT resynchronizes a channel (CTAP section 11.2.9.1.3).
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
