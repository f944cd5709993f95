package fido

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The limits of a PIN (CTAP section 6.5.1): at least four characters, at most 63
// bytes, in Unicode's normal form C. A PIN outside of them is wrong and never reaches the key.
const (
	minPINRunes = 4
	maxPINBytes = 63
)

// MaxPINTries is how many wrong PINs in all a key accepts before only a reset helps:
// the start value of its pinRetries counter (CTAP section 6.5.2.2).
const MaxPINTries = 8

// verification decides how the user is verified (WebAuthn section 5.1.3, step
// 22): by the key's sensor if it has one, by its PIN if it has one, not at all if
// the relying party discourages it. A key may still ask for its PIN later.
func (cer *ceremony) verification(requirement string) error {
	cer.verify = requirement == "required"
	if requirement == "discouraged" {
		return nil
	}
	hasPIN, canPIN := cer.info.Options["clientPin"]
	switch {
	case cer.info.Options["uv"]:
		cer.sensor = true
		return nil
	case hasPIN:
		return cer.askPIN(false)
	case !cer.verify:
		return nil
	case canPIN:
		return ErrPINNotSet
	default:
		return ErrNoVerification
	}
}

// discoverable decides whether the credential is to stay on the key.
func (cer *ceremony) discoverable(requirement string) bool {
	return requirement == "required" || requirement == "preferred" && cer.info.Options["rk"]
}

// withPIN runs a call, and again with a PIN when the key wants one or when the
// last one was wrong. No PIN is ever tried twice: the person is asked each time.
func (cer *ceremony) withPIN(call func() error) error {
	for {
		err := call()
		switch {
		case errors.Is(err, ErrPINRequired) && cer.pin == "":
			if !cer.info.Options["clientPin"] {
				return ErrPINNotSet
			}
			err = cer.askPIN(false)
		case errors.Is(err, ErrVerification) && cer.sensor && cer.info.Options["clientPin"]:
			cer.sensor = false // the finger was not known; the PIN will do
			err = cer.askPIN(false)
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

// tries asks how many wrong PINs the key will still take.
func (cer *ceremony) tries() (int, error) {
	var n int
	err := cer.quickly(func(ctx context.Context) (err error) {
		n, err = cer.key.PINTries(ctx)
		return err
	})
	return n, err
}

// present runs a call with a PIN that was given beforehand, once. One that can be
// none costs no try.
func (cer *ceremony) present(pin string, call func(ctx context.Context, pin string) error) error {
	err := ErrWrongPIN
	if isPIN(pin) {
		ctx, stop := cer.client.deadline(cer.ctx, manageTimeout)
		err = call(ctx, pin)
		stop()
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

// isPIN tells whether some key could have such a PIN. Zeros end it on the way to a
// key, which pads with them.
func isPIN(pin string) bool {
	return utf8.RuneCountInString(pin) >= minPINRunes && len(pin) <= maxPINBytes && !strings.ContainsRune(pin, 0)
}

// askPIN asks the person, telling how many tries the key has left.
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
	for {
		cer.pin, err = cer.ui.PIN(cer.ctx, tries, previousWrong)
		cer.pin = norm.NFC.String(cer.pin)
		switch {
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
