package control

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"nightlatch/ui/kit/look"
	"nightlatch/ui/kit/typeset"
)

// DefaultLimit is the limit of an Input in characters, unless another is set. No
// name, address or password may be that long.
const DefaultLimit = 320

// An InputTrouble is a reason why typed or pasted text was changed.
type InputTrouble int

// The kinds of trouble.
const (
	TooLong     InputTrouble = iota + 1 // the text was cut at the limit
	Unprintable                         // control characters or direction marks were removed
)

// An InputConfig configures an Input.
type InputConfig struct {
	Name        string // for screen readers; a Field sets it to its label
	Text        string
	Placeholder string
	Secret      bool   // shows dots, and a button that shows the text
	Blind       bool   // no such button: the caller uses Uncover
	Limit       int    // characters; 0 is DefaultLimit
	Icon        string // at the right end: "search"
	OnChanged   func(text string)
	OnSubmit    func(text string) // Enter; with nil, Enter goes to the page's Bindings
}

// An Input is a field for one line of text.
type Input struct {
	widget.BaseWidget
	Name       string
	Limit      int
	OnChanged  func(text string)
	OnSubmit   func(text string)
	OnTrouble  func(InputTrouble)
	OnKey      func(*fyne.KeyEvent) bool // called first; true: handled
	OnShortcut func(fyne.Shortcut) bool

	class           typeset.Class
	entry           *entry
	ring            *look.Box
	eye             *Button
	body            *fyne.Container
	refused, within bool
}

// NewInput makes an input.
func NewInput(c InputConfig) *Input {
	i := &Input{Name: c.Name, Limit: c.Limit, OnChanged: c.OnChanged, OnSubmit: c.OnSubmit, ring: look.NewBox(look.Clear, look.Accent, look.RadiusControl)}
	i.ring.Hide()
	if c.Secret {
		i.class = typeset.Secret
	}
	text, _, _ := typeset.Clean(c.Text, i.limit(), i.class)
	e := &entry{in: i}
	e.Text, e.PlaceHolder, e.Password = text, c.Placeholder, c.Secret
	e.Wrapping, e.CursorColumn = fyne.TextWrapOff, len([]rune(text))
	e.Entry.OnChanged = i.changed
	i.entry = e
	objs := []fyne.CanvasObject{e, i.ring}
	switch {
	case c.Secret && c.Blind:
		e.ActionItem = look.Scaled(0, 24, look.Gap()) // replaces Fyne's own button
	case c.Secret:
		i.eye = newTool("eye", 5, i.toggle)
		e.ActionItem = look.Scaled(24, 24, look.Gap()) // replaces Fyne's own button, which the keyboard cannot reach
		objs = append(objs, look.H(0, look.Gap(), i.eye, look.Space(look.S4, 0)))
	case c.Icon != "":
		e.ActionItem = look.Pad(look.S8, look.NewIcon(c.Icon, 18, look.Ink3))
	}
	i.body = look.Z(objs...)
	e.ExtendBaseWidget(e)
	i.showEye()
	i.ExtendBaseWidget(i)
	return i
}

// newTool is a small button inside a field.
func newTool(icon string, pad float32, tap func()) *Button {
	b := &Button{Kind: Quiet, box: look.NewBox(look.Clear, "", look.RadiusChip), label: look.NewText("", look.Strong, look.Ink), icon: look.NewIcon(icon, 18, look.Ink2)}
	b.OnTap = tap
	b.init(b, look.Z(b.box, look.Pad(pad, b.icon)), look.RadiusChip, 1, b.dress)
	return b
}

func (i *Input) toggle() { i.Uncover(i.entry.Password) }

// Uncover shows the text of a secret input, or dots.
func (i *Input) Uncover(clear bool) {
	i.entry.Password = !clear
	i.showEye()
	i.entry.Refresh()
}

func (i *Input) showEye() {
	if i.eye == nil {
		return
	}
	if i.entry.Password {
		i.eye.icon.Name, i.eye.Name = "eye", look.Words().T("kit.show-password")
	} else {
		i.eye.icon.Name, i.eye.Name = "eye-off", look.Words().T("kit.hide-password")
	}
	i.eye.Refresh()
}

// Text is the text in the input.
func (i *Input) Text() string { return i.entry.Text }

// SetText replaces the text and clears a refusal.
func (i *Input) SetText(text string) {
	text, _, _ = typeset.Clean(text, i.limit(), i.class)
	i.refused = false
	i.entry.SetText(text)
	i.entry.CursorColumn = len([]rune(text))
	i.frame()
}

// Focus is the object to give the keyboard focus to: canvas.Focus(in.Focus()).
func (i *Input) Focus() fyne.Focusable { return i.entry }

// SelectAll selects the text, so that typing replaces it.
func (i *Input) SelectAll() { i.entry.TypedShortcut(&fyne.ShortcutSelectAll{}) }

// Refuse marks the text as refused until it is changed.
func (i *Input) Refuse() { i.refused = true; i.frame() }

// Marked reports whether the text is marked as refused.
func (i *Input) Marked() bool { return i.refused }

// Accept removes the mark of a refusal.
func (i *Input) Accept() { i.refused = false; i.frame() }

// Disable disables the input.
func (i *Input) Disable() { i.entry.Disable() }

// Enable undoes Disable.
func (i *Input) Enable() { i.entry.Enable() }

func (i *Input) limit() int {
	if i.Limit > 0 {
		return i.Limit
	}
	return DefaultLimit
}

// changed also cleans text that did not pass through entry, such as that of an input
// method.
func (i *Input) changed(text string) {
	if len(text) > i.limit() || strings.ContainsFunc(text, i.class.Drops) {
		if kept, cut, dropped := typeset.Clean(text, i.limit(), i.class); kept != text && (cut || dropped) {
			i.entry.SetText(kept) // calls changed again
			return
		}
	}
	i.refused = false
	i.frame()
	if i.OnChanged != nil {
		i.OnChanged(text)
	}
}

func (i *Input) trouble(t InputTrouble) {
	if i.OnTrouble != nil {
		i.OnTrouble(t)
	}
}

func (i *Input) focused(yes bool) { i.within = yes; i.frame() }

func (i *Input) frame() {
	i.ring.Stroke, i.ring.Width = look.Accent, look.StrokeFocus
	if i.refused {
		i.ring.Stroke = look.Danger
		if !i.within {
			i.ring.Width = look.StrokeRefused
		}
	}
	look.ShowIf(i.ring, i.within || i.refused)
	i.ring.Refresh()
}

// HeightFor is the height of one line.
func (i *Input) HeightFor(float32) float32 { return i.MinSize().Height }

// MinSize is one line, wide enough for a word.
func (i *Input) MinSize() fyne.Size {
	return fyne.NewSize(look.Points(80), fyne.Max(look.Points(look.ControlHeight), look.RoundUp(i.entry.MinSize().Height)))
}

// CreateRenderer implements fyne.Widget.
func (i *Input) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(i.body) }

// Held implements look.Holder.
func (i *Input) Held() []fyne.CanvasObject { return i.body.Objects }
