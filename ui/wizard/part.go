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

// A stepField is a field of a step, which shows the refusal that belongs to it.
type stepField struct {
	field *control.Field
	focus fyne.Focusable
}

// add adds a field. name is its name in the API.
func (d *StepView) add(name string, f *control.Field, focus fyne.Focusable) {
	if d.fields == nil {
		d.fields = map[string]stepField{}
	}
	d.fields[name] = stepField{f, focus}
	if d.First == nil {
		d.First = focus
	}
}

// text makes a field that stores its text in *draft. name is its name in the API.
func (d *StepView) text(s State, name, label, hint string, secret bool, draft *string) *control.TextField {
	f := control.NewTextField(label, hint, control.InputConfig{Text: *draft, Secret: secret, OnChanged: func(text string) { *draft, s.Draft.Typed = text, true }})
	d.add(name, &f.Field, f.Focus())
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

// refusedAt is the field that the last refusal belongs to, "" for none.
func refusedAt(s State, h Host) string {
	if r := refusal(s, h.Words); r != nil {
		return r.Field
	}
	return ""
}

// refuse shows a refusal: at the field that it belongs to, until something is typed, or in
// a banner if it belongs to none of the step. If the user has to wait, a countdown follows,
// and until it ends the primary button is disabled.
func (d *StepView) refuse(s State, h Host) {
	r := refusal(s, h.Words)
	if r == nil {
		return
	}
	left := r.RetryAt.Sub(h.Clock.Now())
	if f, ok := d.fields[r.Field]; ok && left <= 0 {
		d.First = f.focus
		if !s.Draft.Typed {
			f.field.Refuse(r.Sentence())
		}
		return
	}
	d.Body = append(d.Body, s.Draft.refusalBanner(*r))
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
func (d *Draft) refusalBanner(e explain.Explanation) *kit.Banner {
	if d.kept.refusal == nil {
		d.kept.refusal = kit.NewBanner(look.Refused, "", "", "")
	}
	d.kept.refusal.SetState(kit.BannerState{Tone: look.Refused, What: e.What, Why: e.Why, Next: e.Next})
	return d.kept.refusal
}

// refuseUntilTyped is refuse for a step with a code. What it shows disappears as soon as
// the code is changed, unless it says how long to wait. The function returned is the field's
// OnChanged.
func (d *StepView) refuseUntilTyped(s State, h Host) func(code string) {
	r := refusal(s, h.Words)
	waits := r != nil && r.RetryAt.After(h.Clock.Now())
	if waits || !s.Draft.Typed {
		d.refuse(s, h)
	}
	field := d.fields["code"].field
	return func(code string) {
		s.Draft.Code, s.Draft.Typed = code, true
		field.Clear()
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
