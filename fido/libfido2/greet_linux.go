//go:build cgo && !nofido

package libfido2

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
)

// Time limits of INIT. Keys answer within milliseconds. A key that was just
// plugged in may still be starting, so INIT is repeated.
const (
	greetFor   = 2 * time.Second
	greetAgain = 500 * time.Millisecond
	greetPoll  = 50 * time.Millisecond
)

// The sizes of INIT's payloads (CTAP section 11.2.9.1.3).
const (
	nonceSize = 8
	initSize  = nonceSize + 9
)

// greet requests a channel from the key before libfido2 does, and does not use
// it. This separates keys that do not answer at all, keys that are busy, and
// keys that fail later. libfido2 reports them all alike.
func (w watch) greet(ctx context.Context) error {
	if w.fd < 0 {
		return nil
	}
	nonce := make([]byte, nonceSize)
	_, _ = rand.Read(nonce) // never fails, as documented
	request, err := ctaphid.Message{Channel: ctaphid.Broadcast, Command: ctaphid.Init, Payload: nonce}.Reports()
	if err != nil {
		return err
	}
	request = append([]byte{0}, request...) // the report ID
	begun := time.Now()
	var busy bool
	for again := begun; ; {
		now := time.Now()
		switch {
		case fido.ContextError(ctx) != nil:
			return fido.ContextError(ctx)
		case w.gone():
			return fido.ErrRemoved
		case now.Sub(begun) > greetFor && busy:
			return fido.ErrBusy
		case now.Sub(begun) > greetFor:
			return &fido.SilentError{Phase: fido.PhaseInit}
		case !now.Before(again):
			again = now.Add(greetAgain)
			if _, err := unix.Write(w.fd, request); err != nil && !errors.Is(err, unix.EAGAIN) {
				return status(-1) // libfido2's FIDO_ERR_TX
			}
		}
		switch answer := w.report(); {
		case greets(answer, nonce):
			return nil
		case isBusy(answer):
			busy = true
		}
	}
}

// report waits up to greetPoll for a report and returns it, or nil.
func (w watch) report() []byte {
	fds := []unix.PollFd{{Fd: int32(w.fd), Events: unix.POLLIN}}
	if n, err := unix.Poll(fds, int(greetPoll.Milliseconds())); err != nil || n == 0 || fds[0].Revents&unix.POLLIN == 0 {
		return nil
	}
	report := make([]byte, ctaphid.ReportSize)
	n, err := unix.Read(w.fd, report)
	if err != nil || n != len(report) {
		return nil
	}
	return report
}

// greets reports whether a report is the answer to INIT with this nonce. A HID
// device sends every program the answers to all programs.
func greets(report, nonce []byte) bool {
	payload, ok := onBroadcast(report, ctaphid.Init)
	return ok && len(payload) >= initSize && bytes.Equal(payload[:nonceSize], nonce)
}

func isBusy(report []byte) bool {
	payload, ok := onBroadcast(report, ctaphid.Error)
	return ok && len(payload) > 0 && payload[0] == byte(ctaphid.ChannelBusy)
}

// onBroadcast returns the payload of a message of one packet on the broadcast channel
// (CTAP section 11.2.4).
func onBroadcast(report []byte, command byte) ([]byte, bool) {
	const header, initBit = 7, 0x80
	if len(report) < header || binary.BigEndian.Uint32(report) != ctaphid.Broadcast || report[4] != command|initBit {
		return nil, false
	}
	n := int(binary.BigEndian.Uint16(report[5:]))
	if n > len(report)-header {
		return nil, false
	}
	return report[header : header+n], true
}
