// Package nfc uses a security key on an NFC or smart card reader: it sends CTAP2 and
// U2F messages in ISO 7816-4 APDUs (CTAP section 11.3). Combined with fido/ctaphid and
// fido/pty it makes such a key usable with libfido2, which supports USB keys only.
//
// The card's side is fido/nfc/applet.
package nfc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"nightlatch/fido"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/nfc/apdu"
)

// AID is FIDO's application identifier (CTAP section 11.3.3).
var AID = [8]byte{0xa0, 0x00, 0x00, 0x06, 0x47, 0x2f, 0x00, 0x01}

// The version strings in a card's answer to selecting the FIDO application.
const (
	VersionFIDO2 = "FIDO_2_0" // CTAP2 only
	VersionU2F   = "U2F_V2"   // U2F, and possibly CTAP2
)

// The instructions (CTAP section 11.3.5 to 11.3.7, ISO/IEC 7816-4 section 11).
const (
	ClassISO  byte = 0x00
	ClassCTAP byte = 0x80

	Select      byte = 0xa4
	GetResponse byte = 0xc0 // the next part of an answer
	Message     byte = 0x10 // NFCCTAP_MSG: a CTAP2 command
	Progress    byte = 0x11 // NFCCTAP_GETRESPONSE: the state of the command
	Control     byte = 0x12 // NFCCTAP_CONTROL

	ByName     byte = 0x04 // P1 of Select: by application identifier
	CanPoll    byte = 0x80 // P1 of Message: the client supports Progress
	CancelThis byte = 0x11 // P1 of Progress: cancel the command
	EndOfCTAP  byte = 0x01 // P1 of Control: the client is done
)

// The interval of Progress commands, and their number after a cancel.
const (
	pollEvery    = 100 * time.Millisecond
	lastQuestion = 10
)

// A Card is a card on a reader. Transmit sends a command APDU and returns the response
// APDU with its status word. It blocks while the card works. If the card was removed,
// it returns fido.ErrCardPulled.
type Card interface {
	Transmit(command []byte) ([]byte, error)
	Close() error
}

// A StatusError is a status word that refuses a command.
type StatusError struct {
	INS    byte // the instruction of the command
	Status apdu.Status
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("nfc: the card answers %v to instruction %02x", e.Status, e.INS)
}

// ErrEndless reports an answer of unlimited length.
var ErrEndless = errors.New("nfc: the card's answer does not end")

// A Key is a security key on a reader. It runs one command at a time.
type Key struct {
	card  Card
	fido2 bool
	u2f   bool

	extended bool // the card does not support chains of short commands
	mute     bool // the card does not support Progress
	stuck    bool // a command may still be running
}

// Open selects the FIDO application of a card. It returns fido.ErrNotFIDOCard if there
// is none.
func Open(card Card) (*Key, error) {
	k := &Key{card: card}
	version, err := k.selectApplication()
	if err != nil {
		return nil, err
	}
	k.fido2 = bytes.HasPrefix(version, []byte("FIDO_2"))
	k.u2f = bytes.HasPrefix(version, []byte(VersionU2F))
	if !k.fido2 { // a key with both protocols reports U2F (CTAP section 11.3.3)
		if k.fido2, err = k.probe(); err != nil {
			return nil, err
		}
	}
	if !k.fido2 && !k.u2f {
		return nil, fmt.Errorf("nfc: %w: its FIDO application is %q", fido.ErrNotFIDOCard, version)
	}
	return k, nil
}

// Select selects the FIDO application again. It is needed after another program may have
// used the card.
func (k *Key) Select() error {
	_, err := k.selectApplication()
	return err
}

func (k *Key) selectApplication() (version []byte, err error) {
	r, err := k.exchange(apdu.Command{CLA: ClassISO, INS: Select, P1: ByName, Data: AID[:], Expect: apdu.ShortAnswer})
	switch {
	case err != nil:
		return nil, err
	case r.Status != apdu.OK:
		return nil, fmt.Errorf("nfc: %w: %w", fido.ErrNotFIDOCard, &StatusError{INS: Select, Status: r.Status})
	}
	k.stuck = false
	return r.Data, nil
}

