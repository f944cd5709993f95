package ctaphid

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// A Status is what an authenticator is doing while the host waits (CTAP section
// 11.2.9.1.7).
type Status byte

// The statuses of a keepalive.
const (
	Processing    Status = 1
	UserPresence  Status = 2 // waiting for a touch
	keepaliveTick        = 100 * time.Millisecond
	messageLimit         = 500 * time.Millisecond // from one packet of a message to the next
)

// A Backend is an authenticator. CBOR runs one CTAP2 command; it returns promptly
// when ctx ends, and status may be called until it returns.
type Backend interface {
	CBOR(ctx context.Context, request []byte, status func(Status)) ([]byte, error)
}

// A U2FBackend also runs CTAP1 commands, which are APDUs (CTAP section 8.1.1).
type U2FBackend interface {
	Backend
	Msg(ctx context.Context, apdu []byte) ([]byte, error)
}

// A Queue is what lies between the server's writes and the host's reads.
type Queue interface {
	// Flush throws away what the host has not read.
	Flush() error
	// Pending tells whether there is something that the host has not read.
	Pending() (bool, error)
}

// The capability flags of INIT (CTAP section 11.2.9.1.3).
const (
	capWink = 0x01
	capCBOR = 0x04
	capNMsg = 0x08
)

// Config says what to serve.
type Config struct {
	Backend Backend
	Queue   Queue   // nil: there is none to care for
	Wink    func()  // the host asks the key to show which one it is; may be nil
	Version [3]byte // of the device: major, minor, build
}

// A Server is one key's end of CTAPHID.
type Server struct {
	cfg     Config
	rw      io.ReadWriter
	asm     Assembler
	last    uint32 // the last channel given out
	running *transaction
	done    chan result
	status  chan Status
}

// A transaction is a command the authenticator is working on.
type transaction struct {
	channel uint32
	command byte
	cancel  context.CancelFunc
	status  Status
}

type result struct {
	payload []byte
	err     error
}

// NewServer checks cfg and returns a server for one stream of reports.
func NewServer(rw io.ReadWriter, cfg Config) (*Server, error) {
	if rw == nil || cfg.Backend == nil {
		return nil, errors.New("ctaphid: a stream and Config.Backend are needed")
	}
	return &Server{cfg: cfg, rw: rw, done: make(chan result), status: make(chan Status)}, nil
}

