package wizard

import (
	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
)

// confirm lists the consequences of a removal and asks for confirmation (R60, R61).
func confirm(s State, h Host, step api.Confirm) StepView {
	w := h.Words
	key := "wizard.confirm." + string(step.Method)
	d := newStep(s, h)
	d.Cancel, d.Careful = true, true
	var list []fyne.CanvasObject
	for _, c := range step.Consequences {
		icon, ink := "attention", kit.Brass
		if c.Code == api.MethodOff {
			icon, ink = "info", kit.Accent
		}
		list = append(list, kit.HTop(kit.S12, kit.NewIcon(icon, 20, ink), kit.Grow(kit.NewText(explain.Consequence(w, step, c), kit.Body, kit.Ink).Wrapped())))
	}
	d.Body = []fyne.CanvasObject{kit.V(kit.S16, list...)}
	d.Next = kit.NewButton(w.T(key+".next"), "", kit.Destroy, func() {
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
