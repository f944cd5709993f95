package control

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
	"nightlatch/ui/kit/typeset"
)

// A RailItem is an entry of the rail: an icon, a name that takes two lines if it is long,
// and a count of items that are waiting.
type RailItem struct {
	Pressable
	Selected bool
	box, bar *look.Box
	icon     *look.Icon
	label    *look.Text
	count    *look.Text
	chip     fyne.CanvasObject
	dot      fyne.CanvasObject // in place of the chip in a folded rail
	words    *fyne.Container
	onDress  func(*RailItem) // called when the item changed
}

// NewRailItem makes an entry. An empty count is not shown.
func NewRailItem(icon, label, count string, selected bool, tap func()) *RailItem {
	r := &RailItem{
		Selected: selected, box: look.NewBox(look.Clear, "", look.RadiusControl), bar: look.NewBox(look.Accent, "", 2),
		icon: look.NewIcon(icon, 20, look.Ink2), label: look.NewText(label, look.Body, look.Ink2), count: look.NewText(count, look.Label, look.AccentInk),
	}
	r.OnTap = tap
	r.chip = look.Z(look.NewBox(look.AccentSoft, "", look.RadiusChip), look.Inset(7, 2, 7, 2, r.count))
	r.words = look.Grow(look.H(look.S8, look.Grow(r.label), r.chip))
	r.dot = look.Lay(corner{}, look.Scaled(8, 8, look.NewDisc(look.Accent, "")))
	mark := look.HTop(0, look.Full(look.Sized(3, 0, look.Inset(0, 9, 0, 9, r.bar))), look.Gap())
	r.init(r, look.Z(r.box, mark, r.dot, look.AtLeast(36, look.Inset(look.S12, look.S8, look.S8, look.S8, look.CentreVertically(look.H(10, r.icon, r.words))))), look.RadiusControl, -1, r.dress)
	return r
}

// SetCount changes the count; "" hides it.
func (r *RailItem) SetCount(count string) {
	r.count.Words = count
	r.changed()
}

func (r *RailItem) dress() {
	r.Name = r.label.Words
	if r.count.Words != "" {
		r.Name += ", " + r.count.Words
	}
	r.box.Fill, r.icon.Color, r.label.Color, r.label.Role = look.Clear, look.Ink2, look.Ink2, look.Body
	if r.Hovered {
		r.box.Fill = look.HoverTint
	}
	if r.Selected {
		r.box.Fill, r.icon.Color, r.label.Color, r.label.Role = look.AccentSoft, look.Accent, look.Ink, look.Strong
	}
	look.ShowIf(r.bar, r.Selected)
	look.ShowIf(r.chip, r.count.Words != "")
	look.ShowIf(r.dot, r.count.Words != "" && !r.words.Visible())
	if r.onDress != nil {
		r.onDress(r)
	}
}

// corner places an object at its minimum size near the top right.
type corner struct{}

func (corner) MinSize([]fyne.CanvasObject) fyne.Size          { return fyne.Size{} }
func (corner) HeightFor([]fyne.CanvasObject, float32) float32 { return 0 }
func (corner) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	m := objs[0].MinSize()
	objs[0].Resize(m)
	objs[0].Move(fyne.NewPos(s.Width-m.Width-6, 6))
}

// A Destination is a page with an entry in the rail.
type Destination struct {
	ID    string // handed to OnSelect
	Icon  string
	Name  string
	Count string // of items that are waiting; may be empty
}

// A RailConfig configures a SideRail.
type RailConfig struct {
	Selected       string // Destination.ID
	Name, Subtitle string // of the user who is signed in
	Groups         [][]Destination
	Feet           []Destination // at the bottom, do not scroll
	OnSelect       func(id string)
	OnAccount      func()
}

// A SideRail is the navigation at the left: the user, the destinations, and the feet.
// In a narrow window it shows only icons, and the name of the icon with the focus or
// under the mouse.
type SideRail struct {
	widget.BaseWidget
	items  map[string]*RailItem
	order  []*RailItem
	who    *TapRow
	whoIs  *fyne.Container
	body   fyne.CanvasObject
	hint   *railHint
	folded bool
}

// RailFolded is the width of a folded rail at text size 100 %.
const RailFolded float32 = 68

