package ctaphid

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"testing"
)

// conversations returns input of hosts: INIT, PING, MSG, CBOR, WINK, CANCEL and LOCK (CTAP
// sections 11.2.9.1 and 11.2.9.2), and violations of the protocol.
func conversations(t testing.TB) [][]byte {
	t.Helper()
	ask := on(Broadcast, first(0, Init, 8))
	copy(ask[initHeader:], "12345678")
	message := func(channel uint32, command byte, payload []byte) []byte {
		reports, err := Message{Channel: channel, Command: command, Payload: payload}.Reports()
		if err != nil {
			t.Fatal(err)
		}
		var out []byte
		for r := range slices.Chunk(reports, ReportSize) {
			out = append(out, record(r)...)
		}
		return out
	}
	version := []byte{0, 3, 0, 0, 0, 0, 0} // U2F_VERSION
	long := first(1, Ping, 0)
	long[5], long[6] = 0xff, 0xff
	said := [][]byte{
		message(1, Ping, bytes.Repeat([]byte{7}, 200)),
		message(1, Ping, make([]byte, MaxPayload)),
		message(1, Msg, version),
		message(1, CBOR, []byte{4}),
		slices.Concat(message(1, CBOR, []byte{0xb}), message(1, Cancel, nil)),
		slices.Concat(message(1, CBOR, []byte{0xb}), message(1, Init, []byte("12345678"))),
		slices.Concat(message(1, CBOR, []byte{0xb}), message(2, CBOR, []byte{4}), message(1, Cancel, nil)),
		message(1, Wink, nil),
		slices.Concat(message(1, Lock, []byte{10}), message(2, Ping, nil), message(1, Lock, []byte{0})),
		record(first(1, CBOR, 60), next(1, 0)),
		record(first(1, CBOR, 60), next(1, 1)),
		record(first(1, CBOR, 200), on(2, first(0, Cancel, 0))),
		record(first(1, CBOR, 60), ask),
		record(long),
		record(next(1, 0)),
		[]byte("hello\n"),
		bytes.Repeat([]byte{0xff}, RecordSize),
	}
	for i := range said { // assign two channels first
		said[i] = slices.Concat(record(ask, ask), said[i])
	}
	return said
}

// FuzzAssembler checks that no reports crash the assembler, and that splitting and
// assembling a message gives the message again.
func FuzzAssembler(f *testing.F) {
	for _, c := range conversations(f) {
		var reports []byte
		for r := range slices.Chunk(c, RecordSize) {
			reports = append(reports, r[1:]...)
		}
		f.Add(reports)
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		var a Assembler
		for ; len(stream) >= ReportSize; stream = stream[ReportSize:] {
			m, fault := a.Feed(stream[:ReportSize])
			if fault != nil && (m != nil || fault.Channel != binary.BigEndian.Uint32(stream)) {
				t.Fatalf("fault %+v with message %+v", fault, m)
			}
			if m == nil {
				continue
			}
			if _, pending := a.Pending(); pending || len(m.Payload) > MaxPayload || m.Command&initBit != 0 {
				t.Fatalf("message %+v; another one is pending: %v", m, pending)
			}
			reports, err := m.Reports()
			if err != nil {
				t.Fatal(err)
			}
			if again := feed(t, reports); !bytes.Equal(again.Payload, m.Payload) || again.Channel != m.Channel || again.Command != m.Command {
				t.Fatalf("%+v comes back as %+v", m, again)
			}
		}
	})
}

// A stream has the input of a host and records the answers.
type stream struct {
	io.Reader
	answered *bytes.Buffer
}

func (s stream) Write(p []byte) (int, error) { return s.answered.Write(p) }

// FuzzServer checks that no input crashes or blocks the server, and that its answers are
// complete messages, on channels that sent something, with valid commands and payloads.
func FuzzServer(f *testing.F) {
	for _, c := range conversations(f) {
		f.Add(c)
	}
	f.Fuzz(func(t *testing.T, written []byte) {
		s := stream{bytes.NewReader(written), &bytes.Buffer{}}
		server, err := NewServer(s, Config{Backend: u2f{backend(patient)}, Wink: func() {}})
		if err != nil {
			t.Fatal(err)
		}
		if err := server.Serve(t.Context()); err != nil {
			t.Fatalf("Serve = %v", err)
		}
		spoke := make(map[uint32]bool)
		for r := range slices.Chunk(written, RecordSize) {
			if len(r) == RecordSize {
				spoke[binary.BigEndian.Uint32(r[1:])] = true
			}
		}
		checkAnswers(t, s.answered.Bytes(), spoke)
	})
}

func checkAnswers(t *testing.T, answered []byte, spoke map[uint32]bool) {
	t.Helper()
	if len(answered)%ReportSize != 0 {
		t.Fatalf("answered %d bytes", len(answered))
	}
	var a Assembler
	for report := range slices.Chunk(answered, ReportSize) {
		m, fault := a.Feed(report)
		switch {
		case fault != nil:
			t.Fatal(fault)
		case m == nil:
			continue
		case !spoke[m.Channel]:
			t.Errorf("answer on channel %08x, which sent nothing", m.Channel)
		}
		length := len(m.Payload)
		switch m.Command {
		case Error, Keepalive:
			if length != 1 {
				t.Errorf("%+v", m)
			}
		case Init:
			if length != 17 {
				t.Errorf("%+v", m)
			}
		case Lock, Wink:
			if length != 0 {
				t.Errorf("%+v", m)
			}
		case Ping, Msg, CBOR:
		default:
			t.Errorf("answered with command %#02x", m.Command)
		}
	}
	if _, pending := a.Pending(); pending {
		t.Error("the last answer is incomplete")
	}
}
