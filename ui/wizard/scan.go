package wizard

import (
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
)

// scanQR shows a new secret as a QR code and as text in groups of four (R20).
func scanQR(s State, h Host, step api.ScanQR) StepView {
	w := h.Words
	d := newStep(s, h)
	d.Back, d.Cancel = true, true
	d.Next = primary(s, h, w.T("wizard.continue"), func() {
		if !s.Busy {
			h.Send(api.Continue{})
		}
	})
	by := kit.V(kit.S12,
		kit.NewText(w.T("wizard.scan.type"), kit.Strong, kit.Ink).Wrapped(),
		kit.Well(kit.Groups(kit.CodeM, kit.Ink, 4, fours(strings.ToLower(step.Secret))...)),
		kit.Flow(kit.S12, kit.NewButton(w.T("wizard.copy"), "copy", kit.Secondary, h.does(Copy{Text: step.Secret, Secret: true})),
			kit.NewText(w.T("wizard.scan.kind"), kit.Caption, kit.Ink3)),
	)
	d.Body = []fyne.CanvasObject{
		kit.Beside(kit.S32, 300, kit.QR(step.URI, 240), by),
		kit.Note("lock", w.T("wizard.scan.secret")),
	}
	d.refuse(s, h)
	d.First = d.Next
	return d
}

// fours cuts a code into groups of four characters.
func fours(code string) (groups []string) {
	for len(code) > 4 {
		groups, code = append(groups, code[:4]), code[4:]
	}
	return append(groups, code)
}
