//go:build linux && cgo && !nopcsc

package pcsc

import (
	"errors"

	"github.com/ebfe/scard"

	"nightlatch/fido"
	"nightlatch/fido/nfc"
)

// Supported reports whether this build supports readers.
const Supported = true

// System is this computer's PC/SC service.
type System struct{}

// A card is a connection shared with other programs. While it is open, the reader keeps
// its field on, so the card keeps its state: the tap and the count of wrong PINs.
type card struct {
	ctx    *scard.Context
	handle *scard.Card
}

// Connect connects to the card on a reader. Errors: fido.ErrNoReaderService,
// fido.ErrNoReader, fido.ErrNoCard, fido.ErrNotFIDOCard if the card does not answer,
// fido.ErrBusy if another program uses it exclusively.
func (System) Connect(reader string) (nfc.Card, error) {
	// Each card has its own context: libpcsclite locks the context during a call.
	ctx, err := scard.EstablishContext()
	if err != nil {
		return nil, explain("reaching the service", err)
	}
	handle, err := ctx.Connect(reader, scard.ShareShared, scard.ProtocolT1)
	if err != nil {
		_ = ctx.Release() // the first error counts
		return nil, explain("connecting to the card", err)
	}
	return &card{ctx: ctx, handle: handle}, nil
}

// Begin reserves the card until End. It waits while another program has reserved it. If
// another program has reset the card, Begin reconnects.
func (c *card) Begin() error {
	err := c.handle.BeginTransaction()
	if errors.Is(err, scard.ErrResetCard) {
		if err = c.handle.Reconnect(scard.ShareShared, scard.ProtocolT1, scard.LeaveCard); err == nil {
			err = c.handle.BeginTransaction()
		}
	}
	if err != nil {
		return c.explain("taking the card", err)
	}
	return nil
}

// End releases the card for other programs.
func (c *card) End() error {
	if err := c.handle.EndTransaction(scard.LeaveCard); err != nil {
		return c.explain("letting go of the card", err)
	}
	return nil
}

// Transmit sends a command to the card and returns its response.
func (c *card) Transmit(command []byte) ([]byte, error) {
	response, err := c.handle.Transmit(command)
	if err != nil {
		return nil, c.explain("sending to the card", err)
	}
	return response, nil
}

// explain distinguishes a removed card from one that misbehaves. If the card is removed
// during a command, the service only reports that the command failed.
func (c *card) explain(doing string, err error) error {
	err = explain(doing, err)
	if !errors.Is(err, fido.ErrInterrupted) {
		return err
	}
	if _, gone := c.handle.Status(); errors.Is(gone, scard.ErrRemovedCard) || errors.Is(gone, scard.ErrNoSmartcard) {
		return explain(doing, scard.ErrRemovedCard)
	}
	return err
}

// Close disconnects and does not reset the card.
func (c *card) Close() error {
	err := c.handle.Disconnect(scard.LeaveCard)
	if released := c.ctx.Release(); err == nil {
		err = released
	}
	if err != nil && !errors.Is(explain("", err), fido.ErrNoReaderService) {
		return explain("closing", err)
	}
	return nil // without the service there is nothing to release
}
