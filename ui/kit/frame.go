package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// scroller gives a flowing page its true height before Fyne's Scroll asks for it.
type scroller struct {
	content fyne.CanvasObject
	scroll  *container.Scroll
}

func (l *scroller) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 100) }
func (l *scroller) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	l.content.Resize(fyne.NewSize(s.Width, heightFor(l.content, s.Width)))
	objs[0].Resize(s)
	l.scroll.Refresh()
}

// held answers MinSize with the height that scroller gave it.
type held struct{ width float32 }

func (h *held) MinSize(objs []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(100, heightFor(objs[0], h.width))
}

func (h *held) heightFor(objs []fyne.CanvasObject, w float32) float32 { return heightFor(objs[0], w) }

func (h *held) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	h.width = s.Width
	objs[0].Move(fyne.NewPos(0, 0))
	objs[0].Resize(s)
}

// Scroll lets a flowing page scroll up and down.
func Scroll(o fyne.CanvasObject) fyne.CanvasObject {
	in := container.New(&held{width: ColumnWidth}, o)
	sc := container.NewVScroll(in)
	return container.New(&scroller{content: in, scroll: sc}, sc)
}

// A Page is breadcrumb, title, lead, body, and an action bar when there is one
// thing to do.
type Page struct {
	Crumbs  []Crumb
	Title   string
	Lead    string
	Aside   fyne.CanvasObject // right of the title
	Body    []fyne.CanvasObject
	Left    []fyne.CanvasObject // action bar, left: Cancel
	Actions []fyne.CanvasObject // action bar, right, the primary last
	Margin  float32             // at least this much beside the column
}

func (p Page) Build() fyne.CanvasObject {
	if p.Margin == 0 {
		p.Margin = S32
	}
	var top []fyne.CanvasObject
	if len(p.Crumbs) > 0 {
		top = append(top, Crumbs(p.Crumbs...))
	}
	head := fyne.CanvasObject(NewText(p.Title, Title, Ink))
	if p.Aside != nil {
		up := fyne.Max(0, p.Aside.MinSize().Height-Title.Line) / 2 // a button must not push the title down
		head = H(S16, Grow(head), Inset(0, -up, 0, -up, p.Aside))
	}
	words := []fyne.CanvasObject{head}
	if p.Lead != "" {
		words = append(words, Para(p.Lead, Ink2))
	}
	top = append(top, V(S4, words...))
	body := V(S20, append([]fyne.CanvasObject{V(S12, top...)}, p.Body...)...)
	column := Narrow(ColumnWidth+2*p.Margin, Inset(p.Margin, S24, p.Margin, S24, body))
	page := []fyne.CanvasObject{Grow(Scroll(column))}
	if len(p.Actions)+len(p.Left) > 0 {
		if len(p.Left) > 0 {
			p.Left[0] = Flush(p.Left[0])
		}
		bar := H(S12, append(append(p.Left, Gap()), p.Actions...)...)
		page = append(page, Sized(0, 1, NewBox(Hairline, "", 0)),
			Sized(0, ActionBar, Narrow(ColumnWidth+2*p.Margin, Inset(p.Margin, 0, p.Margin, 0, Centre2(bar)))))
	}
	return V(0, page...)
}

// Avatar is a person's initial in a disc.
func Avatar(initial string, edge float32) fyne.CanvasObject {
	return Sized(edge, edge, Z(NewBox(AccentSoft, "", edge/2), Centre(NewText(initial, Strong, Accent))))
}

// NewWindow puts the rail, the page and whatever is docked beside each other.
func NewWindow(rail, page fyne.CanvasObject, docked ...fyne.CanvasObject) fyne.CanvasObject {
	line := []fyne.CanvasObject{}
	if rail != nil {
		line = append(line, Full(rail), VRule())
	}
	line = append(line, Fill(page))
	for _, d := range docked {
		line = append(line, VRule(), d)
	}
	return Z(NewBox(Window, "", 0), HTop(0, line...))
}