// NewRail builds the rail.
func NewRail(c RailConfig) *SideRail {
	r := &SideRail{items: map[string]*RailItem{}, hint: newRailHint()}
	item := func(p Destination) fyne.CanvasObject {
		it := NewRailItem(p.Icon, p.Name, p.Count, p.ID == c.Selected, func() {
			if c.OnSelect != nil {
				c.OnSelect(p.ID)
			}
		})
		at := len(r.order)
		it.onDress = r.point
		it.arrow = func(k fyne.KeyName) bool { return r.arrow(at, k) }
		r.items[p.ID] = it
		r.order = append(r.order, it)
		return it
	}
	groups := func(gs [][]Destination) []fyne.CanvasObject {
		var parts []fyne.CanvasObject
		for _, g := range gs {
			var items []fyne.CanvasObject
			for _, p := range g {
				items = append(items, item(p))
			}
			parts = append(parts, look.V(2, items...))
		}
		return parts
	}
	r.whoIs = look.Grow(look.V(0, look.NewText(c.Name, look.Strong, look.Ink), look.NewText(c.Subtitle, look.Caption, look.Ink2)))
	r.who = NewTapRow(look.Inset(6, look.S8, 6, look.S8, look.H(look.S12, look.Avatar(Initial(c.Name), 32), r.whoIs)), c.OnAccount)
	r.who.Name = look.Words().T("kit.account", c.Name)
	side := func(top, bottom float32, o fyne.CanvasObject) fyne.CanvasObject {
		return look.Inset(look.S12, top, look.S12, bottom, o)
	}
	// The scroll extends to the edges of the rail, because Fyne's software painter
	// shifts a stroke that begins less than 4 points inside its clip.
	places := look.Scroll(side(look.S4, look.S4, look.V(look.S16, groups(c.Groups)...)))
	feet := look.V(2, groups([][]Destination{c.Feet})...)
	r.body = look.Z(look.NewBox(look.Rail, "", 0), look.V(look.S8, side(look.S16, 0, r.who), look.Grow(places), side(0, look.S12, feet)))
	r.ExtendBaseWidget(r)
	return r
}

// Initial is the first character of a name, in upper case.
func Initial(name string) string {
	for _, mark := range typeset.Graphemes(name) {
		return strings.ToUpper(mark)
	}
	return ""
}

func (r *SideRail) arrow(at int, k fyne.KeyName) bool {
	switch k {
	case fyne.KeyUp:
		at--
	case fyne.KeyDown:
		at++
	case fyne.KeyHome:
		at = 0
	case fyne.KeyEnd:
		at = len(r.order) - 1
	default:
		return false
	}
	if at >= 0 && at < len(r.order) {
		Focus(r.order[at])
	}
	return true
}

// Account is the row of the user at the top.
func (r *SideRail) Account() *TapRow { return r.who }

// Item is the entry with an ID, nil if there is none.
func (r *SideRail) Item(id string) *RailItem { return r.items[id] }

// Select marks the entry with an ID as selected; "" selects none.
func (r *SideRail) Select(id string) {
	for name, it := range r.items {
		if on := name == id; it.Selected != on {
			it.Selected = on
			it.changed()
		}
	}
}

// SetCount changes the count of an entry; "" hides it.
func (r *SideRail) SetCount(id, count string) {
	if it := r.items[id]; it != nil {
		it.SetCount(count)
	}
}

// Fold shows only icons. A narrow window calls it.
func (r *SideRail) Fold(on bool) {
	if r.folded == on {
		return
	}
	r.folded = on
	look.ShowIf(r.whoIs, !on)
	for _, it := range r.order {
		look.ShowIf(it.words, !on)
	}
	r.hint.Hide()
	r.Refresh()
}

// point shows the name of an item beside a folded rail while it has the focus or the
// mouse is over it. Fyne has no tooltips.
func (r *SideRail) point(it *RailItem) {
	switch {
	case !r.folded:
	case it.Hovered || it.Ringed():
		r.hint.show(it, r)
	case r.hint.of == it:
		r.hint.Hide()
	}
}

// Folded reports whether the rail shows only icons.
func (r *SideRail) Folded() bool { return r.folded }

// Hint shows the name of an item of the folded rail. The window places it above the page.
func (r *SideRail) Hint() fyne.CanvasObject { return r.hint }

// MinSize is the width of the rail at the current text size.
func (r *SideRail) MinSize() fyne.Size {
	if r.folded {
		return fyne.NewSize(look.Points(RailFolded), 200)
	}
	return fyne.NewSize(look.Points(look.RailWidth), 200)
}

// Refresh draws again.
func (r *SideRail) Refresh() {
	r.body.Refresh()
	r.BaseWidget.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (r *SideRail) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(r.body) }

// Held implements look.Holder.
func (r *SideRail) Held() []fyne.CanvasObject { return []fyne.CanvasObject{r.body} }
