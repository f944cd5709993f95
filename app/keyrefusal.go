package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"nightlatch/fido"
	"nightlatch/server/api"
)

// keyFaults says in a sentence what went wrong with a security key. The first
// that fits is meant.
var keyFaults = []struct {
	err      error
	sentence string
}{
	{fido.ErrAlreadyEnrolled, "This security key is already enrolled with this account. Use another one."},
	{fido.ErrNotEnrolled, "This security key is not one of this account. Use one that is, or another way to sign in."},
	{fido.ErrPINAuthBlocked, "Three wrong PINs in a row: take the security key out, put it in again and try once more."},
	{fido.ErrPINBlocked, "The PIN of this security key is blocked. Only a reset of the key helps; it loses everything on it."},
	{fido.ErrPINRequired, "This security key wants its PIN. Write it to standard input, in the line after the password."},
	{fido.ErrPINNotSet, "This security key has no PIN yet and one is needed. Set one with nightlatch key set-pin and try again."},
	{fido.ErrPINChange, "This security key wants its PIN changed before it is used. Change it with nightlatch key set-pin and try again."},
	{fido.ErrPINPolicy, "The security key does not accept such a PIN. Use one of at least four characters."},
	{fido.ErrCancelled, "Cancelled. Nothing was changed."},
	{fido.ErrNoKey, "No security key was plugged in within 30 seconds. Plug one in and try again, or name its path with --device."},
	{fido.ErrTimeout, "The security key was not touched in time. Try again and touch it when it blinks."},
	{fido.ErrCardPulled, "The security key was taken off the reader. Nothing was stored; lay it back and leave it there until it is done."},
	{fido.ErrRemoved, "The security key was removed, or is not there. Nothing was changed; plug it in and try again."},
	{fido.ErrInterrupted, "The security key broke off the conversation. Nothing was stored; plug it in again and try once more."},
	{fido.ErrNoSpace, "There is no space left on the security key. Delete something from it, nightlatch key credentials lists what there is, or use another key."},
	{fido.ErrSeveral, "More than one security key is plugged in. Choose one with --device; nightlatch key list shows them."},
	{fido.ErrBusy, "Another program is using the security key. End it and try again."},
	{fido.ErrNoPermission, "You may not open the security key. On Linux install the rule that nightlatch admin udev-rule prints, and plug the key in again."},
	{fido.ErrNoReaderService, "The service that talks to NFC readers does not run. On Debian and its kin install the package pcscd, then try again."},
	{fido.ErrReadersDenied, "You may not use the NFC readers: their service, pcscd, takes nobody but who sits at this computer. Run this on its own screen, or plug the security key in over USB."},
	{fido.ErrNoReader, "There is no NFC reader. Plug one in, or plug the security key in over USB."},
	{fido.ErrNoCard, "Nothing lies on the NFC reader. Hold the security key to it, and leave it there until it is done."},
	{fido.ErrNotFIDOCard, "What lies on the NFC reader is no security key: it speaks neither FIDO2 nor U2F. Take it off and hold your key to the reader."},
	{fido.ErrNotKey, "This device is not a security key. nightlatch key list shows those that are."},
	{fido.ErrTapAgain, "Laying the security key on the reader counts as a touch for one use and for two minutes. Lift it, lay it back and try again."},
	{fido.ErrNotAllowed, "The security key does not allow this now. A reset it allows for ten seconds after it was plugged in: take it out, put it in and try again at once."},
	{fido.ErrDenied, "The security key refused. Nothing was changed."},
	{fido.ErrIncapable, "This security key cannot do what is asked. Use another one."},
	{fido.ErrNoVerification, "This security key cannot check who uses it, and this server asks for that. Set a PIN on it, or use another key."},
	{fido.ErrVerification, "The security key could not check who uses it. Try again."},
	{fido.ErrAlgorithm, "This security key knows none of the server's signature algorithms. Use another one."},
	{fido.ErrOrigin, "The server's address does not belong to its name for security keys. Give --server the address at which people reach it: one of the origins that the server printed, if it printed any."},
	{fido.ErrMalformed, "The server asked for what no security key can be asked for. It may be of another version than this program."},
	{fido.ErrUntrusted, "What the security key answered does not verify. Nothing was stored; do not trust this key."},
	{fido.ErrUnsupported, "This build of Nightlatch has no support for security keys. Use one that was built with libfido2."},
}

// explainKey turns what ended a key command into one line.
func explainKey(base string, err error) error {
	var known *refusal
	var use *usageError
	var p *api.Problem
	var wrongPIN *fido.WrongPINError
	var transport *url.Error
	switch {
	case err == nil, errors.As(err, &known), errors.As(err, &use):
		return err
	case errors.Is(err, context.Canceled):
		return refuse(err, "Cancelled. Nothing was changed.")
	case errors.As(err, &p):
		return refuse(err, "%s", oneLine(p.Title, p.Detail))
	case errors.As(err, &wrongPIN):
		return refuse(err, "Wrong PIN, %s. After the last one the security key locks itself. Try again with the right one.", triesLeft(wrongPIN.TriesLeft))
	}
	for _, f := range keyFaults {
		if errors.Is(err, f.err) {
			return refuse(err, "%s", f.sentence)
		}
	}
	if errors.As(err, &transport) || strings.HasPrefix(err.Error(), "client:") {
		return refuse(err, "No Nightlatch server answers at %s. Start one with nightlatch serve, or give its address with --server.", base)
	}
	return refuse(err, "The security key could not be used: %v.", err)
}

// triesLeft counts the wrong PINs that a key will still take.
func triesLeft(n int) string {
	if n == 1 {
		return "1 try left"
	}
	return fmt.Sprintf("%d tries left", n)
}

// fromNow is how long it is until something can be tried again, in a sentence that
// follows another; "" for at once. Both times are the server's.
func fromNow(at *api.Time, now api.Time) string {
	if at == nil || !at.After(now) {
		return ""
	}
	return fmt.Sprintf(" That is in %v.", (at.Sub(now) + time.Second - 1).Truncate(time.Second))
}

// oneLine joins what happened and what to do.
func oneLine(title, detail string) string {
	line := strings.Join(strings.Fields(title), " ")
	if line != "" && !strings.HasSuffix(line, ".") {
		line += "."
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s", line, strings.Join(strings.Fields(detail), " ")))
}
