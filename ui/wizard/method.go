package wizard

import (
	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// MethodIcon is the icon of a method.
func MethodIcon(m api.Method) string {
	switch m {
	case api.Text:
		return "message"
	case api.App:
		return "app"
	case api.LoginRequest:
		return "login-request"
	case api.BackupCode:
		return "backup-codes"
	}
	return "key"
}

// otherMethods is the link to the other methods for the second step (R40); nil if there
// are none. It does not promise one if none would complete the sign-in.
func otherMethods(s State, h Host) fyne.CanvasObject {
	all, _ := api.Alternatives(s.View.Step)
	switch {
	case len(all) == 0:
		return nil
	case api.Alone(s.View.Step):
		return control.NewLink(h.Words.T("wizard.ways.none-link"), h.does(ShowMethods))
	}
	return control.NewLink(h.Words.T("wizard.ways.link"), h.does(ShowMethods))
}

// chooseMethod lists all other enrolled methods (R40). Those that would not complete the
// sign-in now come last, with the reason. They can be opened all the same, because their
// step says what helps (R74).
func chooseMethod(s State, h Host) StepView {
	w := h.Words
	d := StepView{Heading: w.T("wizard.ways.heading"), Lead: w.T("wizard.ways.lead"), Back: true}
	_, unable := api.Alternatives(s.View.Step)
	row := func(m api.Method, what string, tile fyne.CanvasObject) fyne.CanvasObject {
		r := control.NewTapRow(kit.TallRow(tile, explain.Method(w, m), what, kit.Chevron()), func() {
			if !s.Busy {
				h.Send(api.ChooseMethod{Method: m})
			}
		})
		if d.First == nil {
			d.First = r
		}
		return r
	}
	var rows, rest []fyne.CanvasObject
	for _, m := range api.Usable(s.View.Step) {
		rows = append(rows, row(m, w.T("wizard.ways."+string(m)), kit.Tile(MethodIcon(m), true)))
	}
	for _, u := range unable {
		rest = append(rest, row(u.Method, explain.Unable(w, u), kit.Tile(MethodIcon(u.Method), false)))
	}
	switch {
	case len(rows) == 0:
		d.Heading, d.Lead = w.T("wizard.ways.none-heading"), w.T("wizard.ways.none-lead")
		d.Body = []fyne.CanvasObject{kit.List(72, rest...)}
	case len(rest) == 0:
		d.Body = []fyne.CanvasObject{kit.List(72, rows...)}
	default:
		d.Body = []fyne.CanvasObject{kit.List(72, rows...), look.V(look.S8, kit.Section(w.T("wizard.ways.unable")), kit.List(72, rest...))}
	}
	if s.Fault != nil || s.Chosen { // a refusal of the step stays with the step
		d.refuse(s, h)
	}
	return d
}
