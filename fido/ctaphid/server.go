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

// A Status is the state of a running command (CTAP section 11.2.9.1.7).
type Status byte

// The statuses of a keepalive.
const (
	Processing    Status = 1
	UserPresence  Status = 2 // waiting for a touch
	keepaliveTick        = 100 * time.Millisecond
	messageLimit         = 500 * time.Millisecond // between two packets of a message
	longestLock          = 10                     // seconds (CTAP section 11.2.9.2.2)
)

// A Backend is an authenticator. CBOR runs one CTAP2 command. It returns promptly after
// ctx ends, and may call status until it returns.
type Backend interface {
	CBOR(ctx context.Context, request []byte, status func(Status)) ([]byte, error)
}

// A U2FBackend also runs CTAP1 commands, which are APDUs (CTAP section 8.1.1).
type U2FBackend interface {
	Backend
	Msg(ctx context.Context, apdu []byte) ([]byte, error)
}

// A Queue is the buffer between the server's writes and the host's reads.
type Queue interface {
	// Flush discards what the host has not read.
	Flush() error
	// Pending reports whether there is data that the host has not read.
	Pending() (bool, error)
}

// The capability flags of INIT (CTAP section 11.2.9.1.3).
const (
	capWink = 0x01
	capCBOR = 0x04
	capNMsg = 0x08
)

// Config configures a Server.
type Config struct {
	Backend Backend
	NoCBOR  bool    // the key supports U2F only; Backend must be a U2FBackend
	Queue   Queue   // nil if writes are not buffered
	Wink    func()  // called when the host asks the key to identify itself; may be nil
	Version [3]byte // of the device: major, minor, build
}

// A Server is the authenticator's side of one CTAPHID connection.
type Server struct {
	cfg     Config
	rw      io.ReadWriter
	asm     Assembler
	last    uint32 // the last assigned channel
	running *transaction
	lock    lock
	done    chan result
	status  chan Status
}

// A lock reserves the key for a channel (CTAP section 11.2.9.2.2).
type lock struct {
	channel uint32
	until   time.Time
}

func (l lock) against(channel uint32) bool {
	return channel != l.channel && time.Now().Before(l.until)
}

// NewServer checks cfg and returns a server for one stream of reports.
func NewServer(rw io.ReadWriter, cfg Config) (*Server, error) {
	if rw == nil || cfg.Backend == nil {
		return nil, errors.New("ctaphid: a stream and Config.Backend are needed")
	}
	if _, ok := cfg.Backend.(U2FBackend); cfg.NoCBOR && !ok {
		return nil, errors.New("ctaphid: a key without CBOR needs U2F")
	}
	return &Server{cfg: cfg, rw: rw, done: make(chan result), status: make(chan Status)}, nil
}

// Serve answers the host until the stream is closed, which is not an error. It then ends
// a running command and waits for the authenticator to return.
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
	for range reports { // ends when the stream is closed
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
			if err = s.receive(ctx, report); s.own(report) { // other channels do not extend its time limit
				late.Reset(messageLimit)
			}
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

// tooLate discards a message whose packets stopped.
func (s *Server) tooLate() error {
	channel, ok := s.asm.Pending()
	if !ok {
		return nil
	}
	s.asm.Reset()
	return s.fail(channel, MessageTimeout)
}

// own reports whether a report belongs to the incomplete message.
func (s *Server) own(report []byte) bool {
	channel, pending := s.asm.Pending()
	return pending && channel == binary.BigEndian.Uint32(report)
}

func (s *Server) known(channel uint32) bool { return channel != 0 && channel <= s.last }

func (s *Server) receive(ctx context.Context, report []byte) error {
	if code, no := s.reject(report); no {
		if report[4]&initBit == 0 || report[4] == Cancel|initBit {
			return nil // it belongs to a rejected message; a cancel is never answered
		}
		return s.fail(binary.BigEndian.Uint32(report), code)
	}
	m, fault := s.asm.Feed(report)
	switch {
	case fault != nil:
		return s.fail(fault.Channel, fault.Code)
	case m == nil:
		return nil
	case m.Command == Init:
		return s.init(*m)
	case m.Command == Cancel:
		if s.running != nil {
			s.running.cancel() // the command answers with "cancelled"
		}
		return nil
	case s.running != nil:
		return s.fail(m.Channel, ChannelBusy)
	}
	return s.dispatch(ctx, *m)
}

// reject refuses packets of channels that were not assigned, and of other channels while
// one uses the key (CTAP section 11.2.5). The broadcast channel accepts only INIT. That
// ends a running command of another channel, which CTAP does not require: the stream
// does not show that a host has died, and its pending touch would block the next host.
func (s *Server) reject(report []byte) (ErrorCode, bool) {
	channel := binary.BigEndian.Uint32(report)
	asks := channel == Broadcast && report[4] == Init|initBit
	switch {
	case !s.known(channel) && !asks:
		return InvalidChannel, true
	case s.lock.against(channel), s.running != nil && s.running.channel != channel && !asks:
		return ChannelBusy, true
	}
	return 0, false
}

func (s *Server) dispatch(ctx context.Context, m Message) error {
	switch m.Command {
	case Ping:
		return s.send(m)
	case Wink:
		switch {
		case s.cfg.Wink == nil:
			return s.fail(m.Channel, InvalidCommand)
		case len(m.Payload) != 0:
			return s.fail(m.Channel, InvalidLength)
		}
		s.cfg.Wink()
		return s.send(Message{Channel: m.Channel, Command: Wink})
	case Lock:
		return s.takeLock(m)
	case CBOR:
		if s.cfg.NoCBOR {
			return s.fail(m.Channel, InvalidCommand)
		}
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

// takeLock reserves the key for one channel for up to ten seconds, or releases it.
func (s *Server) takeLock(m Message) error {
	switch {
	case len(m.Payload) != 1:
		return s.fail(m.Channel, InvalidLength)
	case m.Payload[0] > longestLock:
		return s.fail(m.Channel, InvalidParam)
	}
	s.lock = lock{channel: m.Channel, until: time.Now().Add(time.Duration(m.Payload[0]) * time.Second)}
	return s.send(Message{Channel: m.Channel, Command: Lock})
}

// init answers INIT: on the broadcast channel with a new channel, otherwise with the same
// channel. It ends a running command and discards unread output: an earlier host may
// have died while it waited for a touch.
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
		if s.last++; s.last == Broadcast {
			s.last = 1 // channel numbers wrap around after four billion hosts
		}
		channel = s.last
	}
	var capabilities byte
	if !s.cfg.NoCBOR {
		capabilities |= capCBOR
	}
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
