// Package assets embeds icons, fonts, translations and packaging files.
package assets

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed icon/*.svg icon/*.png
var icons embed.FS

// Icon returns the SVG called name: one filled black path on a grid of 24, for the
// caller to recolour. Error: fs.ErrNotExist.
func Icon(name string) ([]byte, error) {
	src, err := icons.ReadFile("icon/" + name + ".svg")
	if err != nil {
		return nil, fmt.Errorf("assets: icon %q: %w", name, fs.ErrNotExist)
	}
	return src, nil
}

// AppIconSizes are the sizes of the app icon in pixels.
func AppIconSizes() []int { return []int{16, 32, 48, 64, 128, 256, 512} }

// AppIcon returns the app icon as a PNG of edge×edge pixels or the next larger size
// (512 at most).
func AppIcon(edge int) []byte {
	sizes := AppIconSizes()
	at := len(sizes) - 1
	for i, s := range sizes {
		if s >= edge {
			at = i
			break
		}
	}
	return read(icons, fmt.Sprintf("icon/app-icon-%d.png", sizes[at]))
}

// AppIconSVG returns the app icon as a coloured SVG.
func AppIconSVG() []byte { return read(icons, "icon/app-icon.svg") }

// read returns an embedded file that must exist.
func read(from embed.FS, name string) []byte {
	b, err := from.ReadFile(name)
	if err != nil {
		panic("assets: " + err.Error())
	}
	return b
}
