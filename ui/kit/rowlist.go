package kit

import (
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// A ListRow is one row of a RowList.
type ListRow struct {
	Key   string // identifies the row among the rows of its list
	State any    // everything that Draw shows; compared with reflect.DeepEqual
	Draw  func() fyne.CanvasObject
}

// A RowList is a card of rows with rules between them, like List, whose rows can
// change. A screen keeps the list and calls SetRows. A row whose state has not
// changed keeps its widget, and with it the keyboard focus.
type RowList struct {
	widget.BaseWidget
	inset  float32
	rows   []ListRow
	drawn  []fyne.CanvasObject // by index in rows
	column *fyne.Container
	body   *fyne.Container
}

// NewRowList makes a list; the rules start at inset.
func NewRowList(inset float32, rows ...ListRow) *RowList {
	l := &RowList{inset: inset, column: look.V(0)}
	l.body = Card(l.column)
	l.ExtendBaseWidget(l)
	l.SetRows(rows...)
	return l
}

// SetRows replaces the rows. Rows that are new, and rows whose state differs from
// the state last set for their key, are drawn. If the row with the keyboard focus
// is drawn again, the focus moves to the same part of the new row; if the row is
// gone, to the row that took its position.
func (l *RowList) SetRows(rows ...ListRow) {
	known := map[string]int{}
	for i, r := range l.rows {
		known[r.Key] = i
	}
	drawn := make([]fyne.CanvasObject, len(rows))
	for i, r := range rows {
		if was, ok := known[r.Key]; ok && reflect.DeepEqual(l.rows[was].State, r.State) {
			drawn[i] = l.drawn[was]
		} else {
			drawn[i] = r.Draw()
		}
	}
	row, part := l.focused()
	var key string
	if row >= 0 {
		key = l.rows[row].Key
	}
	l.rows, l.drawn = rows, drawn
	l.column.Objects = withRules(l.inset, drawn)
	l.column.Refresh()
	look.Relayout(l)
	if row >= 0 {
		l.refocus(key, row, part)
	}
}

// focused finds the keyboard focus: the index of a row and of a part in it that
// can have the focus; -1 when no row has it.
func (l *RowList) focused() (row, part int) {
	c := fyne.CurrentApp().Driver().CanvasForObject(l)
	if c == nil || c.Focused() == nil {
		return -1, 0
	}
	for i, o := range l.drawn {
		for n, f := range focusables(o) {
			if f == c.Focused() {
				return i, n
			}
		}
	}
	return -1, 0
}

// refocus moves the focus after a row that had it was drawn again or removed.
func (l *RowList) refocus(key string, row, part int) {
	c := fyne.CurrentApp().Driver().CanvasForObject(l)
	for i, r := range l.rows {
		if r.Key == key {
			row = i
		}
	}
	if row = min(row, len(l.rows)-1); row < 0 {
		c.Unfocus()
		return
	}
	parts := focusables(l.drawn[row])
	if part < len(parts) {
		if c.Focus(parts[part]); c.Focused() == parts[part] {
			return
		}
	}
	c.Unfocus()
	for _, p := range parts { // the first that is enabled
		if c.Focus(p); c.Focused() == p {
			return
		}
	}
}

// focusables are the parts of an object that can have the keyboard focus, in
// reading order.
func focusables(o fyne.CanvasObject) (parts []fyne.Focusable) {
	look.Walk(o, func(o fyne.CanvasObject) bool {
		if f, ok := o.(fyne.Focusable); ok {
			parts = append(parts, f)
		}
		return true
	})
	return parts
}

// Row is the widget of the row with a key, nil when there is no such row.
func (l *RowList) Row(key string) fyne.CanvasObject {
	for i, r := range l.rows {
		if r.Key == key {
			return l.drawn[i]
		}
	}
	return nil
}

// HeightFor is the height at a width.
func (l *RowList) HeightFor(w float32) float32 { return look.HeightFor(l.body, w) }

// MinSize is the size of the card.
func (l *RowList) MinSize() fyne.Size { return l.body.MinSize() }

// Refresh draws again.
func (l *RowList) Refresh() { l.body.Refresh(); l.BaseWidget.Refresh() }

// CreateRenderer implements fyne.Widget.
func (l *RowList) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(l.body) }

// Held implements look.Holder.
func (l *RowList) Held() []fyne.CanvasObject { return l.body.Objects }
