package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// A RailItem is one place to go: icon, words, and a count when something waits.
type RailItem struct {
	Press
	Selected bool
	box, bar *Box
	icon     *Icon
	label    *Text
}

func NewRailItem(icon, label, count string, selected bool, tap func()) *RailItem {
	r := &RailItem{
		Selected: selected, box: NewBox(Clear, "", RadiusControl), bar: NewBox(Accent, "", 2),
		icon: NewIcon(icon, 20, Ink2), label: NewText(label, Body, Ink2),
	}
	r.OnTap = tap
	line := []fyne.CanvasObject{r.icon, Grow(r.label)}
	if count != "" {
		line = append(line, Chip(count, AccentSoft, Accent))
	}
	mark := Inset(0, 9, 0, 9, HTop(0, Full(Sized(3, 0, r.bar)), Gap()))
	r.init(r, Z(r.box, mark, Sized(0, 36, Inset(S12, 0, 6, 0, Centre2(H(10, line...))))), RadiusControl, -1, r.dress)
	return r
}

func (r *RailItem) dress() {
	r.box.Fill, r.icon.Color, r.label.Color, r.label.Role = Clear, Ink2, Ink2, Body
	r.bar.Hide()
	if r.Hovered {
		r.box.Fill = HoverTint
	}
	if r.Selected {
		r.box.Fill, r.icon.Color, r.label.Color, r.label.Role = AccentSoft, Accent, Ink, Strong
		r.bar.Show()
	}
}

// Chip is a tiny filled label: a count.
func Chip(words string, fill, ink fyne.ThemeColorName) fyne.CanvasObject {
	return Z(NewBox(fill, "", RadiusChip), Inset(7, 2, 7, 2, NewText(words, Label, ink)))
}

// A Place is one entry of the rail.
type Place struct {
	ID    string // handed to OnSelect
	Icon  string
	Name  string
	Count string // empty: nothing waits
}

// A RailConfig is what the left rail shows.
type RailConfig struct {
	Selected       string // Place.ID
	Name, Subtitle string // who is signed in
	Groups         [][]Place
	Feet           []Place // stay at the bottom
	OnSelect       func(id string)
	OnAccount      func()
}

// A SideRail is the left rail: who is signed in, places, and the feet.
type SideRail struct {
	widget.BaseWidget
	items map[string]*RailItem
	body  fyne.CanvasObject
}

// NewRail builds the rail.
func NewRail(c RailConfig) *SideRail {
	r := &SideRail{items: map[string]*RailItem{}}
	item := func(p Place) fyne.CanvasObject {
		it := NewRailItem(p.Icon, p.Name, p.Count, p.ID == c.Selected, func() {
			if c.OnSelect != nil {
				c.OnSelect(p.ID)
			}
		})
		r.items[p.ID] = it
		return it
	}
	initial := ""
	for _, first := range c.Name {
		initial = string(first)
		break
	}
	who := Inset(S8, S8, S8, S8, H(S12, Avatar(initial, 32), Grow(V(0, NewText(c.Name, Strong, Ink), NewText(c.Subtitle, Caption, Ink3)))))
	parts := []fyne.CanvasObject{NewTapRow(who, c.OnAccount), Space(1, S12)}
	for i, g := range c.Groups {
		if i > 0 {
			parts = append(parts, Space(1, S16))
		}
		var items []fyne.CanvasObject
		for _, p := range g {
			items = append(items, item(p))
		}
		parts = append(parts, V(2, items...))
	}
	var feet []fyne.CanvasObject
	for _, p := range c.Feet {
		feet = append(feet, item(p))
	}
	parts = append(parts, Gap(), V(2, feet...))
	r.body = Sized(RailWidth, 0, Z(NewBox(Rail, "", 0), Inset(S12, S16, S12, S12, V(0, parts...))))
	r.ExtendBaseWidget(r)
	return r
}

func (r *SideRail) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.body) }

// Item is the rail's entry with that ID, nil if there is none: tests and the
// first focus ask for it.
func (r *SideRail) Item(id string) *RailItem { return r.items[id] }

// Held lets Walk look inside.
func (r *SideRail) Held() []fyne.CanvasObject { return []fyne.CanvasObject{r.body} }
