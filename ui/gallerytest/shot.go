// Package gallerytest draws screens in fixed states, for pictures that people look at and
// for tests of drawing. It needs no display: Fyne's software painter draws.
//
// The tests of each package of screens list their Shots and call Pictures, Check and
// CheckRestyle with them.
package gallerytest

import (
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"nightlatch/assets"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// A Shot is one picture: a screen in one state.
type Shot struct {
	Name  string
	Page  shell.PageID                       // selected in the rail; "" for none, and no rail
	Panel func(c *shell.Console) shell.Panel // nil without the lab's panel
	Draw  func(c *shell.Console) shell.View
	Then  func(c *shell.Console) // opens a dialog over it; nil for none
}

// A Dress is how the pictures of a run look.
type Dress struct {
	Name     string
	Theme    look.Theme
	Language string
	Size     fyne.Size // of the window
	Scale    float32   // pixels per point

	ForChecks bool // drawn only if NIGHTLATCH_DRESS names it
}

// Dresses are light and dark, and conditions in which layouts often break: large text,
// long words, right-to-left text, a small window.
func Dresses() []Dress {
	small, least, wide := fyne.NewSize(800, 600), fyne.NewSize(760, 560), fyne.NewSize(1920, 1080)
	large := look.Theme{Mode: look.AlwaysLight, Scale: 1.5}
	return []Dress{
		{"light", look.Theme{Mode: look.AlwaysLight}, "en", shell.FirstSize, 1.5, false},
		{"dark", look.Theme{Mode: look.AlwaysDark}, "en", shell.FirstSize, 1.5, false},
		{"large", large, "en", shell.FirstSize, 1, false},
		{"long", look.Theme{Mode: look.AlwaysLight}, assets.PseudoLong, shell.FirstSize, 1, false},
		{"right", look.Theme{Mode: look.AlwaysDark}, assets.PseudoRight, shell.FirstSize, 1, false},
		{"small", look.Theme{Mode: look.AlwaysLight}, "en", small, 1, false},
		{"wide", look.Theme{Mode: look.AlwaysLight}, "en", wide, 1, true},
		{"large-least", large, assets.PseudoLong, least, 1, true},
	}
}

// testDresses are the dresses that tests draw. With the race detector, drawing is ten
// times slower and starts no goroutines, so the first dress is enough.
func testDresses() []Dress {
	if kittest.Racing {
		return Dresses()[:1]
	}
	return Dresses()
}

// drawAll draws shots into PNG files, in one folder of dir for each dress.
func drawAll(dir string, dresses []Dress, shots []Shot) error {
	for _, d := range dresses {
		if err := os.MkdirAll(filepath.Join(dir, d.Name), 0o755); err != nil {
			return fmt.Errorf("gallerytest: %w", err)
		}
		w, err := assets.New(d.Language)
		if err != nil {
			return err
		}
		app := test.NewApp()
		d.Theme.Words = w
		app.Settings().SetTheme(d.Theme)
		// Fyne drops the icons of the last theme in the background. The first shot is drawn
		// twice, to give it time.
		for _, s := range slices.Concat(shots[:min(1, len(shots))], shots) {
			if err := s.draw(app, d, w, filepath.Join(dir, d.Name, s.Name+".png")); err != nil {
				return fmt.Errorf("gallerytest: %s: %w", s.Name, err)
			}
		}
		if missing := w.Missing(); len(missing) > 0 {
			return fmt.Errorf("gallerytest: no translation for %q", missing)
		}
		app.Quit()
	}
	return nil
}

// draw draws one picture.
func (s Shot) draw(app fyne.App, d Dress, w *assets.Catalog, path string) (err error) {
	c := newConsole(app, w)
	defer c.Window().Close()
	c.Window().Canvas().(software.WindowlessCanvas).SetScale(d.Scale) // before the content, or icons stay coarse
	s.open(c, d.Size)
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	enc := png.Encoder{CompressionLevel: png.BestSpeed} // there are hundreds of pictures
	return enc.Encode(f, opaque(c.Window().Canvas().Capture()))
}

// open shows the screen in a console's window.
func (s Shot) open(c *shell.Console, size fyne.Size) {
	if s.Panel != nil {
		c.Config.Lab = true
	}
	parts := shell.Parts{Groups: groups(), Feet: feet(c.Config.Lab)}
	if s.Panel != nil {
		parts.Panel = s.Panel(c)
	}
	c.Register(parts)
	c.ShowStill(screen{s, c}, size)
	if s.Then != nil {
		s.Then(c)
	}
	c.Window().Resize(size) // again: wrapped text has its height only after the first layout
}

// A screen is a shot as a screen whose state never changes.
type screen struct {
	Shot
	c *shell.Console
}

func (s screen) Page() shell.PageID { return s.Shot.Page }
func (s screen) Enter(*shell.Scope) {}
func (s screen) OnTopic(string)     {}
func (s screen) Draw() shell.View   { return s.Shot.Draw(s.c) }

// groups and feet are the rail's entries. A test of package ui compares them with the
// registered pages.
func groups() [][]shell.Page {
	return [][]shell.Page{
		{{ID: shell.Overview, Icon: "overview"}},
		{{ID: shell.TwoFactor, Icon: "two-factor"}, {ID: shell.SecurityKeys, Icon: "key"}, {ID: shell.BackupCodes, Icon: "backup-codes"}, {ID: shell.TemporaryPasswords, Icon: "temporary-password"}},
		{{ID: shell.Sessions, Icon: "sessions"}, {ID: shell.Activity, Icon: "activity"}},
	}
}

func feet(lab bool) (all []shell.Page) {
	if lab {
		all = append(all, shell.Page{ID: shell.Lab, Icon: "lab"})
	}
	return append(all, shell.Page{ID: shell.Settings, Icon: "settings"})
}

// newConsole returns a console that is not connected to anything. Its clock always
// shows Now.
func newConsole(app fyne.App, w *assets.Catalog) *shell.Console {
	return shell.NewStill(shell.Config{
		App: app, Version: "1.0", Address: "http://localhost:8440", Language: "en", Now: Now, Prefs: app.Preferences(), ClipboardOwner: alone{},
		Features: shell.Features{SecurityKeys: true, NFC: true, UdevCommand: assets.UdevCommand("/usr/bin/nightlatch"), ReadersCommand: "sudo apt install pcscd"},
	}, w, Account(), About())
}

// alone is a desktop where nobody else copies.
type alone struct{}

func (alone) Note()      {}
func (alone) Ours() bool { return true }

// Now is the time in all pictures.
func Now() time.Time { return time.Date(2026, 11, 22, 9, 41, 7, 0, time.UTC) }

// opaque drops the alpha channel, which a picture of a window doesn't need.
func opaque(src image.Image) image.Image {
	dst := image.NewRGBA(src.Bounds())
	draw.Draw(dst, dst.Bounds(), image.Black, image.Point{}, draw.Src)
	draw.Draw(dst, dst.Bounds(), src, src.Bounds().Min, draw.Over)
	return dst
}
