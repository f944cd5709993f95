package ui

import (
	"time"

	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/ui/shell"
)

// A recoveryState has the data of the overview: the account, and the server's answer to
// "if this phone died now, could you get back in?".
type recoveryState struct {
	Account  api.Account
	Recovery api.Recovery
	Recent   []api.Activity
}

// recoveryAnswer returns the translation key of the answer, which begins with Yes or
// No, and the count of its plural; 0 for none.
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
	case keys == 1:
		return "ui.rescue.one-key", 0
	}
	return "ui.rescue.one-code", codes
}

// recoveryReason returns the translation key of the sentence that says what depends on
// the phone.
func recoveryReason(r api.Recovery) string {
	if r.BackIn == api.BackInOff {
		return "ui.rescue.off-why"
	}
	var text, app bool
	for _, o := range r.Gone {
		text = text || o.Kind == api.RecoveryText
		app = app || o.Kind == api.RecoveryApp
	}
	switch {
	case text && app:
		return "ui.rescue.both-on-phone"
	case text:
		return "ui.rescue.text-on-phone"
	case app:
		return "ui.rescue.app-on-phone"
	}
	return "ui.rescue.nothing-on-phone"
}

// A recoveryLine is one line of the lists: an icon and its text.
type recoveryLine struct{ icon, text string }

// maxKeyLines is how many keys get a line each. More of them share one line, so that
// the list stays short.
const maxKeyLines = 2

// recoveryLines describes options.
func recoveryLines(options []api.RecoveryOption, w *assets.Catalog, now time.Time) []recoveryLine {
	var lines []recoveryLine
	add := func(icon, text string) { lines = append(lines, recoveryLine{icon, text}) }
	for _, o := range options {
		switch o.Kind {
		case api.RecoveryKey:
			if o.Count > maxKeyLines {
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
