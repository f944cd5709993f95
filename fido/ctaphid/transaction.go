package ctaphid

import (
	"context"
	"fmt"
)

// A transaction is a running command.
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

// start runs a command in a goroutine, so that the loop continues to read.
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

// abort ends the running command without an answer.
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

// keepalive sends a keepalive unless the last one is still unread: the host may have
// died, and the queue is limited.
func (s *Server) keepalive() error {
	if s.running == nil || s.running.command != CBOR {
		return nil
	}
	if s.cfg.Queue != nil {
		pending, err := s.cfg.Queue.Pending()
		if err != nil {
			return fmt.Errorf("ctaphid: reading the queue's state: %w", err)
		}
		if pending {
			return nil
		}
	}
	return s.send(Message{Channel: s.running.channel, Command: Keepalive, Payload: []byte{byte(s.running.status)}})
}
