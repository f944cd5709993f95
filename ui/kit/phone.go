package kit

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// A PhoneNote is a notification on the lock screen of a Phone.
type PhoneNote struct {
	Icon  string // "message"
	From  string
	When  string
	Large string // the code, in large digits; may be empty
	Says  string
	Fine  string // the last line, in grey: the origin; may be empty
}

// A PhoneConfig configures a Phone.
type PhoneConfig struct {
	Carrier, Charge string
	Time, Date      string
	Notes           []PhoneNote // newest first
	Dark            bool        // off or in flight mode: the screen is dim
}

// A Phone is a picture of the simulated phone, the same in both themes and at every
// text size. A new note slides in.
type Phone struct {
	widget.BaseWidget
	carrier, charge, clock, date *look.Text
	notes                        *fyne.Container
	body                         fyne.CanvasObject
	anim                         *fyne.Animation
}

// The size of the drawn phone.
const (
	PhoneWidth  float32 = 200
	PhoneHeight float32 = 416

	// slideTime is the time a note takes to slide in.
	slideTime = 200 * time.Millisecond
)

// NewPhone draws a phone.
func NewPhone(c PhoneConfig) *Phone {
	p := &Phone{
		carrier: look.NewText(c.Carrier, look.Label.Fixed(), look.PhoneLight), charge: look.NewText(c.Charge, look.Label.Fixed(), look.PhoneLight),
		clock: look.NewText(c.Time, look.Role{Size: 44, Line: 48, Strong: true, Still: true}, look.PhoneLight).Centered(),
		date:  look.NewText(c.Date, look.Caption.Fixed(), look.PhoneLight).Centered(),
		notes: look.V(look.S8),
	}
	for _, n := range c.Notes {
		p.notes.Objects = append(p.notes.Objects, phoneNote(n))
	}
	status := look.Inset(6, 0, 6, 0, look.H(look.S4, p.carrier, look.Gap(), look.NewIcon("signal", 14, look.PhoneLight).Fixed(), p.charge))
	home := look.Centre(look.Sized(72, 4, look.NewBox(look.PhoneLight, "", 2)))
	inside := look.V(look.S12, status, look.V(0, p.clock, p.date), look.Grow(clip(p.notes)), home)
	screen := look.Z(look.NewBox(look.PhoneScreen, "", 24), look.Inset(look.S12, look.S12, look.S12, look.S8, inside))
	p.body = look.Sized(PhoneWidth, PhoneHeight, look.Z(look.NewBox(look.PhoneBody, look.Hairline, 30), look.Pad(6, screen)))
	p.ExtendBaseWidget(p)
	return p
}

func phoneNote(n PhoneNote) fyne.CanvasObject {
	head := look.H(6, look.NewIcon(n.Icon, 14, look.PhoneInk2).Fixed(), look.Grow(look.NewText(n.From, look.Label.Fixed(), look.PhoneInk2).OneLine()), look.NewText(n.When, look.Caption.Fixed(), look.PhoneInk2))
	parts := []fyne.CanvasObject{head}
	if n.Large != "" {
		parts = append(parts, look.NewText(n.Large, look.CodeM.Fixed(), look.PhoneInk))
	}
	if n.Says != "" {
		parts = append(parts, look.NewText(n.Says, look.Caption.Fixed(), look.PhoneInk).Wrapped())
	}
	if n.Fine != "" {
		parts = append(parts, look.NewText(n.Fine, look.Caption.Fixed(), look.PhoneInk2).Wrapped())
	}
	return look.Z(look.NewBox(look.PhoneCard, "", 14), look.Inset(look.S12, 10, look.S12, 10, look.V(look.S4, parts...)))
}

// SetTime changes the time and the date on the lock screen.
func (p *Phone) SetTime(clock, date string) {
	p.clock.SetWords(clock)
	p.date.SetWords(date)
}

// SetNotes replaces the notes without an animation.
func (p *Phone) SetNotes(notes []PhoneNote) {
	p.notes.Objects = nil
	for _, n := range notes {
		p.notes.Objects = append(p.notes.Objects, phoneNote(n))
	}
	p.body.Refresh()
}

// Notify lets a note slide in above the others. The newest 6 notes stay.
func (p *Phone) Notify(n PhoneNote) {
	const keep = 6
	o := phoneNote(n)
	p.notes.Objects = append([]fyne.CanvasObject{o}, p.notes.Objects[:min(keep-1, len(p.notes.Objects))]...)
	p.body.Refresh()
	if p.anim != nil {
		p.anim.Stop()
	}
	if !look.Animated() || !look.Showing(p) {
		return
	}
	end := o.Position()
	p.anim = canvas.NewPositionAnimation(end.SubtractXY(0, o.Size().Height+look.S8), end, slideTime, o.Move)
	p.anim.Curve = fyne.AnimationEaseOut
	p.anim.Start()
}

// MinSize is the size of the phone.
func (p *Phone) MinSize() fyne.Size { return p.body.MinSize() }

// CreateRenderer implements fyne.Widget.
func (p *Phone) CreateRenderer() fyne.WidgetRenderer {
	return &asleep{WidgetRenderer: widget.NewSimpleRenderer(p.body), sleep: func() {
		if p.anim != nil {
			p.anim.Stop()
		}
	}}
}

// Held implements look.Holder.
func (p *Phone) Held() []fyne.CanvasObject { return []fyne.CanvasObject{p.body} }

// clip hides what does not fit; its minimum size is zero.
func clip(o fyne.CanvasObject) *fyne.Container {
	return look.Lay(&clipLayout{}, container.NewClip(o))
}

type clipLayout struct{}

func (clipLayout) MinSize([]fyne.CanvasObject) fyne.Size          { return fyne.Size{} }
func (clipLayout) HeightFor([]fyne.CanvasObject, float32) float32 { return 0 }
func (clipLayout) Layout(objs []fyne.CanvasObject, s fyne.Size) {
	c := objs[0].(*container.Clip)
	c.Resize(s)
	c.Content.Resize(fyne.NewSize(s.Width, look.HeightFor(c.Content, s.Width)))
}
