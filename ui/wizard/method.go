package wizard

import (
	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
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
// are none.
func otherMethods(h Host, alternatives []api.Method) fyne.CanvasObject {
	if len(alternatives) == 0 {
		return nil
	}
	return control.NewLink(h.Words.T("wizard.ways.link"), h.does(ShowMethods))
}

// chooseMethod lists all other enrolled methods (R40).
func chooseMethod(s State, h Host) StepView {
	w := h.Words
	d := StepView{Heading: w.T("wizard.ways.heading"), Lead: w.T("wizard.ways.lead"), Back: true}
	var rows []fyne.CanvasObject
	for _, m := range api.Alternatives(s.View.Step) {
		what := w.T("wizard.ways." + string(m))
		if m == api.Text && s.NoTexts { // a code that was texted before can still be entered
			what = w.T("wizard.ways.text-unable")
		}
		row := control.NewTapRow(kit.Row(kit.Tile(MethodIcon(m), false), explain.Method(w, m), what, kit.Chevron()),
			func() {
				if !s.Busy {
					h.Send(api.ChooseMethod{Method: m})
				}
			})
		if d.First == nil {
			d.First = row
		}
		rows = append(rows, row)
	}
	d.Body = []fyne.CanvasObject{kit.List(72, rows...)}
	if s.Fault != nil || s.Chosen { // a refusal of the step stays with the step
		d.refuse(s, h)
	}
	return d
}
