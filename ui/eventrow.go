package ui

import (
	"time"

	"fyne.io/fyne/v2"

	"nightlatch/assets/explain"
	"nightlatch/server/api"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// eventRow is the row of an event, which opens its page.
func eventRow(c *shell.Console, e api.Activity, open func()) kit.ListRow {
	w := c.Catalog
	title, detail, by, clock := explain.Event(w, e), explain.EventDetail(w, e), explain.Client(w, e.Client, e.RemoteAddr), w.Clock(e.At.In(c.Now().Location()))
	return kit.ListRow{Key: e.Cursor, State: []any{title, detail, by, clock}, Draw: func() fyne.CanvasObject {
		icon, ink := eventIcon(e)
		text := []fyne.CanvasObject{look.NewText(title, look.Body, look.Ink).Wrapped()}
		if detail != "" {
			text = append(text, look.NewText(detail, look.Caption, look.Ink2).Wrapped())
		}
		row := control.NewTapRow(look.Inset(look.S16, 10, look.S12, 10, look.H(look.S16, look.NewIcon(icon, 20, ink), look.Grow(look.V(0, text...)),
			look.Scaled(150, 0, look.NewText(by, look.Caption, look.Ink2).Wrapped()),
			look.Scaled(clockWidth(c), 0, look.NewText(clock, look.Code, look.Ink2).Trailing()), kit.Chevron())), open)
		row.Name = title
		return row
	}}
}

// clockWidth is the width of a column with times of day.
func clockWidth(c *shell.Console) float32 {
	if c.Catalog.Region().TwelveHour {
		return 72
	}
	return 44
}

// dayOf is a time on a day of the list.
func dayOf(list []api.Activity, day string, now time.Time) time.Time {
	for _, e := range list {
		if e.At.In(now.Location()).Format("2006-01-02") == day {
			return e.At
		}
	}
	return now
}
