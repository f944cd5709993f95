package wizard

import (
	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// confirm lists the consequences of a removal and asks for confirmation (R60, R61).
func confirm(s State, h Host, step api.Confirm) StepView {
	w := h.Words
	key := "wizard.confirm." + string(step.Method)
	d := newStep(s, h)
	d.Cancel, d.Careful = true, true
	var list []fyne.CanvasObject
	for _, c := range step.Consequences {
		icon, ink := "attention", look.Brass
		if c.Code == api.MethodOff {
			icon, ink = "info", look.Accent
		}
		list = append(list, look.HTop(look.S12, look.NewIcon(icon, 20, ink), look.Grow(look.NewText(explain.Consequence(w, step, c), look.Body, look.Ink).Wrapped())))
	}
	d.Body = []fyne.CanvasObject{look.V(look.S16, list...)}
	d.Next = control.NewButton(w.T(key+".next"), "", control.Destroy, func() {
		if !s.Busy {
			h.Send(api.ConfirmInput{})
		}
	})
	if s.Busy {
		d.Next.Disable()
	}
	d.refuse(s, h)
	return d
}
