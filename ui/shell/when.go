package shell

import (
	"strconv"
	"time"

	"nightlatch/assets"
)

// When is a moment within a sentence: "today at 09:41", "yesterday at 21:07", or
// the day alone for earlier ones.
func When(w *assets.Catalog, now, t time.Time) string {
	switch w.Day(now, t) {
	case w.T("when.today"):
		return w.T("ui.when.today-at", w.Clock(t.In(now.Location())))
	case w.T("when.yesterday"):
		return w.T("ui.when.yesterday-at", w.Clock(t.In(now.Location())))
	}
	return OnDay(w, now, t)
}

// OnDay is a day within a sentence: "today", "3 November".
func OnDay(w *assets.Catalog, now, t time.Time) string {
	switch day := w.Day(now, t); day {
	case w.T("when.today"):
		return w.T("ui.when.today")
	case w.T("when.yesterday"):
		return w.T("ui.when.yesterday")
	case w.T("when.tomorrow"):
		return w.T("ui.when.tomorrow")
	default:
		return day
	}
}

// Counted is the text of a key for a number. A text for exactly this number comes
// first: key.2 ("both").
func Counted(w *assets.Catalog, key string, n int) string {
	if exact := key + "." + strconv.Itoa(n); w.Has(exact) {
		return w.T(exact)
	}
	return w.N(key, n)
}
