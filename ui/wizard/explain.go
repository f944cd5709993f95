package wizard

import (
	"context"
	"errors"
	"time"

	"nightlatch/assets"
	"nightlatch/fido"
	"nightlatch/server/api"
)

// A Explanation is what a refusal must say: what happened, why, and what to do next.
// RetryAt is when the next try will be looked at, zero when that is at once.
type Explanation struct {
	Code            string // for tests and the gallery, never shown
	What, Why, Next string
	RetryAt         time.Time
}

// say looks up the three sentences of a code. A variant ("app", "text") has
// words of its own where it wants them.
func say(w *assets.Catalog, code, variant string, args assets.Args) Explanation {
	part := func(name string) string {
		if key := "error." + code + "." + variant + "." + name; variant != "" && w.Has(key) {
			return w.T(key, args)
		}
		if key := "error." + code + "." + name; w.Has(key) {
			return w.T(key, args)
		}
		return ""
	}
	s := Explanation{Code: code, What: part("what"), Why: part("why"), Next: part("next")}
	if s.What == "" && code != "unknown" {
		return say(w, "unknown", "", assets.Args{"code": code})
	}
	return s
}

// ExplainCode puts a code of the screens' own into words.
func ExplainCode(w *assets.Catalog, code string) Explanation { return say(w, code, "", nil) }

// ExplainRefusal puts a refusal into words for the step that was refused.
func ExplainRefusal(w *assets.Catalog, r *api.Refusal, step api.Step) Explanation {
	args := assets.Args{"key": r.Key, "there": r.KeyRPID, "here": r.RPID, "field": fieldName(w, r.Field)}
	variant := variantOf(step)
	switch {
	case r.Code == api.ClockDrift && r.Drift != nil:
		variant, args["seconds"] = "ahead", *r.Drift
		if *r.Drift < 0 {
			variant, args["seconds"] = "behind", -*r.Drift
		}
	case r.Code == api.Malformed && r.Field != "":
		variant = r.Field
	case r.Reason != "" && w.Has("error."+r.Code+"."+r.Reason+".what"):
		variant = r.Reason
	}
	switch choose := step.(type) {
	case api.ChooseCredentials:
		args["min"], args["max"] = choose.MinPassword, choose.MaxPassword
	case api.ChoosePassword:
		args["min"], args["max"] = choose.MinPassword, choose.MaxPassword
	}
	s := say(w, r.Code, variant, args)
	if r.TriesLeft != nil {
		s.Next = w.T("error.with_tries", assets.Args{"next": s.Next, "tries": w.N("error.tries_left", *r.TriesLeft)})
	}
	if r.RetryAt != nil {
		s.RetryAt = *r.RetryAt
	}
	return s
}

// Explain puts whatever went wrong outside a ceremony's steps into words.
func Explain(w *assets.Catalog, err error) Explanation {
	var p *api.Problem
	if errors.As(err, &p) {
		s := say(w, p.Code, p.Field, assets.Args{"field": fieldName(w, p.Field)})
		if p.RetryAt != nil {
			s.RetryAt = *p.RetryAt
		}
		return s
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return say(w, "no_answer", "slow", nil)
	}
	return say(w, "no_answer", "", nil)
}

// ExplainKey puts what went wrong between a person and a security key into words.
func ExplainKey(w *assets.Catalog, err error) Explanation {
	var wrong *fido.WrongPINError
	if errors.As(err, &wrong) {
		return say(w, "key_wrong_pin", "", assets.Args{"tries": w.N("error.tries_left", wrong.TriesLeft)})
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
			return say(w, known.code, "", nil)
		}
	}
	return say(w, "key_failed", "", nil)
}

// variantOf is what the words for a refusal depend on beside its code.
func variantOf(step api.Step) string {
	switch s := step.(type) {
	case api.EnterCode:
		return string(s.Channel)
	case api.EnterBackupCode:
		return "backup"
	case api.EnterPassword:
		return "password"
	case api.UseSecurityKey:
		return "key"
	case api.EnterCredentials:
		return "credentials"
	}
	return ""
}

// fieldName is what the screen calls a field of the wire.
func fieldName(w *assets.Catalog, field string) string {
	if key := "error.field." + field; field != "" && w.Has(key) {
		return w.T(key)
	}
	return w.T("error.field.other")
}
