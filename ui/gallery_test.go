package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"nightlatch/ui/kit"
)

// TestGallery draws all pictures into the directory that NIGHTLATCH_GALLERY
// names, or those whose names begin with NIGHTLATCH_SHOTS, in the dresses that
// NIGHTLATCH_DRESS lists. Without a directory it draws one picture of each dress.
func TestGallery(t *testing.T) {
	dir, begin, want := os.Getenv("NIGHTLATCH_GALLERY"), os.Getenv("NIGHTLATCH_SHOTS"), os.Getenv("NIGHTLATCH_DRESS")
	if dir == "" {
		dir, begin = t.TempDir(), "04-overview-safe"
	}
	var some []shot
	for _, s := range shots() {
		if strings.HasPrefix(s.name, begin) {
			some = append(some, s)
		}
	}
	var how []dress
	for _, d := range someDresses() {
		if want == "" || strings.Contains(want, d.name) {
			how = append(how, d)
		}
	}
	if err := gallery(dir, how, some); err != nil {
		t.Fatal(err)
	}
	for _, d := range how {
		for _, s := range some {
			if st, err := os.Stat(filepath.Join(dir, d.name, s.name+".png")); err != nil || st.Size() < 5000 {
				t.Errorf("%s of %s: %v, %v", s.name, d.name, st, err)
			}
		}
	}
}

// Every screen in every state and every dress has its words, shows its primary
// button without scrolling, and lets the keyboard in.
func TestEveryScreenInEveryDress(t *testing.T) {
	for _, d := range someDresses() {
		t.Run(d.name, func(t *testing.T) {
			words := newWordsOf(t, d.lang)
			app := test.NewTempApp(t)
			d.theme.Words = words
			app.Settings().SetTheme(d.theme)
			for _, s := range shots() {
				c := stillConsole(app, words)
				s.open(c, d.size)
				checkScreen(t, c, s, d)
				c.window.Close()
			}
			if missing := words.Missing(); len(missing) > 0 {
				t.Errorf("no words for %q", missing)
			}
		})
	}
}

func checkScreen(t *testing.T, c *Console, s shot, d dress) {
	t.Helper()
	roots := append([]fyne.CanvasObject{c.window.Content()}, c.window.Canvas().Overlays().List()...)
	focusable := 0
	for _, root := range roots {
		visible(root, func(o fyne.CanvasObject) {
			switch v := o.(type) {
			case *kit.Text:
				if strings.Contains(v.Words, "{") || strings.HasPrefix(v.Words, "ui.") || strings.HasPrefix(v.Words, "wizard.") {
					t.Errorf("%s says %q", s.name, v.Words)
				}
			case *kit.Button:
				// A door is a card that scrolls: its button may be below the fold in a
				// small window. A page's is in the bar, which never scrolls.
				if v.Kind == kit.Primary && s.place != "" && s.place != placeOverview && !strings.Contains(s.name, "lab") && !s.lab && !within(c.window, v) {
					t.Errorf("%s: %q is outside the window", s.name, v.Label())
				}
			}
			if f, ok := o.(fyne.Focusable); ok {
				focusable++
				if nameOf(f) == "" || strings.HasSuffix(nameOf(f), " ") {
					t.Errorf("%s: %T has no name", s.name, f)
				}
			}
		})
	}
	if focusable == 0 && !strings.Contains(s.name, "loading") {
		t.Errorf("%s: the keyboard can go nowhere", s.name)
	}
}

// within reports whether an object is wholly inside the window.
func within(w fyne.Window, o fyne.CanvasObject) bool {
	at, size, all := fyne.CurrentApp().Driver().AbsolutePositionForObject(o), o.Size(), w.Canvas().Size()
	return at.X >= 0 && at.Y >= 0 && at.X+size.Width <= all.Width+.5 && at.Y+size.Height <= all.Height+.5
}
