package ui

import (
	"time"

	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/ui/shell"
)

// A recoveryState has the data of the overview: the account, and the server's
// answer to the question "if this phone died now, could you get back in?".
type recoveryState struct {
	Account  api.Account
	Recovery api.Recovery
	Recent   []api.Activity
}

// recoveryQuestion is the question that is answered, about a device that the account has. It
// is empty while two-factor is off: then there is no device to lose.
func recoveryQuestion(r api.Recovery, w *assets.Catalog) string {
	text, label := false, ""
	for _, o := range r.Gone {
		text = text || o.Kind == api.RecoveryText
		if o.Kind == api.RecoveryKey && len(o.Labels) > 0 {
			label = o.Labels[0]
		}
	}
	switch {
	case r.BackIn == api.BackInOff:
		return ""
	case r.Lost == api.LostKey && label != "":
		return w.T("ui.rescue.question.key", assets.Args{"label": label})
	case r.Lost == api.LostKey:
		return w.T("ui.rescue.question.keys")
	case text:
		return w.T("ui.rescue.question")
	}
	return w.T("ui.rescue.question.app")
}

// recoveryAnswer returns the translation key of the answer, which begins with Yes or No
// if there is a question, and the count of its plural; 0 for none.
func recoveryAnswer(r api.Recovery) (key string, count int) {
	var keys, codes int
	for _, o := range r.Keeps {
		switch o.Kind {
		case api.RecoveryKey:
			keys = o.Count
		case api.RecoveryBackupCodes:
			codes = o.Count
		}
	}
	ways := keys + min(codes, 1)
	switch {
	case r.BackIn == api.BackInOff:
		return "ui.rescue.off", 0
	case r.BackIn == api.BackInNo:
		return "ui.rescue.no", 0
	case ways > 1:
		return "ui.rescue.ways", ways
	case keys == 1 && r.Lost == api.LostKey:
		return "ui.rescue.other-key", 0
	case keys == 1:
		return "ui.rescue.one-key", 0
	}
	return "ui.rescue.one-code", codes
}

// recoveryReason returns the translation key of the sentence that says what depends on
// the device.
func recoveryReason(r api.Recovery) string {
	var text, app, labelled bool
	for _, o := range r.Gone {
		text = text || o.Kind == api.RecoveryText
		app = app || o.Kind == api.RecoveryApp
		labelled = labelled || len(o.Labels) > 0
	}
	switch {
	case r.BackIn == api.BackInOff:
		return "ui.rescue.off-why"
	case text && app:
		return "ui.rescue.both-on-phone"
	case text:
		return "ui.rescue.text-on-phone"
	case app:
		return "ui.rescue.app-on-phone"
	case labelled:
		return "ui.rescue.key-alone"
	}
	return "ui.rescue.keys-alone"
}

// recoveryWords is a text about the next step or a list, in the form for what is lost, if
// there is one.
func recoveryWords(r api.Recovery, w *assets.Catalog, key string) string {
	if own := key + "." + string(r.Lost); r.Lost != "" && w.Has(own) {
		return w.T(own)
	}
	return w.T(key)
}

// A recoveryLine is one line of the lists: an icon and its text.
type recoveryLine struct{ icon, text string }

// maxKeyLines is how many keys get a line each. More of them share one line, so that
// the list stays short.
const maxKeyLines = 2

// recoveryLines describes options. lost lists what is lost, otherwise what is left.
func recoveryLines(options []api.RecoveryOption, lost bool, w *assets.Catalog, now time.Time) []recoveryLine {
	var lines []recoveryLine
	add := func(icon, text string) { lines = append(lines, recoveryLine{icon, text}) }
	for _, o := range options {
		switch o.Kind {
		case api.RecoveryKey:
			switch {
			case len(o.Labels) == 0 && lost:
				add("key", w.T("ui.rescue.lost-key"))
				continue
			case len(o.Labels) == 0:
				add("key", w.N("ui.rescue.other-keys", o.Count, nil))
				continue
			case o.Count > maxKeyLines:
				add("key", w.N("ui.rescue.keys", o.Count, nil))
				continue
			}
			for _, label := range o.Labels {
				add("key", w.T("ui.rescue.a-key", assets.Args{"label": label}))
			}
		case api.RecoveryBackupCodes:
			add("backup-codes", w.N("ui.rescue.codes", o.Count, assets.Args{"next": o.Number}))
		case api.RecoverySession:
			if o.Until != nil {
				add("sessions", w.T("ui.rescue.session", assets.Args{"day": shell.OnDay(w, now, *o.Until)}))
			}
		case api.RecoveryPassword:
			add("lock", w.T("ui.rescue.password"))
		case api.RecoveryText:
			add("message", w.T("method.text"))
		case api.RecoveryApp:
			add("app", w.T("method.app"))
		}
	}
	return lines
}
