package control_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

// board is a clipboard.
type board struct{ text string }

func (b *board) Content() string     { return b.text }
func (b *board) SetContent(s string) { b.text = s }

// typist presses keys in a code field as the driver does: words such as "left", "S-left"
// with Shift, "C-left" with Ctrl, "click:3" before the third symbol, "drag:2-5",
// "paste:…"; everything else is typed.
type typist struct {
	field *control.CodeField
	win   fyne.Window
	clip  board
}

func (p *typist) do(script string) {
	names := map[string]fyne.KeyName{
		"left": fyne.KeyLeft, "right": fyne.KeyRight, "home": fyne.KeyHome, "end": fyne.KeyEnd,
		"back": fyne.KeyBackspace, "del": fyne.KeyDelete,
	}
	shortcuts := map[string]fyne.Shortcut{
		"undo": &fyne.ShortcutUndo{}, "redo": &fyne.ShortcutRedo{}, "all": &fyne.ShortcutSelectAll{},
		"redo2": &desktop.CustomShortcut{KeyName: fyne.KeyZ, Modifier: fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift},
		"copy":  &fyne.ShortcutCopy{Clipboard: &p.clip}, "cut": &fyne.ShortcutCut{Clipboard: &p.clip}, "paste": &fyne.ShortcutPaste{Clipboard: &p.clip},
	}
	f := p.field
	for _, word := range strings.Fields(script) {
		name, ctrl := strings.CutPrefix(word, "C-")
		name, held := strings.CutPrefix(name, "S-")
		kind, arg, _ := strings.Cut(name, ":")
		shift := &fyne.KeyEvent{Name: desktop.KeyShiftLeft}
		if held {
			f.KeyDown(shift)
		}
		switch key, isKey := names[kind]; {
		case isKey && ctrl:
			mod := fyne.KeyModifierShortcutDefault
			if held {
				mod |= fyne.KeyModifierShift
			}
			f.TypedShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: mod})
		case isKey:
			f.TypedKey(&fyne.KeyEvent{Name: key})
		case shortcuts[kind] != nil && arg == "":
			f.TypedShortcut(shortcuts[kind])
		case kind == "paste":
			f.TypedShortcut(&fyne.ShortcutPaste{Clipboard: &board{strings.ReplaceAll(arg, "_", " ")}})
		case kind == "click":
			p.press(arg)
		case kind == "drag":
			from, to, _ := strings.Cut(arg, "-")
			p.press(from)
			at := p.over(to)
			f.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: at.AddXY(1, 0)}})
			f.DragEnd()
		case kind == "double":
			f.DoubleTapped(&fyne.PointEvent{Position: p.over(arg)})
		default:
			for _, r := range word {
				f.TypedRune(r)
			}
		}
		if held {
			f.KeyUp(shift)
		}
	}
}

// over is a place on a symbol, counted from 1.
func (p *typist) over(symbol string) fyne.Position {
	n := int(symbol[0]-'0') - 1
	if len(symbol) == 2 {
		n = int(symbol[0]-'0')*10 + int(symbol[1]-'0') - 1
	}
	return p.field.PositionOf(n).AddXY(1, 10)
}

func (p *typist) press(symbol string) {
	e := &desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: p.over(symbol)}, Button: desktop.MouseButtonPrimary}
	p.field.MouseDown(e)
	p.field.MouseUp(e)
}

