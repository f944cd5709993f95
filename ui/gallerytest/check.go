package gallerytest

import (
	"bytes"
	"image"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"nightlatch/assets"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/golden"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// Pictures draws the shots into the directory in NIGHTLATCH_GALLERY, or those whose
// names begin with NIGHTLATCH_SHOTS, in the dresses listed in NIGHTLATCH_DRESS.
// Without a directory it draws the first shot in each dress, but not in those that are
// for checks.
func Pictures(t *testing.T, shots []Shot) {
	t.Helper()
	samePlace(t)
	dir, begin, want := os.Getenv("NIGHTLATCH_GALLERY"), os.Getenv("NIGHTLATCH_SHOTS"), os.Getenv("NIGHTLATCH_DRESS")
	some := shots[:1]
	if dir == "" {
		dir = t.TempDir()
	} else {
		some = slices.DeleteFunc(slices.Clone(shots), func(s Shot) bool { return !strings.HasPrefix(s.Name, begin) })
	}
	var dresses []Dress
	for _, d := range testDresses() {
		if want == "" && !d.ForChecks || slices.Contains(strings.Split(want, ","), d.Name) {
			dresses = append(dresses, d)
		}
	}
	if err := drawAll(dir, dresses, some); err != nil {
		t.Fatal(err)
	}
	for _, d := range dresses {
		for _, s := range some {
			if st, err := os.Stat(filepath.Join(dir, d.Name, s.Name+".png")); err != nil || st.Size() < 5000 {
				t.Errorf("%s of %s: %v, %v", s.Name, d.Name, st, err)
			}
		}
	}
}

// goldenDress is the dress in which Check compares the screens with their goldens.
const goldenDress = "light"

// Check fails if a screen, in any dress, lacks a translation, has a primary button
// outside the window or far from the content, has no widget that can be focused, has a
// text that does not fit, or words in the colour of an icon. It also fails if a screen
// looks different from its golden in testdata/golden.
func Check(t *testing.T, shots []Shot) {
	t.Helper()
	samePlace(t)
	control.UseKeyboard(true) // a golden also says where the focus is
	defer control.UseKeyboard(false)
	for _, d := range testDresses() {
		t.Run(d.Name, func(t *testing.T) {
			w := catalog(t, d.Language)
			app := test.NewTempApp(t)
			d.Theme.Words = w
			app.Settings().SetTheme(d.Theme)
			for _, s := range shots {
				c := newConsole(app, w)
				s.open(c, d.Size)
				s.check(t, c)
				s.checkMarks(t, c)
				s.checkInk(t, c)
				s.checkFit(t, c)
				s.checkPrimary(t, c)
				if d.Name == goldenDress && runtime.GOOS == "linux" { // screens name the system
					golden.Check(t, s.Name, c.Window().Canvas())
				}
				c.Window().Close()
			}
			if d.Name == goldenDress {
				golden.CheckNames(t, names(shots))
			}
			if missing := w.Missing(); len(missing) > 0 {
				t.Errorf("no translation for %q", missing)
			}
		})
	}
}

func (s Shot) check(t *testing.T, c *shell.Console) {
	t.Helper()
	focusable := 0
	if f := c.Window().Canvas().Focused(); control.Harmful(f) {
		t.Errorf("%s: %s has the focus at first, and deletes or ends something", s.Name, shell.NameOf(f))
	}
	for _, root := range roots(c.Window()) {
		kittest.WalkVisible(root, func(o fyne.CanvasObject) {
			switch v := o.(type) {
			case *look.Text:
				if strings.Contains(v.Words, "{") || strings.HasPrefix(v.Words, "ui.") || strings.HasPrefix(v.Words, "wizard.") {
					t.Errorf("%s shows %q", s.Name, v.Words)
				}
			case *control.Button:
				// A card without the rail scrolls: its button may be below the window's
				// edge. A page's is in the bar, which never scrolls.
				if v.Kind == control.Primary && s.Page != "" && s.Page != shell.Overview && s.Panel == nil && !within(c.Window(), v) {
					t.Errorf("%s: %q is outside the window", s.Name, v.Label())
				}
			}
			if f, ok := o.(fyne.Focusable); ok {
				focusable++
				if name := shell.NameOf(f); name == "" || strings.HasSuffix(name, " ") {
					t.Errorf("%s: %T has no name", s.Name, f)
				}
			}
		})
	}
	if focusable == 0 && !strings.Contains(s.Name, "loading") {
		t.Errorf("%s: nothing can be focused", s.Name)
	}
}

// within reports whether an object is completely inside the window.
func within(w fyne.Window, o fyne.CanvasObject) bool {
	at, size, all := fyne.CurrentApp().Driver().AbsolutePositionForObject(o), o.Size(), w.Canvas().Size()
	return at.X >= 0 && at.Y >= 0 && at.X+size.Width <= all.Width+.5 && at.Y+size.Height <= all.Height+.5
}

// CheckRestyle fails if one of the named shots looks different after the theme was
// switched from light to dark than when it was drawn in dark. Colours must be looked
// up, not stored.
func CheckRestyle(t *testing.T, shots []Shot, names ...string) {
	t.Helper()
	w := catalog(t, "en")
	light, dark := look.Theme{Mode: look.AlwaysLight, Words: w}, look.Theme{Mode: look.AlwaysDark, Words: w}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			s := byName(t, shots, name)
			app := test.NewTempApp(t)
			test.ApplyTheme(t, dark)
			fresh := newConsole(app, w)
			s.open(fresh, shell.FirstSize)
			want := pixels(fresh.Window().Canvas().Capture())

			test.ApplyTheme(t, light)
			c := newConsole(app, w)
			s.open(c, shell.FirstSize)
			c.Window().Canvas().Capture()
			test.ApplyTheme(t, dark)
			c.Window().Content().Refresh()
			if got := pixels(c.Window().Canvas().Capture()); !bytes.Equal(want, got) {
				t.Errorf("it differs from a new dark window around %v", difference(want, got))
			}
		})
	}
}

