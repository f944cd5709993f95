package wizard

import (
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// backupSymbols is the length of a backup code (R76).
const backupSymbols = 16

// enterBackupCode asks for the backup code with the next number (R72).
func enterBackupCode(s State, h Host, step api.EnterBackupCode) StepView {
	w := h.Words
	d := newStep(s, h)
	d.Back, d.Cancel = true, true
	next := func() {
		if typed := len(s.Draft.Code); !s.Busy && typed > 0 && typed < backupSymbols {
			h.Do(Fail{explain.Variant(w, "short.code", "backup", assets.Args{"typed": typed, "digits": backupSymbols})})
			return
		}
		sendFilled(s, h, s.Draft.Code, "backup", api.Code{Code: s.Draft.Code})
	}
	d.Next = primary(s, h, nextWords(s, h), next)
	label := w.T("wizard.backup", assets.Args{"number": step.Number})
	if step.Number == 0 { // R74: none is active; the notice explains it
		label = w.T("wizard.backup.none")
	}
	code := d.code(s, h, label, w.T("wizard.backup.hint"), func() *control.CodeField { return control.NewBackupField("") })
	d.Body = []fyne.CanvasObject{d.fields["code"].field}
	if step.OthersVoid { // R73: before it happens
		args := assets.Args{"number": step.Number}
		d.Body = append(d.Body, kit.NewBanner(look.Attention, w.T("wizard.backup.others-void", args), w.T("wizard.backup.others-void-why", args), ""))
	}
	code.OnChanged = d.refuseUntilTyped(s, h)
	if link := otherMethods(s, h); link != nil {
		d.Foot = []fyne.CanvasObject{link}
	}
	return d
}

// saveBackupCode shows the first backup code, once (R13, R70, R76, R77).
func saveBackupCode(s State, h Host, step api.SaveBackupCode) StepView {
	w := h.Words
	d := newStep(s, h)
	d.Tile = "check"
	d.Next = primary(s, h, w.T("wizard.got-it"), func() {
		if !s.Busy {
			h.Send(api.Continue{})
		}
	})
	tools := CodeTools(w, s.Saved, func(how Keeping) { h.Do(Keep{how, step}) })
	d.Body = []fyne.CanvasObject{CodePlate(w.T("wizard.save.number", assets.Args{"number": step.Number}), step.Code, h.copySecret), tools}
	switch {
	case s.Saved.Kept():
		d.Body = append(d.Body, kit.NewBanner(look.Info, w.T("wizard.save.done"), savedHow(w, s.Saved), ""))
	case s.Saved.Copied:
		d.Body = append(d.Body, kit.NewBanner(look.Attention, w.T("wizard.save.not-yet"), w.T("wizard.save.copied"), ""))
	default:
		d.Body = append(d.Body, kit.NewBanner(look.Attention, w.T("wizard.save.not-yet"), w.T("wizard.save.not-yet-why"), ""))
	}
	d.refuse(s, h)
	if first, ok := tools.Objects[0].(fyne.Focusable); ok {
		d.First = first
	}
	return d
}

// CodePlate shows a code large, in groups, below its name. It can be selected and copied.
func CodePlate(name, code string, copyIt func(string)) fyne.CanvasObject {
	return look.Z(look.NewBox(look.Sunken, look.Hairline, look.RadiusCard), look.Inset(look.S24, look.S24, look.S24, look.S24, look.V(look.S8,
		look.NewText(name, look.Label, look.Ink2).Centered(),
		control.NewSecret(control.SecretConfig{Name: name, Groups: strings.Split(code, "-"), Join: "-", Role: look.CodeXL, PerLine: 4, Copy: copyIt}))))
}

// CodeTools are the buttons for keeping a code that is shown only once.
func CodeTools(w *assets.Catalog, done Saved, keep func(Keeping)) *fyne.Container {
	button := func(icon, key string, did bool, how Keeping) fyne.CanvasObject {
		if did {
			icon = "check"
		}
		return control.NewButton(w.T("wizard.save."+key), icon, control.Secondary, func() { keep(how) })
	}
	return look.FlowCentred(look.S12,
		button("copy", "copy", done.Copied, OnClipboard),
		button("save", "save", done.Saved, InFile),
		button("printer", "print", done.Printed, OnPaper),
		button("verify", "check", done.Checked, Checked))
}

// savedHow says what the user did with the code.
func savedHow(w *assets.Catalog, s Saved) string {
	switch {
	case s.Checked:
		return w.T("wizard.save.checked")
	case s.Printed:
		return w.T("wizard.save.printed")
	}
	return w.T("wizard.save.saved")
}
