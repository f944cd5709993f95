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
	"nightlatch/server/rawtext"
)

// A keyFault has the message for an error of a security key.
type keyFault struct {
	err      error
	sentence string
	onReader string // for a key on a reader, if that differs: it is lifted, not unplugged
	inDialog string // for the system's dialog, if that differs
}

// keyFaults are checked in this order, and the first match is used. A message says only what
// the program knows. If an error has several possible causes, the message names them.
var keyFaults = []keyFault{
	{err: errKeyElsewhere, sentence: "This virtual key can be used in the lab's window only: on this system other programs cannot reach it. Unplug it in the lab to use another key."},
	{err: fido.ErrAlreadyEnrolled, sentence: "This security key is already enrolled with this account. Use another one."},
	{err: fido.ErrNotEnrolled, sentence: "This security key is not enrolled with this account. Use an enrolled key, or another way to sign in."},
	{
		err: fido.ErrPINAuthBlocked, sentence: "The security key accepts no PIN after several wrong ones until it is unplugged. Take it out, put it in again and try once more.",
		onReader: "The security key accepts no PIN after several wrong ones until it leaves the reader. Lift it, put it back and try once more.",
	},
	{err: fido.ErrPINBlocked, sentence: "The PIN of this security key is blocked. Only a reset unblocks it, and a reset deletes everything on the key."},
	{err: fido.ErrPINRequired, sentence: "This security key needs its PIN. Name its source with --pin-from, or run this at a terminal."},
	{err: fido.ErrPINNotSet, sentence: "This security key has no PIN yet and one is needed. Set one with nightlatch key set-pin and try again."},
	{err: fido.ErrPINChange, sentence: "The PIN of this security key has to be changed before the key can be used. Change it with nightlatch key set-pin and try again."},
	{err: fido.ErrPINSame, sentence: "The PIN has to be changed, but the new PIN equals the old one. Choose another PIN; nothing was changed."},
	{err: fido.ErrPINPolicy, sentence: "The security key does not accept this PIN. Keys have different rules for PINs and do not report which one was broken. Choose another PIN."},
	{err: fido.ErrPINAuth, sentence: "The security key did not accept the proof of the PIN. Try again; nightlatch key info shows how many tries are left."},
	{
		err: fido.ErrCancelled, sentence: "Cancelled. Nothing was changed.",
		inDialog: "The Windows dialog was closed before a security key answered. Nothing was changed; try again when your key is at hand.",
	},
	{
		err: fido.ErrNoKey, sentence: "No security key was plugged in within 30 seconds. Plug one in and try again, or give its path with --device.",
		inDialog: "Windows found no security key. Plug one in, or hold it to the reader, and try again.",
	},
	{
		err: &fido.SilentError{Phase: fido.PhaseTouched}, sentence: "The security key was not touched in time, or no longer answers. Take it out, plug it in again, and touch it when it blinks.",
		onReader: "The security key does not answer any more. Lift it, put it back on the reader and try again.",
	},
	{
		err: &fido.SilentError{Phase: fido.PhaseInit}, sentence: "The device does not answer, not even to the first message. Take it out, plug it in again and try once more; if that does not help, it is defective or not a security key.",
		onReader: "The security key does not answer, not even to the first message. Lift it, put it back on the reader and try once more.",
	},
	{
		err: &fido.SilentError{Phase: fido.PhaseInfo}, sentence: "The security key answers, but does not say what it can do. Take it out, plug it in again and try once more; if that does not help, it is defective.",
		onReader: "The security key answers, but does not say what it can do. Lift it, put it back on the reader and try once more.",
	},
	{
		err: &fido.SilentError{Phase: fido.PhasePIN}, sentence: "The security key stopped answering when it was asked about its PIN. Take it out and plug it in again; nightlatch key info shows how many tries are left.",
		onReader: "The security key stopped answering when it was asked about its PIN. Lift it and put it back on the reader; nightlatch key info shows how many tries are left.",
	},
	{
		err: fido.ErrSilent, sentence: "The security key stopped answering. Take it out, plug it in again and try once more; if that does not help, it is defective.",
		onReader: "The security key stopped answering. Lift it, put it back on the reader and try once more.",
	},
	{err: fido.ErrTapAgain, sentence: "Putting the security key on the reader counts as a touch for one use within two minutes. Lift it, put it back and try again."},
	{err: fido.ErrUnconfirmed, sentence: "The security key was not touched in time, or the request was declined on it. Try again and touch it when it blinks."},
	{
		err: fido.ErrTimeout, sentence: "The security key was not touched in time. Try again and touch it when it blinks.",
		inDialog: "The security key was not used in time, so the Windows dialog stopped waiting. Have your key ready and try again.",
	},
	{err: fido.ErrCardPulled, sentence: "The security key was taken off the reader. Nothing was stored; put it back and leave it there until the command ends."},
	{err: fido.ErrRemoved, sentence: "The security key was removed, or is not there. Nothing was changed; plug it in and try again."},
	{
		err: fido.ErrInterrupted, sentence: "The connection to the security key was lost. Nothing was stored; plug it in again and try once more.",
		onReader: "The connection to the security key was lost. Nothing was stored; lift it, put it back on the reader and try once more.",
	},
	{
		err: fido.ErrNoSpace, sentence: "There is no space left on the security key. Delete a credential from it (nightlatch key credentials lists them), or use another key.",
		inDialog: "There is no space left on the security key. Use another key.",
	},
	{err: fido.ErrSeveral, sentence: "More than one security key is plugged in. Choose one with --device; nightlatch key list shows them."},
	{
		err: fido.ErrBusy, sentence: "The security key is busy: another program uses it, or it has not finished an earlier request. Wait a moment or end the other program, then try again.",
		inDialog: "Windows is already asking for a security key. Finish or close that dialog and try again.",
	},
	{
		err: fido.ErrNoPermission, sentence: "You have no permission to open the security key. On Linux install the rule that nightlatch admin udev-rule prints, and plug the key in again.",
		inDialog: "Security keys are blocked on this computer: a rule of its administrator forbids them, or a service of Windows is turned off. Ask the administrator.",
	},
	{err: fido.ErrNoReaderService, sentence: "The service for NFC readers is not running. On Debian, Ubuntu and similar systems install the package pcscd, then try again."},
	{err: fido.ErrReaderServiceSilent, sentence: "The service for NFC readers, pcscd, does not answer. Restart it (systemctl restart pcscd), then try again. Keys over USB work without it."},
	{err: fido.ErrReadersDenied, sentence: "You have no permission to use the NFC readers: pcscd serves only users who are logged in at this computer's own screen. Run this there, or plug the security key in over USB."},
	{err: fido.ErrNoReader, sentence: "There is no NFC reader. Plug one in, or plug the security key in over USB."},
	{err: fido.ErrNoCard, sentence: "There is nothing on the NFC reader. Hold the security key to it, and leave it there until the command ends."},
	{err: fido.ErrNotFIDOCard, sentence: "The card on the NFC reader is not a security key: it supports neither FIDO2 nor U2F. Remove it and hold your key to the reader."},
	{err: fido.ErrNotKey, sentence: "This device is not a security key. nightlatch key list shows those that are."},
	{
		err: fido.ErrNotAllowed, sentence: "The security key does not allow this now. Take it out, plug it in and try again.",
		inDialog: "Windows did not allow this, and does not say why. Try again; if it happens again, use another security key.",
		onReader: "The security key does not allow this now. Lift it, put it back on the reader and try again.",
	},
	{err: fido.ErrDenied, sentence: "The security key declined the request. Nothing was changed."},
	{err: fido.ErrIncapable, sentence: "This security key does not support this. Use another one."},
	{err: fido.ErrNoVerification, sentence: "This security key cannot verify its user: it supports neither a PIN nor a fingerprint. Use another one."},
	{err: fido.ErrVerification, sentence: "The security key did not accept the fingerprint or the proof of the PIN. Try again."},
	{err: fido.ErrAlgorithm, sentence: "This security key supports none of the server's signature algorithms. Use another one."},
	{err: fido.ErrTooLarge, sentence: "The request is larger than this security key accepts. Use another one."},
	{err: fido.ErrAnswer, sentence: "The security key reported an error without a reason. Try again; if it happens again, use another key."},
	{err: fido.ErrOrigin, sentence: "The server's address does not match its host name for security keys. Give --server the address that users open. It is one of the origins that the server printed."},
	{err: fido.ErrMalformed, sentence: "The server sent a request that is not valid for security keys. It may have another version than this program."},
	{err: fido.ErrUntrusted, sentence: "The security key's answer could not be verified. Nothing was stored; do not trust this key."},
	{err: fido.ErrNoDialog, sentence: "This version of Windows cannot use security keys. They need Windows 10 version 1903 or later; update Windows."},
	{err: fido.ErrSystemSettings, sentence: "Windows looks after security keys, and only an administrator's programs can open one directly. Open Windows' Settings, then Accounts, Sign-in options, Security key."},
	{err: fido.ErrUnsupported, sentence: "This build of Nightlatch has no support for security keys. Use one that was built with libfido2."},
}

// about returns the message for the key that err is about.
func (f keyFault) about(err error) string {
	switch d, _ := fido.DeviceOf(err); {
	case d.Dialog && f.inDialog != "":
		return f.inDialog
	case d.Transport == fido.NFC && f.onReader != "":
		return f.onReader
	}
	return f.sentence
}

// explainKey turns an error of a key command into a refusal of one line.
func explainKey(base string, err error) error {
	var known *refusal
	var use *usageError
	var p *api.Problem
	var wrongPIN *fido.WrongPINError
	var inDialog *fido.DialogError
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
	if errors.As(err, &inDialog) {
		return refuse(err, "Windows could not use the security key: it reported the error %#08x. Try again; if it happens again, use another key.", inDialog.Code)
	}
	for _, f := range keyFaults {
		if errors.Is(err, f.err) {
			return refuse(err, "%s", f.about(err))
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

// sentenceLimit is the maximum number of printed characters of a server's sentence.
const sentenceLimit = 400

// oneLine joins a title and a detail to one line.
func oneLine(title, detail string) string {
	line := rawtext.Visible(title, sentenceLimit)
	if line != "" && !strings.HasSuffix(line, ".") {
		line += "."
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s", line, rawtext.Visible(detail, sentenceLimit)))
}
