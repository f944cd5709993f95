package ctaphid

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A backend is an authenticator as a function.
type backend func(ctx context.Context, request []byte, status func(Status)) ([]byte, error)

func (b backend) CBOR(ctx context.Context, request []byte, status func(Status)) ([]byte, error) {
	return b(ctx, request, status)
}

func echo(_ context.Context, request []byte, _ func(Status)) ([]byte, error) { return request, nil }

// patient waits until it is cancelled, as for a touch, and answers "cancelled".
func patient(ctx context.Context, _ []byte, status func(Status)) ([]byte, error) {
	status(UserPresence)
	<-ctx.Done()
	return []byte{0x2d}, nil
}

type u2f struct{ backend }

func (u2f) Msg(_ context.Context, apdu []byte) ([]byte, error) { return append(apdu, 0x90, 0x00), nil }

// A host is the other side of a server under test. It always reads, like the queue of a
// pseudo-terminal.
type host struct {
	t    *testing.T
	conn net.Conn
	read chan Message
}

// serve starts a server and returns its host. Both end with the test.
func serve(t *testing.T, cfg Config) *host {
	t.Helper()
	ours, theirs := net.Pipe()
	server, err := NewServer(theirs, cfg)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(context.Background()) }()
	h := &host{t: t, conn: ours, read: make(chan Message, 256)}
	go h.reading()
	t.Cleanup(func() {
		_ = ours.Close()
		for range h.read {
		}
		if err := <-done; err != nil {
			t.Errorf("Serve = %v", err)
		}
	})
	return h
}

func (h *host) reading() {
	defer close(h.read)
	var a Assembler
	report := make([]byte, ReportSize)
	for {
		if _, err := io.ReadFull(h.conn, report); err != nil {
			return
		}
		m, fault := a.Feed(report)
		if fault != nil {
			h.t.Error(fault)
		}
		if m != nil {
			h.read <- *m
		}
	}
}

func (h *host) write(b []byte) {
	h.t.Helper()
	if _, err := h.conn.Write(b); err != nil {
		h.t.Fatal(err)
	}
}

func (h *host) send(channel uint32, command byte, payload []byte) {
	h.t.Helper()
	reports, err := Message{Channel: channel, Command: command, Payload: payload}.Reports()
	if err != nil {
		h.t.Fatal(err)
	}
	for r := range slices.Chunk(reports, ReportSize) {
		h.write(append([]byte{0}, r...))
	}
}

// any receives the next message, including keepalives.
func (h *host) any() Message {
	h.t.Helper()
	m, ok := <-h.read
	if !ok {
		h.t.Fatal("the server ended")
	}
	return m
}

// receive receives the next message that is not a keepalive.
func (h *host) receive() Message {
	h.t.Helper()
	for {
		if m := h.any(); m.Command != Keepalive {
			return m
		}
	}
}

func (h *host) want(channel uint32, command byte, payload []byte) {
	h.t.Helper()
	m := h.receive()
	if m.Channel != channel || m.Command != command || !bytes.Equal(m.Payload, payload) {
		h.t.Fatalf("got %+v, want %08x %02x %x", m, channel, command, payload)
	}
}

var nonce = []byte("12345678")

// channel requests a channel.
func (h *host) channel() uint32 {
	h.t.Helper()
	h.send(Broadcast, Init, nonce)
	m := h.receive()
	if m.Channel != Broadcast || m.Command != Init || len(m.Payload) != 17 || !bytes.Equal(m.Payload[:8], nonce) {
		h.t.Fatalf("INIT answered with %+v", m)
	}
	return binary.BigEndian.Uint32(m.Payload[8:])
}

func TestInit(t *testing.T) {
	t.Parallel()
	h := serve(t, Config{Backend: backend(echo), Wink: func() {}, Version: [3]byte{3, 4, 5}})
	one, two := h.channel(), h.channel()
	if one == two || one == 0 || two == Broadcast {
		t.Errorf("channels %08x and %08x", one, two)
	}
	h.send(one, Init, nonce)
	h.want(one, Init, slices.Concat(nonce, binary.BigEndian.AppendUint32(nil, one), []byte{2, 3, 4, 5, capWink | capCBOR | capNMsg}))
	h.send(one, Init, nonce[:7])
	h.want(one, Error, []byte{byte(InvalidLength)})
}

