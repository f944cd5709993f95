package wizard

import (
	"strconv"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// awaitApproval waits until a phone answers the login request (R50).
func awaitApproval(s State, h Host, step api.AwaitApproval) StepView {
	w := h.Words
	d := newStep(s, h)
	d.Back, d.Cancel = true, true
	switch {
	case s.Draft.Hints:
		d.loginCode(s, h, step)
	case step.State == api.RequestOpen:
		d.openRequest(h, step)
		d.refuse(s, h)
	default:
		d.Next = primary(s, h, w.T("wizard.approval.again"), func() {
			if !s.Busy {
				h.Send(api.Resend{})
			}
		})
		d.refuse(s, h)
	}
	d.approvalFoot(s, h, step)
	return d
}

// openRequest shows the number to pick on the phone, if the policy wants one, and the time
// that is left (R50, R52).
func (d *StepView) openRequest(h Host, step api.AwaitApproval) {
	w := h.Words
	if step.Number > 0 {
		d.Body = append(d.Body, look.Z(look.NewBox(look.Sunken, look.Hairline, look.RadiusCard), look.Inset(look.S24, look.S24, look.S24, look.S24, look.V(look.S8,
			look.NewText(w.T("wizard.approval.number"), look.Label, look.Ink2).Centered(),
			look.NewText(strconv.Itoa(step.Number), look.CodeXL, look.Ink).Centered()))))
	}
	if step.Expires == nil || step.Asked == nil {
		return
	}
	d.Body = append(d.Body, look.H(0, kit.NewCountdown(kit.CountdownConfig{
		Clock: h.Clock, Ends: *step.Expires, Total: step.Expires.Sub(*step.Asked), Before: w.T("wizard.approval.left"),
		OnEnd: func() { h.Do(LookAgain) },
	}), look.Gap()))
}

// loginCode asks for a code of the phone, which needs no network (R90).
func (d *StepView) loginCode(s State, h Host, step api.AwaitApproval) {
	d.Heading, d.Lead = h.Words.T("wizard.approval.code-heading"), h.Words.T("wizard.approval.code-lead")
	d.digits(s, h, step.Digits)
}

// approvalFoot adds the ways out: a text (R53), a code of the phone (R90), another method (R40).
func (d *StepView) approvalFoot(s State, h Host, step api.AwaitApproval) {
	w := h.Words
	if step.TextInstead {
		d.Foot = append(d.Foot, control.NewLink(w.T("wizard.approval.text"), func() {
			if !s.Busy {
				h.Send(api.TextInstead{})
			}
		}))
	}
	other, hints := "wizard.approval.code", true
	if s.Draft.Hints {
		other, hints = "wizard.approval.wait", false
	}
	d.Foot = append(d.Foot, control.NewLink(w.T(other), func() {
		s.Draft.Hints, s.Draft.Code = hints, ""
		h.Do(Redraw)
	}))
	if link := otherMethods(s, h); link != nil {
		d.Foot = append(d.Foot, link)
	}
	if d.First == nil {
		d.First, _ = d.Foot[0].(fyne.Focusable)
	}
	if d.Next != nil && !s.Draft.Hints {
		d.First = d.Next
	}
}