// probe reports whether the key supports CTAP2. It sends authenticatorGetInfo.
func (k *Key) probe() (bool, error) {
	const getInfo = 0x04
	r, err := k.message([]byte{getInfo})
	if err != nil {
		return false, err
	}
	return r.Status == apdu.OK && len(r.Data) > 1 && r.Data[0] == 0, nil
}

// FIDO2 reports whether the key supports CTAP2.
func (k *Key) FIDO2() bool { return k.fido2 }

// Backend returns the key as a ctaphid.Backend, with U2F if the key supports it.
func (k *Key) Backend() ctaphid.Backend {
	if k.u2f {
		return k
	}
	return struct{ ctaphid.Backend }{k}
}

// The CTAP statuses that this package returns itself (CTAP section 8.2).
const (
	invalidCommand  = 0x01
	keepaliveCancel = 0x2d
)

// CBOR runs one CTAP2 command (CTAP section 11.3.7.1). While the key works, CBOR polls
// its progress and reports it to status.
func (k *Key) CBOR(ctx context.Context, request []byte, status func(ctaphid.Status)) ([]byte, error) {
	if !k.fido2 {
		return []byte{invalidCommand}, nil
	}
	if ctx.Err() != nil {
		return []byte{keepaliveCancel}, nil
	}
	if k.stuck {
		if err := k.Select(); err != nil {
			return nil, err
		}
	}
	r, err := k.message(request)
	if err == nil && r.Status == apdu.Waiting {
		r, err = k.await(ctx, r, status)
	}
	switch {
	case err != nil:
		return nil, err
	case r.Status == apdu.Waiting:
		k.stuck = true // selecting the application again ends it
		return []byte{keepaliveCancel}, nil
	case r.Status != apdu.OK:
		return nil, &StatusError{INS: Message, Status: r.Status}
	}
	return r.Data, nil
}

func (k *Key) message(request []byte) (apdu.Response, error) {
	c := apdu.Command{CLA: ClassCTAP, INS: Message, P1: CanPoll, Data: request, Expect: apdu.ShortAnswer}
	if k.mute {
		c.P1 = 0
	}
	r, err := k.exchange(c)
	if err == nil && r.Status == apdu.WrongParameters && !k.mute {
		k.mute = true // an early key, which supports only the form without Progress
		c.P1 = 0
		return k.exchange(c)
	}
	return r, err
}

// await polls a key's progress until the command is done. If ctx ends, it cancels the
// command and polls a few more times.
func (k *Key) await(ctx context.Context, r apdu.Response, status func(ctaphid.Status)) (apdu.Response, error) {
	ask := apdu.Command{CLA: ClassCTAP, INS: Progress, Expect: apdu.ShortAnswer}
	ended := ctx.Done()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for left := lastQuestion; r.Status == apdu.Waiting && left > 0; {
		if len(r.Data) > 0 && ctx.Err() == nil {
			status(ctaphid.Status(r.Data[0]))
		}
		c := ask
		select {
		case <-ended:
			ended = nil
			c.P1 = CancelThis
		case <-tick.C:
		}
		if ended == nil {
			left--
		}
		var err error
		if r, err = k.exchange(c); err != nil {
			return apdu.Response{}, err
		}
	}
	return r, nil
}

// Msg runs one U2F command, which is an APDU already (CTAP section 8.1.1). It is sent in
// the form that the card supports.
func (k *Key) Msg(_ context.Context, command []byte) ([]byte, error) {
	c, err := apdu.ParseCommand(command)
	if err != nil {
		return apdu.Response{Status: apdu.WrongLength}.Bytes(), nil
	}
	c.Extended, c.Expect = false, min(c.Expect, apdu.ShortAnswer)
	r, err := k.exchange(c)
	if err != nil {
		return nil, err
	}
	return r.Bytes(), nil
}
