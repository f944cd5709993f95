package wizard

import (
	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// signedIn is the last step of sign-in and sign-up.
func signedIn(s State, h Host, step api.SignedIn) StepView {
	w := h.Words
	d := newStep(s, h)
	d.Tile = "check"
	d.Next = primary(s, h, w.T("wizard.signed-in.next"), h.does(Leave))
	d.First = d.Next
	if step.Account.BackupCodes.Low {
		why := "wizard.signed-in.few-why"
		if step.Account.Methods.Keys > 0 {
			why += "-key"
		}
		d.Body = append(d.Body, kit.NewBanner(look.Attention, w.N("wizard.signed-in.few", step.Account.BackupCodes.Active), w.T(why), "",
			control.NewLink(w.T("wizard.signed-in.few-link"), h.does(Open("backup-codes")))))
	}
	return d
}

// finished is the last step of every other ceremony.
func finished(s State, h Host) StepView {
	w := h.Words
	d := newStep(s, h)
	d.Tile = "check"
	if s.View.Kind == api.TurnOff {
		if s.TurnedOff != "" {
			d.Heading = w.T("wizard.finished.turn-off." + string(s.TurnedOff))
		}
		if !s.Account.TwoFactor { // R61
			d.Lead = w.T("wizard.finished.turn-off.lead-last")
		}
	}
	d.Next = primary(s, h, w.T("wizard.done"), h.does(Leave))
	d.First = d.Next
	if s.View.Kind == api.EnrollKey && s.Account.BackupCodes.Active == 0 { // R32: codes are offered and not required
		d.Body = []fyne.CanvasObject{kit.NewBanner(look.Info, w.T("wizard.finished.no-codes"), w.T("wizard.finished.no-codes-why"), "",
			control.NewLink(w.T("wizard.finished.no-codes-link"), h.does(Open("backup-codes"))))}
	}
	return d
}

// gone says that the ceremony no longer exists: it expired, or another one replaced it.
func gone(s State, h Host) StepView {
	r := explain.Code(h.Words, "ceremony_gone")
	d := StepView{Heading: r.What, Lead: r.Why + " " + r.Next, Cancel: true}
	d.Next = primary(s, h, h.Words.T("wizard.again"), h.does(BeginAgain))
	d.First = d.Next
	return d
}
