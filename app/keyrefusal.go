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

// keyFaults has a message for each error of a security key. The first match is used.
var keyFaults = []struct {
	err      error
	sentence string
}{
	{fido.ErrAlreadyEnrolled, "This security key is already enrolled with this account. Use another one."},
	{fido.ErrNotEnrolled, "This security key is not enrolled with this account. Use one that is, or another way to sign in."},
	{fido.ErrPINAuthBlocked, "Three wrong PINs in a row: take the security key out, put it in again and try once more."},
	{fido.ErrPINBlocked, "The PIN of this security key is blocked. Only a reset unblocks it, and deletes everything on the key."},
	{fido.ErrPINRequired, "This security key needs its PIN. Say where it is with --pin-from, or run this at a terminal."},
	{fido.ErrPINNotSet, "This security key has no PIN yet and one is needed. Set one with nightlatch key set-pin and try again."},
	{fido.ErrPINChange, "The PIN of this security key has to be changed before the key can be used. Change it with nightlatch key set-pin and try again."},
	{fido.ErrPINPolicy, "The security key does not accept this PIN. Use one of at least four characters."},
	{fido.ErrCancelled, "Cancelled. Nothing was changed."},
	{fido.ErrNoKey, "No security key was plugged in within 30 seconds. Plug one in and try again, or give its path with --device."},
	{fido.ErrTimeout, "The security key was not touched in time. Try again and touch it when it blinks."},
	{fido.ErrCardPulled, "The security key was taken off the reader. Nothing was stored; put it back and leave it there until the command ends."},
	{fido.ErrRemoved, "The security key was removed, or is not there. Nothing was changed; plug it in and try again."},
	{fido.ErrInterrupted, "The connection to the security key was lost. Nothing was stored; plug it in again and try once more."},
	{fido.ErrNoSpace, "There is no space left on the security key. Delete a credential from it (nightlatch key credentials lists them), or use another key."},
	{fido.ErrSeveral, "More than one security key is plugged in. Choose one with --device; nightlatch key list shows them."},
	{fido.ErrBusy, "Another program is using the security key. End it and try again."},
	{fido.ErrNoPermission, "You have no permission to open the security key. On Linux install the rule that nightlatch admin udev-rule prints, and plug the key in again."},
	{fido.ErrNoReaderService, "The service for NFC readers is not running. On Debian, Ubuntu and similar systems install the package pcscd, then try again."},
	{fido.ErrReadersDenied, "You have no permission to use the NFC readers: pcscd serves only users who are logged in at this computer's own screen. Run this there, or plug the security key in over USB."},
	{fido.ErrNoReader, "There is no NFC reader. Plug one in, or plug the security key in over USB."},
	{fido.ErrNoCard, "There is nothing on the NFC reader. Hold the security key to it, and leave it there until the command ends."},
	{fido.ErrNotFIDOCard, "The card on the NFC reader is not a security key: it supports neither FIDO2 nor U2F. Remove it and hold your key to the reader."},
	{fido.ErrNotKey, "This device is not a security key. nightlatch key list shows those that are."},
	{fido.ErrTapAgain, "Putting the security key on the reader counts as a touch for one use within two minutes. Lift it, put it back and try again."},
	{fido.ErrNotAllowed, "The security key does not allow this now. A reset is allowed for ten seconds after the key was plugged in: take it out, plug it in and try again at once."},
	{fido.ErrDenied, "The security key refused. Nothing was changed."},
	{fido.ErrIncapable, "This security key does not support this. Use another one."},
	{fido.ErrNoVerification, "This security key cannot verify its user, and this server requires that. Set a PIN on it, or use another key."},
	{fido.ErrVerification, "The security key could not verify its user. Try again."},
	{fido.ErrAlgorithm, "This security key supports none of the server's signature algorithms. Use another one."},
	{fido.ErrOrigin, "The server's address does not match its host name for security keys. Give --server the address that users open: one of the origins that the server printed, if it printed any."},
	{fido.ErrMalformed, "The server sent a request that is not valid for security keys. It may have another version than this program."},
	{fido.ErrUntrusted, "The security key's answer could not be verified. Nothing was stored; do not trust this key."},
	{fido.ErrUnsupported, "This build of Nightlatch has no support for security keys. Use one that was built with libfido2."},
}

// explainKey turns an error of a key command into a refusal of one line.
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
		return refuse(err, "Wrong PIN, %s. After the last try the security key locks itself. Try again with the right PIN.", triesLeft(wrongPIN.TriesLeft))
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

// triesLeft says how many wrong PINs a key still accepts.
func triesLeft(n int) string {
	if n == 1 {
		return "1 try left"
	}
	return fmt.Sprintf("%d tries left", n)
}

// fromNow returns a sentence that says how long it is until at, or "" if at has passed.
// Both times are the server's.
func fromNow(at *api.Time, now api.Time) string {
	if at == nil || !at.After(now) {
		return ""
	}
	return fmt.Sprintf(" That is in %v.", (at.Sub(now) + time.Second - 1).Truncate(time.Second))
}

// oneLine joins a title and a detail to one line.
func oneLine(title, detail string) string {
	line := strings.Join(strings.Fields(title), " ")
	if line != "" && !strings.HasSuffix(line, ".") {
		line += "."
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s", line, strings.Join(strings.Fields(detail), " ")))
}
