//go:build linux && cgo && !nopcsc

package pcsc

import (
	"errors"
	"fmt"

	"github.com/ebfe/scard"

	"nightlatch/fido"
)

// meanings maps PC/SC's errors to fido's.
var meanings = map[scard.Error]error{
	scard.ErrNoService:         fido.ErrNoReaderService,
	scard.ErrServiceStopped:    fido.ErrNoReaderService,
	scard.ErrCommError:         fido.ErrNoReaderService, // the service stopped during a call
	scard.ErrInvalidHandle:     fido.ErrNoReaderService, // the service was restarted
	scard.ErrNoAccess:          fido.ErrNoPermission,    // polkit
	scard.ErrSecurityViolation: fido.ErrNoPermission,

	scard.ErrNoReadersAvailable: fido.ErrNoReader,
	scard.ErrUnknownReader:      fido.ErrNoReader,
	scard.ErrReaderUnavailable:  fido.ErrNoReader,

	scard.ErrNoSmartcard:      fido.ErrNoCard,
	scard.ErrRemovedCard:      fido.ErrCardPulled,
	scard.ErrSharingViolation: fido.ErrBusy,

	// The card does not answer, or not in the protocol of contactless cards (T=1).
	scard.ErrUnresponsiveCard: fido.ErrNotFIDOCard,
	scard.ErrUnpoweredCard:    fido.ErrNotFIDOCard,
	scard.ErrUnsupportedCard:  fido.ErrNotFIDOCard,
	scard.ErrProtoMismatch:    fido.ErrNotFIDOCard,

	scard.ErrNotTransacted: fido.ErrInterrupted,
	scard.ErrCommDataLost:  fido.ErrInterrupted,
}

// explain turns a PC/SC error into one of fido's.
func explain(doing string, err error) error {
	var code scard.Error
	if !errors.As(err, &code) {
		return fmt.Errorf("pcsc: %s: %w", doing, err)
	}
	if means, ok := meanings[code]; ok {
		return fmt.Errorf("pcsc: %s: %w (%08x)", doing, means, uint32(code))
	}
	return fmt.Errorf("pcsc: %s: %w (%08x)", doing, fido.ErrInterrupted, uint32(code))
}
