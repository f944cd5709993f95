// Package explain makes texts for users from the answers of the API: why an input was
// refused, what went wrong, and the names of a ceremony's steps.
//
// It draws nothing, so the window and the web pages can use the same texts. Errors
// between this computer and a security key are explained in ui/wizard, because only the
// window uses keys directly.
package explain

import (
	"context"
	"errors"
	"math"
	"strconv"
	"time"

	"nightlatch/assets"
	"nightlatch/server/api"
)

// An Explanation has three parts: what happened, why, and what to do next.
type Explanation struct {
	Code            string // for tests and the gallery; never shown
	Field           string // the wire name of the field it belongs to; "" for none
	What, Why, Next string
	RetryAt         time.Time // no attempt is examined before; zero: at once
}

// Code explains an error code of the API or of a screen.
func Code(c *assets.Catalog, code string) Explanation { return Variant(c, code, "", nil) }

// Variant explains a code in the situation named by variant ("app", "text"), or in
// general where the catalog has no text for that variant. A code without any text
// is explained as "unknown".
func Variant(c *assets.Catalog, code, variant string, args assets.Args) Explanation {
	part := func(name string) string {
		if key := "error." + code + "." + variant + "." + name; variant != "" && c.Has(key) {
			return c.T(key, args)
		}
		if key := "error." + code + "." + name; c.Has(key) {
			return c.T(key, args)
		}
		return ""
	}
	e := Explanation{Code: code, Field: fieldOf(code, variant), What: part("what"), Why: part("why"), Next: part("next")}
	if e.What == "" && code != "unknown" {
		return Variant(c, "unknown", "", assets.Args{"code": code})
	}
	return e
}

// Refusal explains why the input for a step was refused. The view must have a refusal.
func Refusal(c *assets.Catalog, s Situation) Explanation {
	r, step := s.View.Refusal, s.View.Step
	args := assets.Args{"key": r.Key, "there": r.KeyRPID, "here": r.RPID, "field": fieldName(c, r.Field), "short_code": s.ShortCode, "character": r.Character}
	variant := variantOf(step)
	switch {
	case r.Code == api.ClockDrift && r.DriftHours != nil:
		variant, args["hours"] = "hours-ahead", strconv.FormatFloat(math.Abs(*r.DriftHours), 'f', -1, 64)
		if *r.DriftHours < 0 {
			variant = "hours-behind"
		}
	case r.Code == api.ClockDrift && r.Drift != nil:
		variant, args["seconds"] = "ahead", *r.Drift
		if *r.Drift < 0 {
			variant, args["seconds"] = "behind", -*r.Drift
		}
	case r.Code == api.Malformed && r.Field != "":
		variant = malformedVariant(c, r.Field, r.Reason)
	case r.Pattern != "" && c.Has("error."+r.Code+"."+r.Reason+"."+r.Pattern+".what"):
		variant = r.Reason + "." + r.Pattern
	case r.Reason != "" && c.Has("error."+r.Code+"."+r.Reason+".what"):
		variant = r.Reason
	}
	switch choose := step.(type) {
	case api.ChooseCredentials:
		args["min"], args["max"] = choose.MinPassword, choose.MaxPassword
	case api.ChoosePassword:
		args["min"], args["max"] = choose.MinPassword, choose.MaxPassword
	}
	explanation := Variant
	if api.Alone(step) {
		explanation = Alone
	}
	e := explanation(c, r.Code, variant, args)
	if r.Field != "" {
		e.Field = r.Field
	}
	if backup, ok := step.(api.EnterBackupCode); ok && backup.Number == 0 && r.Code == api.BackupCodeInactive {
		e.Field, e.Next = "", explanation(c, r.Code, "none", nil).Next // there is no next code to use (R74)
	}
	if r.TriesLeft != nil {
		e.Next = c.T("error.with_tries", assets.Args{"next": e.Next, "tries": c.N("error.tries_left", *r.TriesLeft)})
	}
	if r.RetryAt != nil {
		e.RetryAt = *r.RetryAt
	}
	return e
}

// Alone is Variant for a user whom no other method helps, so that none is advised.
func Alone(c *assets.Catalog, code, variant string, args assets.Args) Explanation {
	e := Variant(c, code, variant, args)
	e.Next = nextAlone(c, code, variant, args, e.Next)
	return e
}

// nextAlone is the advice for a user who has no other method. next is the usual one, which
// is kept if it has no such variant.
func nextAlone(c *assets.Catalog, code, variant string, args assets.Args, next string) string {
	for _, key := range []string{"error." + code + "." + variant, "error." + code} {
		switch {
		case c.Has(key + ".alone.next"):
			return c.T(key+".alone.next", args)
		case c.Has(key + ".next"):
			return next
		}
	}
	return next
}

// Notice explains the notice of a view. The view must have one.
func Notice(c *assets.Catalog, s Situation) Explanation {
	s.View.Refusal = s.View.Notice
	return Refusal(c, s)
}

// Error explains a failed request: the server's api.Problem, or no answer at all.
func Error(c *assets.Catalog, err error) Explanation {
	var p *api.Problem
	if errors.As(err, &p) {
		variant := p.Field
		switch {
		case p.Code == api.Malformed:
			variant = malformedVariant(c, p.Field, p.Reason)
		case p.Reason != "" && c.Has("error."+p.Code+"."+p.Reason+".what"):
			variant = p.Reason
		}
		e := Variant(c, p.Code, variant, assets.Args{"field": fieldName(c, p.Field), "character": p.Character})
		if p.Field != "" {
			e.Field = p.Field
		}
		if p.RetryAt != nil {
			e.RetryAt = *p.RetryAt
		}
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return Variant(c, "no_answer", "slow", nil)
	}
	return Code(c, "no_answer")
}

// Refused explains why an action would be refused now.
func Refused(c *assets.Catalog, u api.RefusedAction) Explanation {
	return Error(c, &api.Problem{Code: u.Code, Reason: u.Reason, Limit: u.Limit})
}

// malformedVariant returns the variant of a malformed field: the field with the reason, the
// reason alone, or the field.
func malformedVariant(c *assets.Catalog, field, reason string) string {
	for _, variant := range []string{field + "." + reason, reason} {
		if reason != "" && c.Has("error."+api.Malformed+"."+variant+".what") {
			return variant
		}
	}
	return field
}

// variantOf returns the variant of a refusal's text for the step that was refused.
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

// fieldName is the label that the screens use for a field of the API.
func fieldName(c *assets.Catalog, field string) string {
	if key := "error.field." + field; field != "" && c.Has(key) {
		return c.T(key)
	}
	return c.T("error.field.other")
}
