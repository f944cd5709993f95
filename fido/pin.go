package fido

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The limits of a PIN (CTAP section 6.5.1), in Unicode normalization form C. A PIN
// outside of them counts as wrong and is never sent to the key.
const (
	minPINRunes = 4
	maxPINBytes = 63
)

// MaxPINTries is how many wrong PINs in all a key accepts before only a reset helps:
// the start value of its pinRetries counter (CTAP section 6.5.2.2).
const MaxPINTries = 8

// verification decides how to verify the user (WebAuthn section 5.1.3, step 22): with
// the key's sensor if it has one, else with its PIN if one is set, and not at all if
// the relying party discourages it. The key may still ask for its PIN later.
func (cer *ceremony) verification(requirement string) error {
	cer.verify = requirement == "required"
	if requirement == "discouraged" && !cer.info.Options["alwaysUv"] { // a key with alwaysUv verifies anyway
		return nil
	}
	switch {
	case cer.info.Options["uv"]:
		cer.sensor = true
		return nil
	case cer.info.hasPIN():
		return cer.askPIN(false)
	case !cer.verify:
		return nil
	}
	return cer.info.unverifiable()
}

// discoverable decides whether to store the credential on the key.
func (cer *ceremony) discoverable(requirement string) bool {
	return requirement == "required" || requirement == "preferred" && cer.info.canStore()
}

// withPIN runs call. If the key requires a PIN or the PIN was wrong, it asks the user
// and runs call again. It never tries a PIN twice.
func (cer *ceremony) withPIN(call func() error) error {
	for {
		before := cer.left
		err := call()
		switch {
		case errors.Is(err, ErrPINRequired) && cer.pin == "" && !cer.sensor && cer.info.Options["uv"]:
			cer.sensor = true // the key requires a PIN or a fingerprint
			continue
		case errors.Is(err, ErrPINRequired) && cer.pin == "":
			if !cer.info.hasPIN() {
				return cer.info.unverifiable()
			}
			cer.sensor = false
			err = cer.askPIN(false)
		case errors.Is(err, ErrVerification) && cer.sensor && cer.info.hasPIN():
			cer.sensor = false // the finger did not match: use the PIN
			err = cer.askPIN(false)
		case errors.Is(err, ErrPINAuth):
			if err = cer.wrongPIN(before); err == nil {
				err = cer.askPIN(true)
			}
		case errors.Is(err, ErrWrongPIN):
			err = cer.askPIN(true)
		default:
			return err
		}
		if err != nil {
			return err
		}
	}
}

// wrongPIN returns nil if the last PIN was wrong: the key accepts fewer than
// before tries now. Some keys report a wrong PIN as
// CTAP2_ERR_PIN_AUTH_INVALID. Others use that code for an expired token; the
// error is then ErrVerification.
func (cer *ceremony) wrongPIN(before int) error {
	if cer.pin == "" {
		return ErrVerification
	}
	now, err := cer.tries()
	switch {
	case err != nil:
		return err
	case now < before:
		return nil
	}
	return ErrVerification
}

// tries returns how many wrong PINs the key still accepts.
func (cer *ceremony) tries() (int, error) {
	var n int
	err := cer.answer(PhasePIN, func(ctx context.Context) (err error) {
		n, err = cer.key.PINTries(ctx)
		return err
	})
	return n, err
}

// usePIN runs call once with the given PIN. A PIN that is not valid for any key is
// not sent, so it costs no try.
func (cer *ceremony) usePIN(pin string, limit time.Duration, call func(ctx context.Context, pin string) error) error {
	before, err := cer.tries()
	switch {
	case err != nil:
		return err
	case before == 0:
		return ErrPINBlocked
	}
	err = ErrWrongPIN
	if isPIN(pin) {
		cer.pin = pin
		err = cer.client.answer(cer.ctx, PhasePIN, limit, func(ctx context.Context) error { return call(ctx, pin) })
	}
	if errors.Is(err, ErrPINAuth) {
		if err = cer.wrongPIN(before); err == nil {
			err = ErrWrongPIN
		}
	}
	if !errors.Is(err, ErrWrongPIN) {
		return err
	}
	left, err := cer.tries()
	switch {
	case err != nil:
		return err
	case left == 0:
		return ErrPINBlocked
	}
	return &WrongPINError{TriesLeft: left}
}

// isPIN reports whether pin is within the limits. It must be UTF-8 (CTAP 2.1, section 6.5.1)
// and must not contain NUL: a PIN is padded with NULs for the key.
func isPIN(pin string) bool {
	return utf8.ValidString(pin) && utf8.RuneCountInString(pin) >= minPINRunes && len(pin) <= maxPINBytes && !strings.ContainsRune(pin, 0)
}

// askPIN asks the user for the PIN and shows how many tries are left.
func (cer *ceremony) askPIN(previousWrong bool) error {
	if cer.info.NewPIN {
		return ErrPINChange
	}
	tries, err := cer.tries()
	if err != nil {
		return err
	}
	if tries == 0 {
		return ErrPINBlocked
	}
	cer.left = tries
	for {
		err = whilePresent(cer.ctx, cer.device, cer.key, func(ctx context.Context) (err error) {
			cer.pin, err = cer.ui.PIN(ctx, tries, previousWrong)
			return err
		})
		cer.pin = norm.NFC.String(cer.pin)
		switch {
		case errors.Is(err, ErrRemoved):
			return err
		case ContextError(cer.ctx) != nil:
			return ContextError(cer.ctx)
		case errors.Is(err, ErrCancelled):
			return ErrCancelled
		case err != nil && previousWrong:
			return &WrongPINError{TriesLeft: tries}
		case err != nil:
			return fmt.Errorf("%w: %w", ErrPINRequired, err)
		case isPIN(cer.pin):
			return nil
		}
		previousWrong = true
	}
}