// samePlace sets facts about the computer that screens show: the home
// directory for saved files, and the time zone.
func samePlace(t *testing.T) {
	t.Helper()
	t.Setenv("HOME", "/srv/margarethe")
	zone := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = zone })
}

func names(shots []Shot) (all []string) {
	for _, s := range shots {
		all = append(all, s.Name)
	}
	return all
}

func byName(t *testing.T, shots []Shot, name string) Shot {
	t.Helper()
	for _, s := range shots {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("there is no shot %q", name)
	return Shot{}
}

// difference is the rectangle in which two pictures of a window differ.
func difference(a, b []byte) (r image.Rectangle) {
	width := int(shell.FirstSize.Width)
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			x, y := i/4%width, i/4/width
			r = r.Union(image.Rect(x, y, x+1, y+1))
		}
	}
	return r
}

func pixels(m image.Image) []byte { return opaque(m).(*image.RGBA).Pix }

func catalog(t *testing.T, language string) *assets.Catalog {
	t.Helper()
	w, err := assets.New(language)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Tap taps the button, link or row with a translated name, on screen or scrolled out.
func Tap(c *shell.Console, key string, args ...any) {
	name := c.Catalog.T(key, args...)
	look.Walk(c.Window().Content(), func(o fyne.CanvasObject) bool {
		f, focusable := o.(fyne.Focusable)
		if focusable && strings.HasSuffix(shell.NameOf(f), " "+name) {
			if b, ok := o.(fyne.Tappable); ok {
				b.Tapped(nil)
				return false
			}
		}
		return true
	})
}

// roots are the content of a window and its dialogs.
func roots(w fyne.Window) []fyne.CanvasObject {
	return append([]fyne.CanvasObject{w.Content()}, w.Canvas().Overlays().List()...)
}
