package look

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
)

// Fyne makes a new renderer after a sleep of the computer.
func TestNewRendererHasTheText(t *testing.T) {
	test.NewTempApp(t)
	words := NewText("one two three", Body, Ink).Wrapped()
	words.Resize(fyne.NewSize(60, 60))
	old, again := test.WidgetRenderer(words).Objects(), words.CreateRenderer().Objects()
	if len(old) < 2 || len(again) != len(old) {
		t.Fatalf("%d lines, and %d with a new renderer", len(old), len(again))
	}
	for i, o := range again {
		was, is := old[i].(*canvas.Text), o.(*canvas.Text)
		if is.Text != was.Text || is.Position() != was.Position() || is.Size() != was.Size() {
			t.Errorf("line %d: %q at %v, and %q at %v", i, was.Text, was.Position(), is.Text, is.Position())
		}
	}
}

func TestLongTextIsFast(t *testing.T) {
	long := strings.Repeat("Passwort-Wiederherstellungsverfahren ", 270) // 10,000 characters
	began := time.Now()
	for _, p := range []*Text{Para(long, Ink), NewText(long, Body, Ink), Para(strings.ReplaceAll(long, " ", ""), Ink)} {
		for w := float32(200); w < 800; w += 100 {
			p.HeightFor(w)
			p.lines(w)
		}
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("took %v", took)
	}
}
