package wizard

import (
	"context"
	"errors"
	"fmt"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/fido"
	"nightlatch/server/api"
)

// ExplainKey explains an error of package fido. It advises another method only where one
// helps: step is the step that asks for the key, nil outside a ceremony.
func ExplainKey(w *assets.Catalog, err error, step api.Step) explain.Explanation {
	explained := explain.Variant
	if step == nil || api.Alone(step) {
		explained = explain.Alone
	}
	var wrong *fido.WrongPINError
	if errors.As(err, &wrong) {
		return explained(w, "key_wrong_pin", "", assets.Args{"tries": w.N("error.tries_left", wrong.TriesLeft)})
	}
	var failed *fido.DialogError
	if errors.As(err, &failed) {
		return explained(w, "key_dialog", "", assets.Args{"code": fmt.Sprintf("%#08x", failed.Code)})
	}
	variant := ""
	switch d, _ := fido.DeviceOf(err); {
	case d.Dialog:
		variant = "windows"
	case d.Transport == fido.NFC:
		variant = "reader" // such a key is lifted, not unplugged
	}
	for _, known := range []struct {
		err  error
		code string
	}{
		{&fido.SilentError{Phase: fido.PhaseTouched}, "key_silent_touched"},
		{&fido.SilentError{Phase: fido.PhaseInit}, "key_silent_init"},
		{&fido.SilentError{Phase: fido.PhaseInfo}, "key_silent_info"},
		{&fido.SilentError{Phase: fido.PhasePIN}, "key_silent_pin"},
		{fido.ErrSilent, "key_silent"},
		{fido.ErrTapAgain, "key_tap_again"},
		{fido.ErrUnconfirmed, "key_unconfirmed"},
		{fido.ErrPINChange, "key_pin_change"},
		{fido.ErrPINSame, "key_pin_same"},
		{fido.ErrPINAuth, "key_verification"},
		{fido.ErrTooLarge, "key_too_large"},
		{fido.ErrAnswer, "key_answer"},
		{fido.ErrCancelled, "key_cancelled"},
		{context.Canceled, "key_cancelled"},
		{fido.ErrNoKey, "key_none"},
		{fido.ErrTimeout, "key_timeout"},
		{context.DeadlineExceeded, "key_timeout"},
		{fido.ErrCardPulled, "key_card_pulled"},
		{fido.ErrRemoved, "key_removed"},
		{fido.ErrInterrupted, "key_interrupted"},
		{fido.ErrAlreadyEnrolled, "key_on_this_account"},
		{fido.ErrNotEnrolled, "key_not_enrolled"},
		{fido.ErrPINBlocked, "key_pin_blocked"},
		{fido.ErrPINAuthBlocked, "key_pin_auth_blocked"},
		{fido.ErrPINNotSet, "key_pin_not_set"},
		{fido.ErrPINPolicy, "key_pin_policy"},
		{fido.ErrPINRequired, "key_pin_required"},
		{fido.ErrNoVerification, "key_no_verification"},
		{fido.ErrVerification, "key_verification"},
		{fido.ErrNoSpace, "key_no_space"},
		{fido.ErrBusy, "key_busy"},
		{fido.ErrNoPermission, "key_no_permission"},
		{fido.ErrNotKey, "key_not_a_key"},
		{fido.ErrNoReaderService, "key_no_reader_service"},
		{fido.ErrReaderServiceSilent, "key_reader_service_silent"},
		{fido.ErrReadersDenied, "key_readers_denied"},
		{fido.ErrNoReader, "key_no_reader"},
		{fido.ErrNoCard, "key_no_card"},
		{fido.ErrNotFIDOCard, "key_not_fido_card"},
		{fido.ErrIncapable, "key_incapable"},
		{fido.ErrDenied, "key_denied"},
		{fido.ErrNotAllowed, "key_not_allowed"},
		{fido.ErrAlgorithm, "key_algorithm"},
		{fido.ErrOrigin, "key_origin"},
		{fido.ErrMalformed, "key_malformed"},
		{fido.ErrUntrusted, "key_untrusted"},
		{fido.ErrUnsupported, "key_unsupported"},
		{fido.ErrNoDialog, "key_no_dialog"},
		{fido.ErrSystemSettings, "key_system_settings"},
	} {
		if errors.Is(err, known.err) {
			return explained(w, known.code, variant, nil)
		}
	}
	return explained(w, "key_failed", variant, nil)
}
