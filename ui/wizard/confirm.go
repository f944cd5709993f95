package wizard

import (
	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
)

// confirm asks before a loss and lists what it will do (R60, R61).
func confirm(s State, h Host, step api.Confirm) StepView {
	w := h.Words
	key := "wizard.confirm." + string(step.Method)
	d := StepView{Heading: w.T(key), Lead: w.T("wizard.confirm.lead"), Cancel: true, Careful: true}
	var list []fyne.CanvasObject
	for _, c := range step.Consequences {
		icon, ink := "attention", kit.Brass
		if c.Code == api.MethodOff {
			icon, ink = "info", kit.Accent
		}
		list = append(list, kit.HTop(kit.S12, kit.NewIcon(icon, 20, ink), kit.Grow(kit.NewText(consequence(s, h, step, c), kit.Body, kit.Ink).Wrapped())))
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

// consequence says one thing that confirming will do. A code that this version
// does not know comes with the server's own words.
func consequence(s State, h Host, step api.Confirm, c api.Consequence) string {
	w := h.Words
	for _, key := range []string{"wizard.consequence." + c.Code + "." + string(step.Method), "wizard.consequence." + c.Code} {
		if w.Has(key) {
			return w.N(key, c.Count)
		}
	}
	return c.Title
}
