package wizard

import (
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
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
	by := look.V(look.S12,
		look.NewText(w.T("wizard.scan.type"), look.Strong, look.Ink).Wrapped(),
		kit.Well(control.NewSecret(control.SecretConfig{Name: w.T("wizard.scan.type"), Groups: fours(strings.ToLower(step.Secret)), Role: look.CodeM, PerLine: 4, Copy: h.copySecret})),
		look.Flow(look.S12, control.NewButton(w.T("wizard.copy"), "copy", control.Secondary, h.does(Copy{Text: step.Secret, Secret: true})),
			look.NewText(w.T("wizard.scan.kind"), look.Caption, look.Ink2)),
	)
	if s.Lab { // a real app shows other codes once the lab's clock was moved
		d.Foot = append(d.Foot, control.NewLink(w.T("wizard.scan.lab"), h.does(LabApp(step.URI))))
	}
	d.Body = []fyne.CanvasObject{
		look.Beside(look.S32, look.Points(300), kit.QR(step.URI, 240), by),
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
