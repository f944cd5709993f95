package wizard

import (
	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// enterCode asks for a code from a text message, a mail or an authenticator app.
func enterCode(s State, h Host, step api.EnterCode) StepView {
	d := newStep(s, h)
	d.Back, d.Cancel = true, true
	digits := step.Digits
	if digits == 0 {
		digits = 6
	}
	d.digits(s, h, digits)
	if left := step.TriesLeft; s.View.Refusal == nil && left != nil && *left > 0 && *left < step.Tries {
		d.Body = append(d.Body, kit.Tries(*left, step.Tries))
	}
	d.resend(s, h, step)
	d.codeFoot(s, h, step)
	return d
}

// digits adds the field of a code of so many digits, and the button that sends it.
func (d *StepView) digits(s State, h Host, digits int) {
	w := h.Words
	code := d.code(s, h, "", "", func() *control.CodeField { return control.NewCodeField(digits, 3, "") })
	d.Next = primary(s, h, nextWords(s, h), func() {
		s.Draft.Code = code.Code()
		switch {
		case s.Busy:
		case code.Code() == "":
			h.Do(Fail{explain.Code(w, "empty.code")})
		case len(code.Code()) < digits:
			h.Do(Fail{explain.Variant(w, "short.code", "", assets.Args{"typed": len(code.Code()), "digits": digits})})
		default:
			h.Send(api.Code{Code: code.Code()})
		}
	})
	d.Body = []fyne.CanvasObject{d.fields["code"].field}
	code.OnChanged = d.refuseUntilTyped(s, h)
}

// code adds the field of a step with a code. The code itself is made once and then changed.
func (d *StepView) code(s State, h Host, label, hint string, create func() *control.CodeField) *control.CodeField {
	if s.Draft.kept.code == nil {
		s.Draft.kept.code = create()
	}
	code := s.Draft.kept.code
	code.SetState(control.CodeState{Value: s.Draft.Code, Refused: !s.Draft.Typed && s.Draft.Code != "" && refusedAt(s, h) == "code"})
	d.add("code", control.NewField(label, hint, code), code)
	return code
}

func nextWords(s State, h Host) string {
	if s.View.Kind == api.SignIn {
		return h.Words.T("wizard.sign-in.next")
	}
	return h.Words.T("wizard.code.next")
}

// resend counts down to ResendAt and then offers to send the same code again (R12).
func (d *StepView) resend(s State, h Host, step api.EnterCode) {
	if step.ResendAt == nil || step.Channel == api.ByApp {
		return
	}
	w := h.Words
	again := control.NewLink(w.T("wizard.code.resend"), func() {
		if !s.Busy {
			h.Send(api.Resend{})
		}
	})
	why := look.Para(w.T("wizard.code."+string(step.Channel)+".resend-why"), look.Ink2)
	if r := s.View.Refusal; step.SentAt == nil || r != nil && (r.Code == api.CodeExpired || r.Code == api.TooManyTries) {
		why.Hide() // a new code will be sent, not the same one
	}
	left := step.ResendAt.Sub(h.Clock.Now())
	if left <= 0 {
		d.Body = append(d.Body, look.V(look.S12, look.H(0, again, look.Gap()), why))
		return
	}
	total := left
	if step.SentAt != nil {
		total = step.ResendAt.Sub(*step.SentAt)
	}
	line := look.H(0, look.Gap())
	line.Objects = []fyne.CanvasObject{kit.NewCountdown(kit.CountdownConfig{
		Clock: h.Clock, Ends: *step.ResendAt, Total: total, Before: w.T("wizard.code.resend-in"),
		OnEnd: func() {
			line.Objects = []fyne.CanvasObject{again, look.Gap()}
			line.Refresh()
		},
	}), look.Gap()}
	d.Body = append(d.Body, look.V(look.S12, line, why))
}

// codeFoot adds the links for users who have no code (R40, R53, R103).
func (d *StepView) codeFoot(s State, h Host, step api.EnterCode) {
	w := h.Words
	if s.View.Kind == api.EnrollText || s.View.Kind == api.ChangePhone || s.View.Kind == api.ChangeEmail {
		if s.CanGoBack && step.Channel != api.ByApp {
			d.Foot = append(d.Foot, control.NewLink(w.T("wizard.code."+string(step.Channel)+".change"), h.does(Back)))
		}
	}
	none := step.SentAt == nil && step.Channel != api.ByApp // nothing can be late; the notice says why
	next := "wizard.code." + string(step.Channel) + ".late-next"
	if step.Channel == api.ByText && len(api.Usable(step)) == 0 {
		next += "-alone"
	}
	switch {
	case none:
	case s.Draft.Hints:
		d.Body = append(d.Body, kit.NewBanner(look.Info, w.T("wizard.code."+string(step.Channel)+".late"),
			w.T("wizard.code."+string(step.Channel)+".late-why", assets.Args{"short_code": s.ShortCode}), w.T(next)))
	default:
		d.Foot = append(d.Foot, control.NewLink(w.T("wizard.code."+string(step.Channel)+".late-link"), func() {
			s.Draft.Hints = true
			h.Do(Redraw)
		}))
	}
	if link := otherMethods(s, h); link != nil {
		d.Foot = append([]fyne.CanvasObject{link}, d.Foot...)
	}
}
