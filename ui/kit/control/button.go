package control

import (
	"fyne.io/fyne/v2"

	"nightlatch/ui/kit/look"
)

// A Kind is the prominence of a button.
type Kind int

// The kinds of buttons, the most frequent first.
const (
	Secondary Kind = iota // outlined: the usual button
	Primary               // filled: at most one on a screen, bottom right
	Quiet                 // words only: Cancel, Back
	Destroy               // outlined in the danger colour
)

// A Button is 36 points high, or higher where its label needs two lines. The label is in
// sentence case and starts with a verb.
type Button struct {
	Pressable
	Kind  Kind
	link  bool
	harm  bool // it deletes or ends something
	ends  bool // as harm, without the danger colour
	box   *look.Box
	icon  *look.Icon
	label *look.Text
}

// NewButton makes a button. A button without a label needs Named.
func NewButton(label, icon string, kind Kind, tap func()) *Button {
	b := &Button{Kind: kind, box: look.NewBox(look.Surface, look.Hairline, look.RadiusControl), label: look.NewText(label, look.Strong, look.Ink)}
	inside := []fyne.CanvasObject{}
	if icon != "" {
		b.icon = look.NewIcon(icon, 18, look.Ink2)
		inside = append(inside, b.icon)
	}
	if label != "" {
		inside = append(inside, b.label)
	}
	pad := look.S16
	if icon != "" && label != "" {
		pad = 14
	}
	if kind == Quiet || label == "" {
		pad = 9
	}
	if icon == "" {
		b.label.Centered()
	}
	b.OnTap, b.Name, b.tip = tap, label, label == ""
	b.init(b, look.Z(b.box, look.AtLeast(look.ControlHeight, look.Inset(pad, look.S8, pad, look.S8, look.Centre(look.H(look.S8, inside...))))), look.RadiusControl, 4, b.dress)
	return b
}

// Least is the width to which a button can shrink: its label then takes more lines.
func (b *Button) Least() float32 {
	return b.MinSize().Width - b.label.MinSize().Width + b.label.Least()
}

// Named sets the name that screen readers say for a button without a label.
func (b *Button) Named(name string) *Button { b.Name = name; return b }

// Destroys marks a quiet button, an icon or a link that deletes or ends something. It has
// the danger colour as a Destroy button has it.
func (b *Button) Destroys() *Button {
	b.harm = true
	b.Refresh()
	return b
}

// Ends marks a button that takes something away for now, such as signing out. It looks
// like others, and is never the first one to have the focus.
func (b *Button) Ends() *Button { b.ends = true; return b }

// Harmful reports whether the button deletes or ends something. Such a button is never
// focused first, and Enter on a page does not press it.
func (b *Button) Harmful() bool { return b.Kind == Destroy || b.harm || b.ends }

// Harmful reports whether a control deletes or ends something.
func Harmful(o any) bool {
	h, ok := o.(interface{ Harmful() bool })
	return ok && h.Harmful()
}

// Label is the text on the button.
func (b *Button) Label() string { return b.label.Words }

func (b *Button) dress() {
	if b.link {
		b.dressLink()
		return
	}
	fill, stroke, ink := look.Raised, look.Hairline, look.Ink
	switch b.Kind {
	case Primary:
		fill, stroke, ink = look.AccentFill, look.Clear, look.OnAccent
		if b.Hovered {
			fill = look.AccentOver
		}
		if b.Pressed {
			fill = look.AccentDown
		}
	case Quiet:
		fill, stroke, ink = look.Clear, look.Clear, look.AccentInk
	case Destroy:
		ink = look.DangerInk
	}
	if b.Kind != Primary && b.Hovered {
		fill = look.Sunken
		if b.Kind == Quiet {
			fill = look.HoverTint
		}
	}
	switch {
	case b.Pressed && b.Kind == Secondary:
		fill, stroke = look.AccentSoft, look.Accent
	case b.Pressed && b.Kind == Destroy:
		fill, stroke = look.DangerSoft, look.Danger
	}
	if b.harm {
		ink = look.DangerInk
	}
	if b.disabled {
		fill, stroke, ink = look.ChipFill, look.Hairline, look.Ink3
		if b.Kind == Quiet {
			fill, stroke = look.Clear, look.Clear
		}
	}
	b.box.Fill, b.box.Stroke = fill, stroke
	b.label.Color = ink
	if b.icon != nil {
		b.icon.Color = ink
		if (b.Kind == Secondary || b.label.Words == "") && !b.disabled && !b.harm {
			b.icon.Color = look.Ink2
		}
	}
}

// Flush aligns the words of a quiet button, not its invisible edge, with the left
// edge of the column.
func Flush(o fyne.CanvasObject) fyne.CanvasObject {
	if b, ok := o.(*Button); ok && b.Kind == Quiet && !b.link {
		return look.Inset(-9, 0, 0, 0, o)
	}
	return o
}

// NewLink makes a button that looks like a link, for use in a sentence or under a
// field.
func NewLink(label string, tap func()) *Button {
	b := &Button{Kind: Quiet, link: true, box: look.NewBox(look.Clear, "", look.RadiusChip), label: look.NewText(label, look.Strong, look.AccentInk)}
	b.OnTap, b.Name, b.role = tap, label, fyne.AccessibleRoleLink
	b.init(b, b.label, look.RadiusChip, 4, b.dress)
	return b
}

func (b *Button) dressLink() {
	b.label.Color = look.AccentInk
	switch {
	case b.disabled:
		b.label.Color = look.Ink3
	case b.harm:
		b.label.Color = look.DangerInk
	case b.Pressed:
		b.label.Color = look.AccentDown
	case b.Hovered:
		b.label.Color = look.AccentOver
	}
}
