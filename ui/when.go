package ui

import (
	"strconv"
	"time"

	"nightlatch/assets"
)

// when is a moment within a sentence: "today at 09:41", "yesterday at 21:07",
// and from then on the day alone.
func when(w *assets.Catalog, now, t time.Time) string {
	switch w.Day(now, t) {
	case w.T("when.today"):
		return w.T("ui.when.today-at", w.Clock(t.In(now.Location())))
	case w.T("when.yesterday"):
		return w.T("ui.when.yesterday-at", w.Clock(t.In(now.Location())))
	}
	return onDay(w, now, t)
}

// onDay is a day within a sentence: "today", "3 November".
func onDay(w *assets.Catalog, now, t time.Time) string {
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

// counted is the text of a key for a number: where the language has a text for
// just that number ("one of two"), that one.
func counted(w *assets.Catalog, key string, n int) string {
	if exact := key + "." + strconv.Itoa(n); w.Has(exact) {
		return w.T(exact)
	}
	return w.N(key, n)
}