// A code field is edited with the keys and the mouse of a text field of the desktop.
func TestCodeFieldIsATextField(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	for _, tt := range []struct{ name, script, want, selected string }{
		{"arrows", "41820 left left back 7", "41720", ""},
		{"home and delete", "41820 home del 9", "91820", ""},
		{"end", "4182 home end 05", "418205", ""},
		{"typing in the middle", "1205 left left left 9", "19205", ""},
		{"a full field takes the symbol in place of the one at the caret", "418205 left left left left 9", "419205", ""},
		{"a full field with the caret at its end takes nothing", "418205 9", "418205", ""},
		{"select all and type", "418205 all 9", "9", ""},
		{"select with shift", "418205 home S-right S-right", "418205", "41"},
		{"select backwards among equal digits", "1111 S-left S-left left 2", "11211", ""},
		{"type over a selection", "418205 home right S-right S-right 9", "49205", ""},
		{"shift home, delete", "418205 left S-home del", "5", ""},
		{"shift end, back", "418205 home right S-end back", "4", ""},
		{"undo and redo of typing", "418 undo redo 2", "4182", ""},
		{"undo of typing is one step", "418205 undo", "", ""},
		{"undo of a replacement is one step", "418205 home 9 undo", "418205", ""},
		{"undo after select all and type", "418205 all 93 undo", "418205", ""},
		{"undo twice", "418 left back undo undo", "", ""},
		{"redo by Ctrl+Shift+Z", "418 undo redo2", "418", ""},
		{"a new edit ends redo", "418 undo 7 redo", "7", ""},
		{"undo of select all and delete", "418205 all del undo", "418205", ""},
		{"undo of a paste", "41 paste:8 undo", "41", ""},
		{"undo with a selection", "418 paste:205 S-left S-left undo", "418", ""},
		{"paste a whole code over", "41 left paste:418-205", "418205", ""},
		{"paste a sentence", "paste:418_205_is_your_code", "418205", ""},
		{"paste a part into the middle", "4205 left left left paste:18", "418205", ""},
		{"paste a part into a full field", "418205 home right paste:99", "499205", ""},
		{"paste over a selection", "418205 home S-right S-right paste:77", "778205", ""},
		{"paste nothing that fits", "418 paste:abc", "418", ""},
		{"copy and paste", "418205 home S-right S-right copy end back back paste", "418241", ""},
		{"cut", "418205 home S-right S-right cut", "8205", ""},
		{"click a cell and type over", "418205 click:3 9", "419205", ""},
		{"click behind the last symbol", "418 click:5 2", "4182", ""},
		{"shift and click", "418205 click:2 S-click:5", "418205", "182"},
		{"drag", "418205 drag:2-4", "418205", "18"},
		{"drag back", "418205 drag:5-2 9", "4905", ""},
		{"double click", "418205 double:5", "418205", "205"},
		{"by group", "418205 C-left 9 C-left C-left 7", "718905", ""},
		{"select a group", "418205 C-S-left", "418205", "205"},
		{"delete a group", "418205 C-back 7", "4187", ""},
		{"ctrl home", "418205 C-home 9", "918205", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &typist{field: control.NewCodeField(6, 3, "")}
			p.win = kittest.Open(t, p.field, 500, 100, 1)
			p.win.Canvas().Focus(p.field)
			p.do(tt.script)
			if p.field.Code() != tt.want || p.field.SelectedText() != tt.selected {
				t.Errorf("%q leaves %q with %q selected; want %q, %q", tt.script, p.field.Code(), p.field.SelectedText(), tt.want, tt.selected)
			}
		})
	}
}

// The third of sixteen symbols can be corrected, also after a refusal, and nothing else
// changes.
func TestBackupFieldIsCorrectedSymbolBySymbol(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	const wrong, right = "7kxq2xwd9hfz3r8n", "7kmq2xwd9hfz3r8n"
	for _, script := range []string{
		"home right right del m", "click:3 m", "click:3 S-right m", "home right right right back m",
		"drag:3-4 m", "click:1 paste:" + right, "all paste:7KMQ_2XWD_9HFZ_3R8N", right,
	} {
		p := &typist{field: control.NewBackupField("")}
		p.win = kittest.Open(t, p.field, 500, 100, 1)
		p.win.Canvas().Focus(p.field)
		p.do(wrong)
		p.field.Refuse()
		p.do(script)
		if p.field.Code() != right || p.field.Refused {
			t.Errorf("%q leaves %q, refused %t", script, p.field.Code(), p.field.Refused)
		}
		p.do("undo")
		if script != right && !strings.Contains(script, "del") && !strings.Contains(script, "back") && p.field.Code() != wrong {
			t.Errorf("undo after %q leaves %q", script, p.field.Code())
		}
	}
}

// A code that is in the field already is selected when the focus arrives, and not when the
// window comes back to the front.
func TestCodeFieldSelectsWhatIsThere(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	f, other := control.NewCodeField(6, 3, "418205"), control.NewButton("Copy", "", control.Secondary, nil)
	win := kittest.Open(t, look.V(8, f, other), 500, 200, 1)
	c := win.Canvas()
	c.Focus(f)
	if f.SelectedText() != "418205" {
		t.Errorf("on focus %q is selected", f.SelectedText())
	}
	kittest.Press(f, fyne.KeyEnd)
	f.FocusLost() // another window
	f.FocusGained()
	if f.SelectedText() != "" {
		t.Errorf("when the window comes back %q is selected", f.SelectedText())
	}
	c.FocusNext()
	c.FocusNext()
	if f.SelectedText() != "418205" {
		t.Errorf("Tab selects %q", f.SelectedText())
	}
}
