package wizard

import (
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// newField makes a field that stores its text in *draft.
func newField(label, hint string, secret, refused bool, draft *string) *control.TextField {
	f := control.NewTextField(label, hint, control.InputConfig{Text: *draft, Secret: secret, OnChanged: func(s string) { *draft = s }})
	if refused {
		f.Input.Refuse()
	}
	return f
}

// newRefusal makes a banner from an explanation.
func newRefusal(s explain.Explanation, links ...fyne.CanvasObject) fyne.CanvasObject {
	return kit.NewBanner(look.Refused, s.What, s.Why, s.Next, links...)
}

// refusal explains why the last input was refused, whether by the screen, the
// connection or the ceremony. It is nil if nothing was refused.
func refusal(s State, w *assets.Catalog) *explain.Explanation {
	if s.Fault != nil {
		return s.Fault
	}
	if s.View.Refusal == nil {
		return nil
	}
	r := explain.Refusal(w, explain.Situation{View: s.View, ShortCode: s.ShortCode})
	return &r
}

// refusedField reports whether the refusal concerns one of the fields, which have the
// names of the API.
func refusedField(s State, names ...string) bool {
	r := s.View.Refusal
	if s.Fault != nil {
		for _, n := range names {
			if strings.HasSuffix(s.Fault.Code, "."+n) {
				return true
			}
		}
		return false
	}
	if r == nil {
		return false
	}
	if r.Field == "" {
		switch r.Code {
		case api.Throttled, api.CannotSend, api.ResendTooEarly, api.KeysFull:
			return false
		}
		return true
	}
	for _, n := range names {
		if r.Field == n {
			return true
		}
	}
	return false
}

// refuse adds the banner of a refusal to the step and, if the user has to wait, a
// countdown. Until it ends the primary button is disabled.
func (d *StepView) refuse(s State, h Host, links ...fyne.CanvasObject) {
	r := refusal(s, h.Words)
	if r == nil {
		return
	}
	d.Body = append(d.Body, s.Draft.refusalBanner(*r, links))
	left := r.RetryAt.Sub(h.Clock.Now())
	if left <= 0 {
		return
	}
	next := d.Next
	if next != nil {
		next.Disable()
	}
	d.Body = append(d.Body, look.H(0, kit.NewCountdown(kit.CountdownConfig{
		Clock: h.Clock, Ends: r.RetryAt, Total: left, Before: h.Words.T("wizard.retry-in"),
		OnEnd: func() {
			if next != nil && !s.Busy {
				next.Enable()
			}
		},
	}), look.Gap()))
}

// refusalBanner is the banner of the step's refusal. It is made once and then changed.
func (d *Draft) refusalBanner(e explain.Explanation, links []fyne.CanvasObject) *kit.Banner {
	if d.kept.refusal == nil {
		d.kept.refusal = kit.NewBanner(look.Refused, "", "", "")
	}
	d.kept.refusal.SetState(kit.BannerState{Tone: look.Refused, What: e.What, Why: e.Why, Next: e.Next, Actions: links})
	return d.kept.refusal
}

// refuseUntilTyped is refuse for a step with a code. The banner disappears as soon
// as another code is typed, unless it says how long to wait. The function returned
// is the field's OnChanged.
func (d *StepView) refuseUntilTyped(s State, h Host, links ...fyne.CanvasObject) func(code string) {
	r := refusal(s, h.Words)
	waits := r != nil && r.RetryAt.After(h.Clock.Now())
	if waits || !s.Draft.Typed {
		d.refuse(s, h, links...)
	}
	return func(code string) {
		s.Draft.Code, s.Draft.Typed = code, true
		if banner := s.Draft.kept.refusal; banner != nil && !waits {
			banner.Hide() // without a new layout: what is below stays until the next drawing
		}
	}
}

// primary makes the primary button of a step. It is disabled while State.Busy.
func primary(s State, h Host, label string, tap func()) *control.Button {
	b := control.NewButton(label, "", control.Primary, tap)
	if s.Busy {
		b.Disable()
	}
	return b
}

// sendFilled sends an input, or explains that the named field is empty.
func sendFilled(s State, h Host, value, name string, in api.Input) {
	if s.Busy {
		return
	}
	if strings.TrimSpace(value) == "" {
		h.Do(Fail{explain.Code(h.Words, "empty."+name)})
		return
	}
	h.Send(in)
}