// Serve answers the host until the stream ends, which is what closing it does. It
// ends a command under way and waits for the authenticator to return. The end of
// a stream is not an error.
func (s *Server) Serve(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	reports, readErr := make(chan []byte), make(chan error, 1)
	go func() {
		defer close(reports)
		readErr <- readReports(ctx, s.rw, reports)
	}()
	err := s.loop(ctx, reports)
	stop()
	s.abort()
	for range reports { // ends once the stream is closed
	}
	if err == nil {
		err = <-readErr
	}
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

func (s *Server) loop(ctx context.Context, reports <-chan []byte) error {
	tick := time.NewTicker(keepaliveTick)
	defer tick.Stop()
	late := time.NewTimer(messageLimit)
	defer late.Stop()
	for {
		var err error
		select {
		case report, ok := <-reports:
			if !ok {
				return nil
			}
			late.Reset(messageLimit)
			err = s.receive(ctx, report)
		case r := <-s.done:
			err = s.finish(r)
		case st := <-s.status:
			s.running.status = st
			err = s.keepalive()
		case <-tick.C:
			err = s.keepalive()
		case <-late.C:
			err = s.tooLate()
		}
		if err != nil {
			return err
		}
	}
}

// tooLate gives up a message whose packets stopped coming.
func (s *Server) tooLate() error {
	channel, ok := s.asm.Pending()
	if !ok {
		return nil
	}
	s.asm.Reset()
	return s.fail(channel, MessageTimeout)
}

func (s *Server) receive(ctx context.Context, report []byte) error {
	m, fault := s.asm.Feed(report)
	if fault != nil {
		return s.fail(fault.Channel, fault.Code)
	}
	if m == nil {
		return nil
	}
	known := m.Channel != 0 && m.Channel <= s.last
	switch {
	case m.Command == Init && (known || m.Channel == Broadcast):
		return s.init(*m)
	case !known:
		return s.fail(m.Channel, InvalidChannel)
	case m.Command == Cancel:
		if s.running != nil && s.running.channel == m.Channel {
			s.running.cancel() // the command itself answers that it was cancelled
		}
		return nil
	case s.running != nil:
		return s.fail(m.Channel, ChannelBusy)
	}
	return s.dispatch(ctx, *m)
}

func (s *Server) dispatch(ctx context.Context, m Message) error {
	switch m.Command {
	case Ping:
		return s.send(m)
	case Wink:
		if s.cfg.Wink != nil {
			s.cfg.Wink()
			return s.send(Message{Channel: m.Channel, Command: Wink})
		}
	case CBOR:
		s.start(ctx, m, func(ctx context.Context, report func(Status)) ([]byte, error) {
			return s.cfg.Backend.CBOR(ctx, m.Payload, report)
		})
		return nil
	case Msg:
		if u2f, ok := s.cfg.Backend.(U2FBackend); ok {
			s.start(ctx, m, func(ctx context.Context, _ func(Status)) ([]byte, error) {
				return u2f.Msg(ctx, m.Payload)
			})
			return nil
		}
	}
	return s.fail(m.Channel, InvalidCommand)
}

// init answers INIT: on the broadcast channel with a new channel, on a channel
// with itself. Whatever was under way is over, and what the host before this one
// left unread is thrown away: that one may have died waiting for a touch.
func (s *Server) init(m Message) error {
	if len(m.Payload) != 8 {
		return s.fail(m.Channel, InvalidLength)
	}
	s.abort()
	if s.cfg.Queue != nil {
		if err := s.cfg.Queue.Flush(); err != nil {
			return fmt.Errorf("ctaphid: flushing: %w", err)
		}
	}
	channel := m.Channel
	if channel == Broadcast {
		s.last++
		channel = s.last
	}
	capabilities := byte(capCBOR)
	if _, ok := s.cfg.Backend.(U2FBackend); !ok {
		capabilities |= capNMsg
	}
	if s.cfg.Wink != nil {
		capabilities |= capWink
	}
	reply := append([]byte(nil), m.Payload...) // the host's nonce
	reply = binary.BigEndian.AppendUint32(reply, channel)
	reply = append(reply, 2) // the protocol's version
	reply = append(reply, s.cfg.Version[:]...)
	reply = append(reply, capabilities)
	return s.send(Message{Channel: m.Channel, Command: Init, Payload: reply})
}

// start runs a command beside the loop, which goes on reading.
func (s *Server) start(ctx context.Context, m Message, run func(context.Context, func(Status)) ([]byte, error)) {
	ctx, cancel := context.WithCancel(ctx)
	s.running = &transaction{channel: m.Channel, command: m.Command, cancel: cancel, status: Processing}
	go func() {
		payload, err := run(ctx, func(st Status) {
			select {
			case s.status <- st:
			case <-ctx.Done():
			}
		})
		s.done <- result{payload: payload, err: err}
	}()
}

// abort ends the command under way without an answer.
func (s *Server) abort() {
	if s.running == nil {
		return
	}
	s.running.cancel()
	for {
		select {
		case <-s.status:
			continue
		case <-s.done:
		}
		break
	}
	s.running = nil
}

func (s *Server) finish(r result) error {
	t := s.running
	t.cancel()
	s.running = nil
	if r.err != nil || len(r.payload) > MaxPayload {
		return s.fail(t.channel, Other)
	}
	return s.send(Message{Channel: t.channel, Command: t.command, Payload: r.payload})
}

// keepalive tells a waiting host that the key is alive, unless the host has not
// read what it was told last: it may be gone, and the queue is not endless.
func (s *Server) keepalive() error {
	if s.running == nil || s.running.command != CBOR {
		return nil
	}
	if s.cfg.Queue != nil {
		pending, err := s.cfg.Queue.Pending()
		if err != nil {
			return fmt.Errorf("ctaphid: looking at the queue: %w", err)
		}
		if pending {
			return nil
		}
	}
	return s.send(Message{Channel: s.running.channel, Command: Keepalive, Payload: []byte{byte(s.running.status)}})
}

func (s *Server) fail(channel uint32, code ErrorCode) error {
	return s.send(Message{Channel: channel, Command: Error, Payload: []byte{byte(code)}})
}

func (s *Server) send(m Message) error {
	reports, err := m.Reports()
	if err != nil {
		return err
	}
	if _, err := s.rw.Write(reports); err != nil {
		return fmt.Errorf("ctaphid: writing: %w", err)
	}
	return nil
}
