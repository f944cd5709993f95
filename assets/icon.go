// Package assets holds what the program carries inside itself: icons, fonts and
// the words of every language.
package assets

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed icon/*.svg icon/*.png
var icons embed.FS

// Icon is the SVG called name: one filled path on a grid of 24, black, to be
// recoloured by whoever draws it. An unknown name is an error.
func Icon(name string) ([]byte, error) {
	src, err := icons.ReadFile("icon/" + name + ".svg")
	if err != nil {
		return nil, fmt.Errorf("assets: icon %q: %w", name, fs.ErrNotExist)
	}
	return src, nil
}

// AppIconSizes are the edges, in pixels, that the app icon was drawn at.
func AppIconSizes() []int { return []int{16, 32, 48, 64, 128, 256, 512} }

// AppIcon is the app icon as a PNG, edge pixels wide and high, or the smallest
// one drawn that is at least so large (512 at most).
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

// AppIconSVG is the app icon in its own colours.
func AppIconSVG() []byte { return read(icons, "icon/app-icon.svg") }

// read returns an embedded file whose name is written in this package.
func read(from embed.FS, name string) []byte {
	b, err := from.ReadFile(name)
	if err != nil {
		panic("assets: " + err.Error())
	}
	return b
}