func TestCommands(t *testing.T) {
	t.Parallel()
	winks := 0
	h := serve(t, Config{Backend: u2f{echo}, Wink: func() { winks++ }})
	c := h.channel()
	for _, size := range []int{0, 1, 57, 58, 1000, MaxPayload} {
		h.send(c, Ping, bytes.Repeat([]byte{7}, size))
		h.want(c, Ping, bytes.Repeat([]byte{7}, size))
	}
	h.send(c, CBOR, []byte{4})
	h.want(c, CBOR, []byte{4})
	h.send(c, Msg, []byte{1, 2})
	h.want(c, Msg, []byte{1, 2, 0x90, 0x00})
	h.send(c, Wink, nil)
	h.want(c, Wink, nil)
	if winks != 1 {
		t.Errorf("winked %d times", winks)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	h := serve(t, Config{Backend: backend(echo)})
	c := h.channel()
	for _, tt := range []struct {
		name    string
		channel uint32
		command byte
		want    ErrorCode
	}{
		{"unknown command", c, 0x22, InvalidCommand},
		{"lock for eleven seconds", c, Lock, InvalidParam},
		{"keepalive", c, Keepalive, InvalidCommand},
		{"error", c, Error, InvalidCommand},
		{"U2F of a key without", c, Msg, InvalidCommand},
		{"wink, unsupported", c, Wink, InvalidCommand},
		{"channel that was not assigned", c + 1, CBOR, InvalidChannel},
		{"channel zero", 0, CBOR, InvalidChannel},
		{"CBOR on the broadcast channel", Broadcast, CBOR, InvalidChannel},
	} {
		h.send(tt.channel, tt.command, []byte{11})
		m := h.receive()
		if m.Channel != tt.channel || m.Command != Error || !bytes.Equal(m.Payload, []byte{byte(tt.want)}) {
			t.Errorf("%s: got %+v, want error %#02x", tt.name, m, tt.want)
		}
	}
}

func TestBackendFailure(t *testing.T) {
	t.Parallel()
	h := serve(t, Config{Backend: backend(func(context.Context, []byte, func(Status)) ([]byte, error) {
		return nil, io.ErrUnexpectedEOF
	})})
	c := h.channel()
	h.send(c, CBOR, []byte{1})
	h.want(c, Error, []byte{byte(Other)})
}

func TestCancel(t *testing.T) {
	t.Parallel()
	h := serve(t, Config{Backend: backend(patient)})
	c, other := h.channel(), h.channel()
	h.send(c, Cancel, nil) // without a command: not answered
	h.send(c, CBOR, []byte{1})
	if m := h.any(); m.Command != Keepalive || !bytes.Equal(m.Payload, []byte{byte(UserPresence)}) {
		t.Errorf("got %+v, want a keepalive at once", m)
	}
	h.send(other, Cancel, nil) // another channel's cancel is ignored
	h.send(other, CBOR, []byte{1})
	h.want(other, Error, []byte{byte(ChannelBusy)})
	h.send(c, Cancel, nil)
	h.want(c, CBOR, []byte{0x2d})
}

// A queue records flushes and returns a given Pending.
type queue struct {
	flushed int
	pending atomic.Bool
}

func (q *queue) Flush() error           { q.flushed++; return nil }
func (q *queue) Pending() (bool, error) { return q.pending.Load(), nil }

// A program that died while it waited for a touch does not block the next one.
func TestBroadcastInitAborts(t *testing.T) {
	t.Parallel()
	q := &queue{}
	h := serve(t, Config{Backend: backend(patient), Queue: q})
	c := h.channel()
	h.send(c, CBOR, []byte{1})
	before := q.flushed
	next := h.channel() // an answer of the aborted command would come first
	if q.flushed != before+1 {
		t.Errorf("flushed %d times, want once", q.flushed-before)
	}
	h.send(next, CBOR, []byte{1})
	h.send(next, Cancel, nil)
	h.want(next, CBOR, []byte{0x2d})
}

func TestKeepalives(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := serve(t, Config{Backend: backend(func(ctx context.Context, _ []byte, status func(Status)) ([]byte, error) {
			<-time.After(250 * time.Millisecond)
			status(UserPresence)
			<-time.After(200 * time.Millisecond)
			return []byte{0}, nil
		})})
		c := h.channel()
		h.send(c, CBOR, []byte{1})
		var seen []Status
		for {
			m := h.any()
			if m.Command == CBOR {
				break
			}
			seen = append(seen, Status(m.Payload[0]))
		}
		if len(seen) < 4 || seen[0] != Processing || seen[len(seen)-1] != UserPresence {
			t.Errorf("keepalives %v", seen)
		}
	})
}

// No keepalive is sent while the last one is unread.
func TestKeepalivesWaitForTheHost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := &queue{}
		q.pending.Store(true)
		h := serve(t, Config{Queue: q, Backend: backend(func(context.Context, []byte, func(Status)) ([]byte, error) {
			<-time.After(time.Second)
			return []byte{0}, nil
		})})
		c := h.channel()
		h.send(c, CBOR, []byte{1})
		if m := h.any(); m.Command != CBOR {
			t.Errorf("got %+v although the host had not read", m)
		}
	})
}

func TestMessageThatStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := serve(t, Config{Backend: backend(echo)})
		c := h.channel()
		h.write(append([]byte{0}, first(byte(c), CBOR, 60)...))
		h.want(c, Error, []byte{byte(MessageTimeout)})
		h.send(c, Ping, []byte{1})
		h.want(c, Ping, []byte{1})
	})
}

// After a program that is not a FIDO host wrote to the key, the next host's reports are
// read correctly.
func TestResynchronizes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := serve(t, Config{Backend: backend(echo)})
		h.write([]byte("hello\n"))
		synctest.Wait()
		<-time.After(resyncAfter + time.Millisecond)
		h.channel()
	})
}
