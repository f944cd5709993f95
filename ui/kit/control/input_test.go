package control_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

func paste(o fyne.Focusable, text string) {
	c := test.NewClipboard()
	c.SetContent(text)
	o.(fyne.Shortcutable).TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
}

func TestPasteIsCleanedAndCut(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	for _, tt := range []struct {
		name, paste, want string
		says              bool
	}{
		{"plain", "margarethe", "margarethe", false},
		{"a line with its end", "margarethe\r\n", "margarethe", false},
		{"lines become one", "a\nb\tc", "a b c", false},
		{"control characters", "a\x00b\x1b[31mc", "ab[31mc", true},
		{"direction marks", "a\u202eb\u2066c\u200f", "abc", true},
		{"unseen spaces", "a\u200bb\ufeff", "ab", true},
		{"joiners are spelling", "می\u200cخواهم", "می\u200cخواهم", false},
		{"broken encoding", "a\xffb", "ab", true},
		{"too long", strings.Repeat("x", 30), strings.Repeat("x", 20), true},
		{"exactly as long", strings.Repeat("ü", 20), strings.Repeat("ü", 20), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := control.NewTextField("Label", "Hint", control.InputConfig{Limit: 20})
			kittest.Open(t, f, 300, 200, 1)
			paste(f.Focus(), tt.paste)
			if f.Text() != tt.want {
				t.Errorf("has %q; want %q", f.Text(), tt.want)
			}
			if said := below(f) != "Hint"; said != tt.says {
				t.Errorf("the line below the field is %q", below(f))
			}
		})
	}
}

// below is the text of the line below a field.
func below(f *control.TextField) (words string) {
	look.Walk(f, func(o fyne.CanvasObject) bool {
		if t, ok := o.(*look.Text); ok {
			words = t.Words
		}
		return true
	})
	return words
}

// A pasted password keeps every character except controls (R0), such as marks,
// flags and logos.
func TestPastedSecretIsWhole(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	for pasted, want := range map[string]string{
		"pass\u200fword": "pass\u200fword", "\U0001F3F4\U000E0067\U000E007F \uf8ff \u202e\ufeff": "\U0001F3F4\U000E0067\U000E007F \uf8ff \u202e\ufeff",
		" two words ": " two words ", "line\r\n": "line", "a\tb\x00c": "abc",
	} {
		f := control.NewTextField("Password", "", control.InputConfig{Secret: true})
		kittest.Open(t, f, 300, 200, 1)
		paste(f.Focus(), pasted)
		if f.Text() != want {
			t.Errorf("pasted %q: has %q", pasted, f.Text())
		}
	}
}

func TestTenMegabytesDoNotFreezeTheWindow(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	f := control.NewTextField("Name", "", control.InputConfig{})
	code := control.NewCodeField(6, 3, "")
	win := kittest.Open(t, look.V(8, f, code), 400, 300, 1)
	huge := strings.Repeat("x\u202e ", 10<<20/5)
	began := time.Now()
	paste(f.Focus(), huge)
	paste(code, huge)
	paste(f.Focus(), huge)
	win.Canvas().Capture()
	if took := time.Since(began); took > time.Second {
		t.Errorf("took %v", took)
	}
	if n := utf8.RuneCountInString(f.Text()); n != control.DefaultLimit {
		t.Errorf("%d characters were kept", n)
	}
}

func TestTypingStopsAtTheLimit(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	changes := 0
	f := control.NewTextField("Label", "Hint", control.InputConfig{Limit: 3, OnChanged: func(string) { changes++ }})
	kittest.Open(t, f, 300, 200, 1)
	for _, r := range "ab\u202ecde" {
		f.Focus().TypedRune(r)
	}
	if f.Text() != "abc" || changes != 3 {
		t.Errorf("has %q after %d changes", f.Text(), changes)
	}
	f.Input.SelectAll()
	paste(f.Focus(), "xyz") // replaces the selection
	if f.Text() != "xyz" {
		t.Errorf("has %q", f.Text())
	}
	f.SetText(strings.Repeat("y", 99))
	if f.Text() != "yyy" {
		t.Errorf("SetText sets %q", f.Text())
	}
}

func TestRefusalDisappearsWhenTheTextChanges(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	f := control.NewTextField("PIN", "Four digits", control.InputConfig{Secret: true})
	under := control.NewButton("Continue", "", control.Primary, nil)
	kittest.Open(t, kit.NewWindow(nil, look.Scroll(look.V(8, f, under))), 300, 400, 1)
	was := under.Position().Y
	f.Refuse("That isn’t this key’s PIN. After the last try the key locks itself and must be reset.")
	if !f.Refused() || !strings.HasPrefix(below(f), "That isn’t") {
		t.Errorf("the line below is %q", below(f))
	}
	if under.Position().Y <= was {
		t.Error("the refusal covers the object below the field")
	}
	f.Focus().TypedRune('4')
	if f.Refused() || below(f) != "Four digits" || under.Position().Y != was {
		t.Errorf("after a change: refused %v, %q, %v", f.Refused(), below(f), under.Position().Y)
	}
}

