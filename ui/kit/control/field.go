package control

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
)

// A Field is a label above a control and a line below it: a hint or, after a
// refusal, what was wrong. A refusal also has an icon, so that colour alone does not
// carry the meaning.
type Field struct {
	widget.BaseWidget
	Control fyne.CanvasObject

	self    fyne.CanvasObject
	hint    string
	label   *look.Text
	below   *look.Text
	icon    *look.Icon
	foot    *fyne.Container
	body    *fyne.Container
	refused bool
}

// NewField makes a field; hint may be empty.
func NewField(label, hint string, control fyne.CanvasObject) *Field {
	f := &Field{}
	f.build(f, label, hint, control)
	return f
}

func (f *Field) build(self fyne.Widget, label, hint string, control fyne.CanvasObject) {
	f.self, f.Control, f.hint = self, control, hint
	f.label = look.NewText(label, look.Label, look.Ink2)
	f.below = look.NewText(hint, look.Caption, look.Ink2).Wrapped()
	f.icon = look.NewIcon("refused", 16, look.Danger)
	f.foot = look.HTop(6, f.icon, look.Grow(f.below))
	f.body = look.V(6, f.label, control, f.foot)
	if n, ok := control.(interface{ SetName(string) }); ok {
		n.SetName(label)
	}
	look.ShowIf(f.label, label != "")
	f.show(hint, look.Ink2, false)
	f.ExtendBaseWidget(self)
}

func (f *Field) show(words string, ink fyne.ThemeColorName, refused bool) {
	f.refused = refused
	f.below.Color = ink
	f.below.SetWords(words)
	look.ShowIf(f.icon, refused)
	look.ShowIf(f.foot, words != "")
}

// say changes the line below, and lays out the objects around the field if its
// height changes.
func (f *Field) say(words string, ink fyne.ThemeColorName, refused bool) {
	if f.below.Words == words && f.below.Color == ink && f.refused == refused {
		return
	}
	was := f.HeightFor(f.Size().Width)
	f.show(words, ink, refused)
	f.foot.Refresh()
	if f.HeightFor(f.Size().Width) != was {
		f.body.Refresh()
		look.Relayout(f.self)
	}
}

// SetHint changes the hint. A refusal stays until it is cleared.
func (f *Field) SetHint(words string) {
	f.hint = words
	if !f.refused {
		f.say(words, look.Ink2, false)
	}
}

// Refuse shows what is wrong in place of the hint, and marks the control.
func (f *Field) Refuse(words string) {
	f.say(words, look.DangerInk, true)
	if c, ok := f.Control.(interface{ Refuse() }); ok {
		c.Refuse()
	}
	reveal(f.self)
}

// Clear removes a refusal or a note.
func (f *Field) Clear() {
	f.say(f.hint, look.Ink2, false)
	if c, ok := f.Control.(interface{ Accept() }); ok {
		c.Accept()
	}
}

// Note comments on the input without refusing it ("21 characters").
func (f *Field) Note(words string) {
	f.say(words, look.Ink2, false)
}

// News is part of Teller: why the text was refused.
func (f *Field) News() string {
	if !f.refused {
		return ""
	}
	return f.below.Words
}

// Marks reports whether the control is marked as refused, or has no mark of its own.
func (f *Field) Marks() bool {
	m, ok := f.Control.(interface{ Marked() bool })
	return !ok || m.Marked()
}

// Refused reports whether the field shows a refusal.
func (f *Field) Refused() bool { return f.refused }

// HeightFor is the height at a width.
func (f *Field) HeightFor(w float32) float32 { return look.HeightFor(f.body, w) }

// MinSize is the size of label, control and hint.
func (f *Field) MinSize() fyne.Size { return f.body.MinSize() }

// CreateRenderer implements fyne.Widget.
func (f *Field) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.body) }

// Held implements look.Holder.
func (f *Field) Held() []fyne.CanvasObject { return f.body.Objects }

// A TextField is a Field with an Input.
type TextField struct {
	Field
	Input *Input
}

// NewTextField makes a field with an input. Typing clears a refusal. Text that was
// cut or left out is reported in the line below.
func NewTextField(label, hint string, c InputConfig) *TextField {
	changed := c.OnChanged
	t := &TextField{}
	c.Name = label
	t.Input = NewInput(c)
	t.build(t, label, hint, t.Input)
	t.Input.OnChanged = func(text string) {
		if t.refused || t.below.Words != t.hint {
			t.Clear()
		}
		if changed != nil {
			changed(text)
		}
	}
	t.Input.OnTrouble = func(what InputTrouble) {
		switch what {
		case TooLong:
			t.Note(look.Words().T("kit.cut", t.Input.limit()))
		case Unprintable:
			t.Note(look.Words().T("kit.cleaned"))
		}
	}
	return t
}

// Text is the text in the field.
func (t *TextField) Text() string { return t.Input.Text() }

// SetText replaces the text and clears a refusal.
func (t *TextField) SetText(text string) { t.Clear(); t.Input.SetText(text) }

// Focus is the object to give the keyboard focus to.
func (t *TextField) Focus() fyne.Focusable { return t.Input.Focus() }
