package wizard

import (
	"context"
	"errors"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/fido"
)

// ExplainKey explains an error of package fido.
func ExplainKey(w *assets.Catalog, err error) explain.Explanation {
	var wrong *fido.WrongPINError
	if errors.As(err, &wrong) {
		return explain.Variant(w, "key_wrong_pin", "", assets.Args{"tries": w.N("error.tries_left", wrong.TriesLeft)})
	}
	for _, known := range []struct {
		err  error
		code string
	}{
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
		{fido.ErrReadersDenied, "key_readers_denied"},
		{fido.ErrNoReader, "key_no_reader"},
		{fido.ErrNoCard, "key_no_card"},
		{fido.ErrNotFIDOCard, "key_not_fido_card"},
		{fido.ErrIncapable, "key_incapable"},
		{fido.ErrTapAgain, "key_tap_again"},
		{fido.ErrDenied, "key_denied"},
		{fido.ErrNotAllowed, "key_not_allowed"},
		{fido.ErrAlgorithm, "key_algorithm"},
		{fido.ErrOrigin, "key_origin"},
		{fido.ErrMalformed, "key_malformed"},
		{fido.ErrUntrusted, "key_untrusted"},
		{fido.ErrUnsupported, "key_unsupported"},
	} {
		if errors.Is(err, known.err) {
			return explain.Code(w, known.code)
		}
	}
	return explain.Code(w, "key_failed")
}
