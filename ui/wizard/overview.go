package wizard

import (
	"slices"

	"fyne.io/fyne/v2"

	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/look"
)

// points are the icon and the translation key of each point of an overview.
func points(m api.Method) [][2]string {
	switch m {
	case api.Text:
		return [][2]string{{"phone", "number"}, {"message", "code"}, {"backup-codes", "backup"}}
	case api.App:
		return [][2]string{{"app", "scan"}, {"verify", "code"}, {"backup-codes", "backup"}}
	}
	return [][2]string{{"usb", "insert"}, {"key", "touch"}, {"edit", "name"}}
}

// overview says what an enrolment will do, before it starts (R2).
func overview(s State, h Host, step api.Overview) StepView {
	w := h.Words
	key := "wizard.overview." + string(step.Method)
	var list []fyne.CanvasObject
	point := func(icon, key string) {
		list = append(list, look.HTop(look.S16, kit.Tile(icon, true), look.Grow(look.Inset(0, 1, 0, 0, look.V(2,
			look.NewText(w.T(key), look.Strong, look.Ink).Wrapped(),
			look.Para(w.T(key+"-why"), look.Ink2))))))
	}
	if slices.Contains(s.View.Path, api.EnterEmail{}.StepType()) { // R4
		point("mail", "wizard.overview.email")
	}
	for _, p := range points(step.Method) {
		if p[1] == "backup" && len(s.View.Path) > 0 && !slices.Contains(s.View.Path, api.SaveBackupCode{}.StepType()) {
			continue // R70: the account has one already
		}
		point(p[0], key+"."+p[1])
	}
	d := newStep(s, h)
	d.Cancel = true
	d.Body = []fyne.CanvasObject{
		look.V(look.S20, list...),
		kit.NewBanner(look.Info, w.T(key+".note"), w.T(key+".note-why"), ""),
	}
	if s.Account.Policy == api.PolicyHardened && step.Method == api.SecurityKey {
		d.Body = append(d.Body, kit.Note("lock", w.T("wizard.overview.key.hardened")))
	}
	d.Next = primary(s, h, w.T("wizard.overview.next"), func() {
		if !s.Busy {
			h.Send(api.Continue{})
		}
	})
	d.refuse(s, h)
	if d.First = d.Next; s.View.Notice != nil { // it would be refused
		d.Next.Disable()
		d.First = nil
	}
	return d
}
