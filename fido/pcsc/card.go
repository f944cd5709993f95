//go:build linux && cgo && !nopcsc

package pcsc

import (
	"errors"

	"github.com/ebfe/scard"

	"nightlatch/fido"
	"nightlatch/fido/nfc"
)

// Supported tells whether this build can reach readers.
const Supported = true

// System is this computer's PC/SC service.
type System struct{}

// A card is a connection that is shared with other programs. While there is one,
// the reader keeps its field on, so that the card remembers that it was tapped and
// which PINs were wrong.
type card struct {
	ctx    *scard.Context
	handle *scard.Card
}

// Connect connects to the card on a reader. Errors: fido.ErrNoReaderService,
// fido.ErrNoReader, fido.ErrNoCard, fido.ErrNotFIDOCard when it does not answer,
// fido.ErrBusy when another program has it to itself.
func (System) Connect(reader string) (nfc.Card, error) {
	// A context of its own: libpcsclite holds a lock for each while it works.
	ctx, err := scard.EstablishContext()
	if err != nil {
		return nil, explain("reaching the service", err)
	}
	handle, err := ctx.Connect(reader, scard.ShareShared, scard.ProtocolT1)
	if err != nil {
		_ = ctx.Release() // the first error is the one to tell
		return nil, explain("connecting to the card", err)
	}
	return &card{ctx: ctx, handle: handle}, nil
}

// Begin keeps other programs off the card until End. It waits for those that do
// the same. Should one of them have reset the card meanwhile, it is connected anew.
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

// End lets other programs have the card.
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
		return nil, c.explain("talking to the card", err)
	}
	return response, nil
}

// explain tells a card that is gone from one that misbehaves: where it slips off
// in mid-command, the service reports no more than that the command failed.
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

// Close lets go of the card and leaves it as it is.
func (c *card) Close() error {
	err := c.handle.Disconnect(scard.LeaveCard)
	if released := c.ctx.Release(); err == nil {
		err = released
	}
	if err != nil && !errors.Is(explain("", err), fido.ErrNoReaderService) {
		return explain("closing", err)
	}
	return nil // with the service gone there is nothing to let go of
}
