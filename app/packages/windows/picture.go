package windows

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"

	"golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"nightlatch/app/packages/ico"
	"nightlatch/assets"
)

// Colours of the look: the rail and the text on it (dark), and the white of the wizard.
var (
	ground = color.RGBA{0x0b, 0x10, 0x10, 0xff}
	foot   = color.RGBA{0x14, 0x35, 0x31, 0xff}
	words  = color.RGBA{0xe8, 0xef, 0xed, 0xff}
	white  = color.RGBA{0xff, 0xff, 0xff, 0xff}
)

// drawAll draws the icon and the pictures of the wizard, for 100 % and for 200 %.
func drawAll(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	app, err := png.Decode(bytes.NewReader(assets.AppIcon(512)))
	if err != nil {
		return err
	}
	icon, err := ico.New(assets.AppIconSizes(), assets.AppIcon)
	if err != nil {
		return err
	}
	err = os.WriteFile(filepath.Join(dir, "nightlatch.ico"), icon, 0o644)
	for suffix, scale := range map[string]int{"": 1, "-200": 2} {
		wizard, drawn := wizardPicture(app, scale)
		err = errors.Join(err, drawn, save(filepath.Join(dir, "wizard"+suffix+".bmp"), wizard),
			save(filepath.Join(dir, "header"+suffix+".bmp"), headerPicture(app, scale)))
	}
	return err
}

// wizardPicture is the left side of the first and the last page.
func wizardPicture(app image.Image, scale int) (image.Image, error) {
	w, h := 164*scale, 314*scale
	p := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h { // from the dark of the rail to a dark of the accent
		mix := func(a, b uint8) uint8 { return uint8((int(a)*(h-y) + int(b)*y) / h) }
		row := color.RGBA{mix(ground.R, foot.R), mix(ground.G, foot.G), mix(ground.B, foot.B), 0xff}
		for x := range w {
			p.SetRGBA(x, y, row)
		}
	}
	edge := 88 * scale
	at := image.Rect((w-edge)/2, 72*scale, (w+edge)/2, 72*scale+edge)
	draw.CatmullRom.Scale(p, at, app, app.Bounds(), draw.Over, nil)
	text, err := opentype.Parse(assets.Font(assets.TextStrong))
	if err != nil {
		return nil, err
	}
	face, err := opentype.NewFace(text, &opentype.FaceOptions{Size: 20 * float64(scale), DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, err
	}
	defer face.Close()
	d := font.Drawer{Dst: p, Src: image.NewUniform(words), Face: face}
	d.Dot = fixed.Point26_6{X: (fixed.I(w) - d.MeasureString("Nightlatch")) / 2, Y: fixed.I(196 * scale)}
	d.DrawString("Nightlatch")
	return p, nil
}

// headerPicture is at the top right of the other pages, on white.
func headerPicture(app image.Image, scale int) image.Image {
	p := image.NewRGBA(image.Rect(0, 0, 150*scale, 57*scale))
	draw.Draw(p, p.Bounds(), image.NewUniform(white), image.Point{}, draw.Src)
	edge := 41 * scale
	at := image.Rect(p.Bounds().Dx()-edge-8*scale, 8*scale, p.Bounds().Dx()-8*scale, 8*scale+edge)
	draw.CatmullRom.Scale(p, at, app, app.Bounds(), draw.Over, nil)
	return p
}

func save(path string, p image.Image) error {
	var b bytes.Buffer
	if err := bmp.Encode(&b, p); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}
