package ctaphid

import (
	"bytes"
	"errors"
	"testing"
)

// feed feeds reports to a new assembler and returns their only message.
func feed(t testing.TB, reports []byte) *Message {
	t.Helper()
	var a Assembler
	for len(reports) > 0 {
		m, fault := a.Feed(reports[:ReportSize])
		if fault != nil {
			t.Fatal(fault)
		}
		reports = reports[ReportSize:]
		if m != nil {
			if len(reports) > 0 {
				t.Fatalf("%d bytes too many", len(reports))
			}
			return m
		}
	}
	t.Fatal("the message is not complete")
	return nil
}

func TestSplitAndAssemble(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		size, reports int
	}{
		{0, 1},
		{1, 1},
		{initRoom, 1},
		{initRoom + 1, 2},
		{initRoom + contRoom, 2},
		{initRoom + contRoom + 1, 3},
		{MaxPayload, 129},
	} {
		want := Message{Channel: 0x01020304, Command: Ping, Payload: bytes.Repeat([]byte{0xa5}, tt.size)}
		reports, err := want.Reports()
		if err != nil {
			t.Fatal(err)
		}
		if len(reports) != tt.reports*ReportSize {
			t.Errorf("%d bytes take %d reports, want %d", tt.size, len(reports)/ReportSize, tt.reports)
		}
		got := feed(t, reports)
		if got.Channel != want.Channel || got.Command != want.Command || !bytes.Equal(got.Payload, want.Payload) {
			t.Errorf("%d bytes differ after splitting and assembling", tt.size)
		}
	}
}

func TestTooLong(t *testing.T) {
	t.Parallel()
	if _, err := (Message{Payload: make([]byte, MaxPayload+1)}).Reports(); !errors.Is(err, ErrTooLong) {
		t.Errorf("err = %v, want %v", err, ErrTooLong)
	}
}

// first and next return the reports of a message.
func first(channel byte, command byte, length byte) []byte {
	r := make([]byte, ReportSize)
	r[3], r[4], r[6] = channel, command|initBit, length
	return r
}

func next(channel byte, seq byte) []byte {
	r := make([]byte, ReportSize)
	r[3], r[4] = channel, seq
	return r
}

func TestFaults(t *testing.T) {
	t.Parallel()
	long := first(1, Ping, 0)
	long[5], long[6] = 0xff, 0xff
	for _, tt := range []struct {
		name    string
		reports [][]byte
		want    ErrorCode // 0: none
	}{
		{"continuation without a message", [][]byte{next(1, 0)}, 0},
		{"continuation of another channel", [][]byte{first(1, Ping, 60), next(2, 0)}, 0},
		{"wrong sequence number", [][]byte{first(1, Ping, 60), next(1, 1)}, InvalidSeq},
		{"a message inside a message", [][]byte{first(1, Ping, 60), first(1, Ping, 60)}, InvalidSeq},
		{"another channel's message", [][]byte{first(1, Ping, 60), first(2, Ping, 1)}, ChannelBusy},
		{"INIT inside a message", [][]byte{first(1, Ping, 60), first(1, Init, 8)}, 0},
		{"too long", [][]byte{long}, InvalidLength},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var a Assembler
			var got ErrorCode
			for _, r := range tt.reports {
				if _, fault := a.Feed(r); fault != nil {
					got = fault.Code
				}
			}
			if got != tt.want {
				t.Errorf("fault %#02x, want %#02x", got, tt.want)
			}
		})
	}
}
