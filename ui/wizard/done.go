package wizard

import (
	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
)

// fewCodes is when the number of backup codes is mentioned (R78).
const fewCodes = 2

// FewCodes reports whether an account has so few backup codes left that it is
// said at sign-in and on the overview (R78). Who has a key needs none (R32), and
// isn't told at every sign-in that there is none.
func FewCodes(a api.Account) bool {
	return a.TwoFactor && a.BackupCodes.Active <= fewCodes && (a.BackupCodes.Active > 0 || a.Methods.Keys == 0)
}

// signedIn ends sign-in and sign-up.
func signedIn(s State, h Host, step api.SignedIn) StepView {
	w := h.Words
	d := StepView{Heading: w.T("wizard.signed-in.heading"), Lead: w.T("wizard.signed-in.lead"), Tile: "check"}
	if most := "wizard.signed-in.lead-" + step.Account.Policy; w.Has(most) { // R44: how long at most
		d.Lead = w.T(most)
	}
	d.Next = primary(s, h, w.T("wizard.signed-in.next"), h.Leave)
	d.First = d.Next
	if FewCodes(step.Account) {
		why := "wizard.signed-in.few-why"
		if step.Account.Methods.Keys > 0 {
			why += "-key"
		}
		d.Body = append(d.Body, kit.NewBanner(kit.Attention, w.N("wizard.signed-in.few", step.Account.BackupCodes.Active), w.T(why), "",
			kit.NewLink(w.T("wizard.signed-in.few-link"), func() { h.Open("backup-codes") })))
	}
	return d
}

// finished ends every other ceremony.
func finished(s State, h Host) StepView {
	w := h.Words
	key := "wizard.finished." + string(s.View.Kind)
	d := StepView{Heading: w.T(key), Lead: w.T(key + ".lead"), Tile: "check"}
	if m := s.Account.Methods; s.View.Kind == api.EnrollText && (m.App || m.Keys > 0) ||
		s.View.Kind == api.EnrollApp && (m.Text || m.Keys > 0) || s.View.Kind == api.EnrollKey && (m.Text || m.App) {
		d.Lead = w.T(key + ".lead-also")
	}
	d.Next = primary(s, h, w.T("wizard.done"), h.Leave)
	d.First = d.Next
	if s.View.Kind == api.EnrollKey && s.Account.BackupCodes.Active == 0 { // R32: offered, not forced
		d.Body = []fyne.CanvasObject{kit.NewBanner(kit.Info, w.T("wizard.finished.no-codes"), w.T("wizard.finished.no-codes-why"), "",
			kit.NewLink(w.T("wizard.finished.no-codes-link"), func() { h.Open("backup-codes") }))}
	}
	return d
}

// gone says that the ceremony is no longer there: it waited too long, or another
// one took its place.
func gone(s State, h Host) StepView {
	r := explain.Code(h.Words, "ceremony_gone")
	d := StepView{Heading: r.What, Lead: r.Why + " " + r.Next, Cancel: true}
	d.Next = primary(s, h, h.Words.T("wizard.again"), h.Begin)
	d.First = d.Next
	return d
}
