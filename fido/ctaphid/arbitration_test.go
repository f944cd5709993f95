package ctaphid

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// on sets a report's channel. first and next only support small numbers.
func on(channel uint32, report []byte) []byte {
	binary.BigEndian.PutUint32(report, channel)
	return report
}

func record(reports ...[]byte) []byte {
	var out []byte
	for _, r := range reports {
		out = append(append(out, 0), r...)
	}
	return out
}

// CTAP section 11.2.5.1: while one channel uses the key, the others get "busy" at their
// first packet, and their further packets do not disturb it.
func TestOtherChannelsAreBusy(t *testing.T) {
	t.Parallel()
	h := serve(t, Config{Backend: backend(patient)})
	c, other := h.channel(), h.channel()
	h.send(c, CBOR, []byte{1})
	h.write(record(on(other, first(0, CBOR, 100))))
	h.want(other, Error, []byte{byte(ChannelBusy)})
	h.write(record(on(other, next(0, 0))))
	h.send(other, Init, nonce)
	h.want(other, Error, []byte{byte(ChannelBusy)})
	h.send(c, Ping, []byte{1}) // a second command on the same channel
	h.want(c, Error, []byte{byte(ChannelBusy)})
	h.write(record(on(other, first(0, CBOR, 100))))
	h.send(c, Cancel, nil) // still works
	h.want(other, Error, []byte{byte(ChannelBusy)})
	h.want(c, CBOR, []byte{0x2d})
	h.send(other, Init, nonce)
	if m := h.receive(); m.Channel != other || m.Command != Init {
		t.Errorf("afterwards: %+v", m)
	}
}

// CTAP section 11.2.5.3: INIT ends its channel's running command or incomplete message,
// without an answer to it.
func TestInitSynchronizes(t *testing.T) {
	t.Parallel()
	h := serve(t, Config{Backend: backend(patient)})
	c := h.channel()
	for _, half := range [][]byte{first(byte(c), CBOR, 1), first(byte(c), CBOR, 100)} {
		h.write(record(half))
		h.send(c, Init, nonce)
		m := h.receive()
		if m.Channel != c || m.Command != Init || binary.BigEndian.Uint32(m.Payload[8:]) != c {
			t.Errorf("got %+v", m)
		}
		h.send(c, Ping, []byte{7})
		h.want(c, Ping, []byte{7})
	}
	// Only INIT on the broadcast channel ends another channel's incomplete message.
	other := h.channel()
	h.write(record(on(other, first(0, CBOR, 100))))
	h.send(c, Init, nonce)
	h.want(c, Error, []byte{byte(ChannelBusy)})
	third := h.channel()
	h.send(third, Ping, []byte{7})
	h.want(third, Ping, []byte{7})
}

// CTAP section 11.2.9.2.2: a lock blocks all other channels until it is released or
// expires.
func TestLock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := serve(t, Config{Backend: backend(echo)})
		c, other := h.channel(), h.channel()
		lock := func(seconds byte) {
			t.Helper()
			h.send(c, Lock, []byte{seconds})
			h.want(c, Lock, nil)
		}
		busy := func(want bool) {
			t.Helper()
			h.send(other, Ping, []byte{1})
			m := h.receive()
			if is := m.Command == Error && bytes.Equal(m.Payload, []byte{byte(ChannelBusy)}); is != want {
				t.Errorf("got %+v", m)
			}
		}
		lock(10)
		busy(true)
		h.send(Broadcast, Init, nonce)
		h.want(Broadcast, Error, []byte{byte(ChannelBusy)})
		h.send(c, CBOR, []byte{4})
		h.want(c, CBOR, []byte{4})
		<-time.After(9 * time.Second)
		busy(true)
		<-time.After(2 * time.Second)
		busy(false)
		lock(10)
		busy(true)
		lock(0)
		busy(false)
		h.send(c, Lock, []byte{1, 2})
		h.want(c, Error, []byte{byte(InvalidLength)})
	})
}

// CTAP section 11.2.5.2: an incomplete message times out, even if other channels send
// packets meanwhile.
func TestOtherChannelsDoNotExtendTheTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := serve(t, Config{Backend: backend(echo)})
		c, other := h.channel(), h.channel()
		h.write(record(first(byte(c), CBOR, 100)))
		begun := time.Now()
		for range 10 {
			<-time.After(messageLimit / 4)
			h.send(other, Ping, nil)
			if m := h.receive(); m.Channel == c {
				h.want(other, Ping, nil)
				break
			}
		}
		if time.Since(begun) > messageLimit*3/2 {
			t.Errorf("it timed out after %v", time.Since(begun))
		}
		h.write(record(next(byte(c), 0))) // too late: there is no message
		h.send(c, Ping, []byte{7})
		h.want(c, Ping, []byte{7})
	})
}

func TestWinkHasNoPayload(t *testing.T) {
	t.Parallel()
	h := serve(t, Config{Backend: backend(echo), Wink: func() { t.Error("it winked") }})
	c := h.channel()
	h.send(c, Wink, []byte{1})
	h.want(c, Error, []byte{byte(InvalidLength)})
}

// A U2F key reports that it has no CBOR, and refuses it.
func TestWithoutCBOR(t *testing.T) {
	t.Parallel()
	if _, err := NewServer(stream{}, Config{Backend: backend(echo), NoCBOR: true}); err == nil {
		t.Error("NewServer accepts a key without CBOR and U2F")
	}
	h := serve(t, Config{Backend: u2f{echo}, NoCBOR: true})
	c := h.channel()
	h.send(c, Init, nonce)
	h.want(c, Init, slices.Concat(nonce, binary.BigEndian.AppendUint32(nil, c), []byte{2, 0, 0, 0, 0}))
	h.send(c, CBOR, []byte{4})
	h.want(c, Error, []byte{byte(InvalidCommand)})
	h.send(c, Msg, []byte{1})
	h.want(c, Msg, []byte{1, 0x90, 0x00})
}