func TestPasswordIsShownWithTheKeyboard(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	f := control.NewTextField("Password", "", control.InputConfig{Text: "correct horse", Secret: true})
	win := kittest.Open(t, f, 300, 200, 1)
	c := win.Canvas()
	c.Focus(f.Focus())
	hidden := c.Capture()
	c.FocusNext()
	eye := c.Focused().(*control.Button)
	if eye.AccessibilityLabel() != "Show password" {
		t.Errorf("the button is called %q", eye.AccessibilityLabel())
	}
	kittest.Press(eye, fyne.KeySpace)
	if eye.AccessibilityLabel() != "Hide password" || kittest.Same(hidden, c.Capture()) {
		t.Errorf("the password is not shown; the button is called %q", eye.AccessibilityLabel())
	}
}

func TestCodeFieldReadsWhatPeopleType(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	for _, tt := range []struct{ name, in, want string }{
		{"spaces", " 418 205 ", "418205"},
		{"dashes", "418-205", "418205"},
		{"too many", "41820599", "418205"},
		{"a sentence", "418205 is your code.", "418205"},
		{"letters", "abc", ""},
		{"Arabic-Indic", "٤١٨٢٠٥", "418205"},
		{"Persian", "۴۱۸۲۰۵", "418205"},
		{"Devanagari", "४१८२०५", "418205"},
		{"Tamil", "௪௧௮௨௦௫", "418205"},
		{"Thai", "๔๑๘๒๐๕", "418205"},
		{"full width", "４１８２０５", "418205"},
		{"mathematical", "𝟒𝟏𝟖𝟐𝟎𝟓", "418205"},
		{"not digits", "①②③½", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := control.NewCodeField(6, 3, "")
			kittest.Open(t, f, 400, 100, 1)
			paste(f, tt.in)
			typed := control.NewCodeField(6, 3, "")
			for _, r := range tt.in {
				typed.TypedRune(r)
			}
			if f.Code() != tt.want || typed.Code() != tt.want {
				t.Errorf("pasted %q, typed %q; want %q", f.Code(), typed.Code(), tt.want)
			}
		})
	}
}

// R76: input ignores case, spaces, dashes and look-alikes.
func TestBackupFieldFoldsLookAlikes(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	for _, in := range []string{"7kmq-2xwd-9hfz-3r01", "7KMQ2XWD9HFZ3R01", " 7kmq 2xwd 9hfz 3rOI ", "7kmq–2xwd–9hfz–3rol", "7kmq-2xwd-9hfz-3r01\n"} {
		f := control.NewBackupField("")
		kittest.Open(t, f, 500, 100, 1)
		paste(f, in)
		if f.Code() != "7kmq2xwd9hfz3r01" {
			t.Errorf("%q became %q", in, f.Code())
		}
	}
	f := control.NewBackupField("")
	f.TypedRune('u') // not in the alphabet
	if f.Code() != "" {
		t.Errorf("has %q", f.Code())
	}
}

func TestCodeFieldEdits(t *testing.T) {
	kittest.Wear(t, look.Theme{})
	var changes []string
	submitted := 0
	f := control.NewCodeField(4, 2, "12")
	f.OnChanged = func(c string) { changes = append(changes, c) }
	f.OnSubmit = func(string) { submitted++ }
	kittest.Open(t, f, 400, 100, 1)
	f.TypedRune('3')
	kittest.Press(f, fyne.KeyBackspace)
	f.TypedRune('4')
	f.TypedRune('5')
	f.TypedRune('6') // full, the caret is at the end
	kittest.Press(f, fyne.KeyReturn)
	if f.Code() != "1245" || submitted != 1 || len(changes) != 4 {
		t.Errorf("has %q, submitted %d, changes %q", f.Code(), submitted, changes)
	}
	f.Refuse()
	f.TypedRune('9') // starts a new code
	if f.Code() != "9" || f.Refused {
		t.Errorf("after a refusal it has %q", f.Code())
	}
	f.SetValue("77-77")
	f.Clear()
	if f.Code() != "" || len(changes) != 5 {
		t.Errorf("SetValue calls OnChanged: %q, %q", f.Code(), changes)
	}
	if l := f.AccessibilityLabel(); strings.Contains(l, "7") {
		t.Errorf("a screen reader would say the code: %q", l)
	}
}

// With large text in a small card, the cells become narrower.
func TestCodeFieldFitsItsSpace(t *testing.T) {
	kittest.Wear(t, look.Theme{Scale: 1.5})
	f := control.NewCodeField(6, 3, "418205")
	win := kittest.Open(t, look.H(0, f, look.Gap()), 376, 200, 1)
	win.Resize(fyne.NewSize(376, 200))
	if f.Size().Width > 376 {
		t.Errorf("it is %v wide", f.Size().Width)
	}
	kittest.Picture(t, win, "code-150")
}
