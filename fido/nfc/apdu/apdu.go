// Package apdu encodes and decodes the messages between a reader and a smart card:
// commands and responses of ISO/IEC 7816-4, section 5, in short and extended form.
package apdu

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Sizes in bytes.
const (
	header = 4

	ShortData      = 255   // maximum data in a short command
	ShortAnswer    = 256   // maximum data in its answer
	ExtendedData   = 65535 // maximum data in an extended command
	ExtendedAnswer = 65536 // maximum data in its answer
)

// Chained is the bit in a command's class that marks all parts of a chain but the last.
const Chained byte = 0x10

// ErrMalformed reports bytes that are not an APDU.
var ErrMalformed = errors.New("apdu: malformed")

// A Command is a message from a reader to a card.
type Command struct {
	CLA, INS, P1, P2 byte
	Data             []byte
	Expect           int  // maximum data in the answer; 0: none
	Extended         bool // its lengths are in extended form
}

// Bytes encodes the command. It uses extended form if Extended is set or the command
// does not fit into the short form. Data and Expect must fit into the extended form.
func (c Command) Bytes() []byte {
	out := []byte{c.CLA, c.INS, c.P1, c.P2}
	if !c.Extended && len(c.Data) <= ShortData && c.Expect <= ShortAnswer {
		if len(c.Data) > 0 {
			out = append(out, byte(len(c.Data)))
			out = append(out, c.Data...)
		}
		if c.Expect > 0 {
			out = append(out, byte(c.Expect)) // 256 is encoded as 0
		}
		return out
	}
	if len(c.Data) > 0 {
		out = append(out, 0)
		out = binary.BigEndian.AppendUint16(out, uint16(len(c.Data)))
		out = append(out, c.Data...)
	} else if c.Expect > 0 {
		out = append(out, 0)
	}
	if c.Expect > 0 {
		out = binary.BigEndian.AppendUint16(out, uint16(c.Expect)) // 65536 is encoded as 0
	}
	return out
}

// ParseCommand decodes a command. Like real keys, it accepts a length of zero
// without data, and an expected length in more or fewer bytes than the form
// allows. If only the lengths are wrong, it also returns the header, because a
// key reports an unknown class or instruction before wrong lengths.
func ParseCommand(raw []byte) (Command, error) {
	if len(raw) < header {
		return Command{}, fmt.Errorf("%w: a command of %d bytes", ErrMalformed, len(raw))
	}
	c := Command{CLA: raw[0], INS: raw[1], P1: raw[2], P2: raw[3]}
	body := raw[header:]
	switch {
	case len(body) == 0:
		return c, nil
	case len(body) == 1:
		c.Expect = orMost(int(body[0]), ShortAnswer)
		return c, nil
	case body[0] != 0:
		return c.short(body)
	case len(body) == 2: // no data, and a short expected length
		c.Expect = orMost(int(body[1]), ShortAnswer)
		return c, nil
	}
	return c.extended(body[1:])
}

func (c Command) short(body []byte) (Command, error) {
	length, rest := int(body[0]), body[1:]
	switch len(rest) - length {
	case 0:
	case 1:
		c.Expect = orMost(int(rest[length]), ShortAnswer)
	default:
		return c, fmt.Errorf("%w: %d bytes of data instead of %d", ErrMalformed, len(rest), length)
	}
	c.Data = rest[:length]
	return c, nil
}

func (c Command) extended(body []byte) (Command, error) {
	c.Extended = true
	length, rest := int(binary.BigEndian.Uint16(body)), body[2:]
	if len(rest) == 0 {
		c.Expect = orMost(length, ExtendedAnswer)
		return c, nil
	}
	if len(rest) < length || len(rest) > length+3 {
		return c, fmt.Errorf("%w: %d bytes of data instead of %d", ErrMalformed, len(rest), length)
	}
	var expect int
	for _, b := range rest[length:] {
		expect = expect<<8 | int(b)
	}
	if len(rest) > length {
		c.Expect = min(orMost(expect, ExtendedAnswer), ExtendedAnswer)
	}
	c.Data = rest[:length]
	return c, nil
}

// orMost decodes an expected length: zero means the maximum.
func orMost(n, most int) int {
	if n == 0 {
		return most
	}
	return n
}

// Chain splits a command into a chain of short ones (ISO/IEC 7816-4, section 5.3.3).
func (c Command) Chain() []Command {
	var parts []Command
	rest := c.Data
	for len(rest) > ShortData {
		part := c
		part.CLA |= Chained
		part.Data, part.Expect, part.Extended = rest[:ShortData], 0, false
		parts = append(parts, part)
		rest = rest[ShortData:]
	}
	last := c
	last.Data, last.Expect, last.Extended = rest, min(c.Expect, ShortAnswer), false
	return append(parts, last)
}

// A Status is the status word at the end of a response.
type Status uint16

// The status words that security keys use.
const (
	OK              Status = 0x9000
	Waiting         Status = 0x9100 // the command is still running (CTAP section 11.3.7.1)
	More            Status = 0x6100 // more data follows; the low byte is its length, 0 for 256 or more
	WrongLength     Status = 0x6700
	LastExpected    Status = 0x6883 // the last part of a chain is missing
	NoChaining      Status = 0x6884
	NotAllowed      Status = 0x6985 // conditions of use not satisfied
	WrongData       Status = 0x6a80 // U2F: a key handle of another key
	NotFound        Status = 0x6a82
	WrongParameters Status = 0x6a86
	WrongExpect     Status = 0x6c00 // the low byte is the length to expect
	UnknownCommand  Status = 0x6d00
	UnknownClass    Status = 0x6e00

	statusSize = 2
)

// Kind returns the status without the count in its low byte, for More and WrongExpect.
func (s Status) Kind() Status { return s & 0xff00 }

// Count returns the number of bytes that More or WrongExpect announces.
func (s Status) Count() int { return orMost(int(s&0xff), ShortAnswer) }

func (s Status) String() string { return fmt.Sprintf("%04x", uint16(s)) }

// A Response is a card's answer.
type Response struct {
	Data   []byte
	Status Status
}

// Bytes encodes the response.
func (r Response) Bytes() []byte {
	return binary.BigEndian.AppendUint16(append([]byte(nil), r.Data...), uint16(r.Status))
}

// ParseResponse decodes a response.
func ParseResponse(raw []byte) (Response, error) {
	n := len(raw) - statusSize
	if n < 0 {
		return Response{}, fmt.Errorf("%w: a response of %d bytes", ErrMalformed, len(raw))
	}
	return Response{Data: raw[:n], Status: Status(binary.BigEndian.Uint16(raw[n:]))}, nil
}
