package ui

import (
	"context"
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
	"nightlatch/ui/kit"
)

// A shot is one picture of the gallery: a screen in one state.
type shot struct {
	name  string
	place string // selected in the rail; "" for none, and no rail
	lab   bool   // with the lab's panel
	draw  func(*Console) drawn
	then  func(*Console) // a dialog over it, if there is one
}

// A dress is how the pictures of a run look.
type dress struct {
	name  string
	theme kit.Theme
	lang  string
	size  fyne.Size
	scale float32
}

// dresses are the ways every screen is drawn: light and dark, and what screens
// break at: large text, long words, words written to the left, small windows.
func dresses() []dress {
	small := fyne.NewSize(800, 600)
	return []dress{
		{"light", kit.Theme{Mode: kit.AlwaysLight}, "en", firstSize, 1.5},
		{"dark", kit.Theme{Mode: kit.AlwaysDark}, "en", firstSize, 1.5},
		{"large", kit.Theme{Mode: kit.AlwaysLight, Scale: 1.5}, "en", firstSize, 1},
		{"long", kit.Theme{Mode: kit.AlwaysLight}, assets.PseudoLong, firstSize, 1},
		{"right", kit.Theme{Mode: kit.AlwaysDark}, assets.PseudoRight, firstSize, 1},
		{"small", kit.Theme{Mode: kit.AlwaysLight}, "en", small, 1},
	}
}

// gallery draws screens into PNG files in a directory, a folder for each dress. It
// needs no display: Fyne's software painter draws.
func gallery(dir string, dresses []dress, shots []shot) error {
	for _, d := range dresses {
		if err := os.MkdirAll(filepath.Join(dir, d.name), 0o755); err != nil {
			return fmt.Errorf("ui: gallery: %w", err)
		}
		words, err := assets.New(d.lang)
		if err != nil {
			return err
		}
		app := test.NewApp()
		d.theme.Words = words
		app.Settings().SetTheme(d.theme)
		// Fyne drops the icons of the theme before in a goroutine of its own: the
		// first picture gives it the time, and is drawn again.
		for _, s := range slices.Concat(shots[:min(1, len(shots))], shots) {
			if err := s.take(app, d, words, filepath.Join(dir, d.name, s.name+".png")); err != nil {
				return fmt.Errorf("ui: gallery: %s: %w", s.name, err)
			}
		}
		if missing := words.Missing(); len(missing) > 0 {
			return fmt.Errorf("ui: gallery: no words for %q", missing)
		}
		app.Quit()
	}
	return nil
}

// take draws one picture.
func (s shot) take(app fyne.App, d dress, words *assets.Catalog, path string) (err error) {
	c := stillConsole(app, words)
	defer c.window.Close()
	c.window.Canvas().(software.WindowlessCanvas).SetScale(d.scale) // before the content, or icons stay coarse
	s.open(c, d.size)
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	enc := png.Encoder{CompressionLevel: png.BestSpeed} // there are hundreds, looked at once
	return enc.Encode(f, opaque(c.window.Canvas().Capture()))
}

// open shows the screen in a console's window.
func (s shot) open(c *Console, size fyne.Size) {
	if s.place != "" {
		c.rail = c.newRail()
		c.rail.Select(s.place)
	}
	if s.lab {
		c.cfg.Lab = true
		c.lab = stillLab(c)
		c.dock = kit.Z(c.lab.draw())
		if c.rail != nil {
			c.rail = c.newRail()
			c.rail.Select(s.place)
		}
	}
	c.frame()
	c.window.Resize(size)
	c.front = stillScreen{s.place, func() drawn { return s.draw(c) }}
	c.still = true
	c.redraw()
	if s.then != nil {
		s.then(c)
	}
	c.window.Resize(size) // once more: wrapped words know their height only now
}

// A stillScreen is a screen whose state never changes.
type stillScreen struct {
	at   string
	look func() drawn
}

func (s stillScreen) place() string { return s.at }
func (s stillScreen) enter(*Scope)  {}
func (s stillScreen) hear(string)   {}
func (s stillScreen) draw() drawn   { return s.look() }

// stillConsole is a console that is connected to nothing, on a morning in
// November: only its drawing is used.
func stillConsole(app fyne.App, words *assets.Catalog) *Console {
	c := &Console{words: words, account: stillAccount(), about: stillAbout()}
	c.cfg = Config{App: app, Version: "1.0", Address: "http://localhost:8440", Language: "en", Now: stillNow, Prefs: app.Preferences(), Features: Features{SecurityKeys: true, NFC: true, VirtualKeys: true, UdevCommand: assets.UdevCommand("/usr/bin/nightlatch"), ReadersCommand: "sudo apt install pcscd"}}
	c.root = newScope(context.Background(), func(func()) {})
	c.root.Leave() // nothing starts
	c.scope = c.root
	c.window = app.NewWindow("Nightlatch")
	c.window.SetPadded(false)
	c.slot = kit.Z(kit.NewBox(kit.Window, "", 0))
	c.toast = kit.NewToaster(kit.Clock{Now: c.now})
	return c
}

func stillNow() time.Time { return time.Date(2026, 11, 22, 9, 41, 7, 0, time.UTC) }

// opaque drops the alpha channel, which a picture of a window doesn't need.
func opaque(src image.Image) image.Image {
	dst := image.NewRGBA(src.Bounds())
	draw.Draw(dst, dst.Bounds(), image.Black, image.Point{}, draw.Src)
	draw.Draw(dst, dst.Bounds(), src, src.Bounds().Min, draw.Over)
	return dst
}
