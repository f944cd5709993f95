package print

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"github.com/go-text/typesetting/font"

	"nightlatch/assets"
)

// A face is a font for measuring text.
type face struct{ *font.Face }

// width is the width of words at a font size, in points. The PDF has no kerning, so it
// is the sum of the advances.
func (f face) width(words string, size float64) float64 {
	sum := 0.0
	for _, r := range words {
		if g, ok := f.NominalGlyph(r); ok {
			sum += float64(f.HorizontalAdvance(g))
		}
	}
	return sum * size / float64(f.Upem())
}

func (f face) has(words string) bool {
	for _, r := range words {
		if _, ok := f.NominalGlyph(r); !ok {
			return false
		}
	}
	return true
}

// faces are the fonts of a sheet. They must not be used concurrently, so each layout
// has its own.
type faces struct{ text, strong, mono face }

// loadFonts reads the fonts once.
var loadFonts = sync.OnceValues(func() (fonts [3]*font.Font, err error) {
	for i, name := range []assets.Face{assets.TextForPDF, assets.TextStrong, assets.MonoStrong} {
		f, err := font.ParseTTF(bytes.NewReader(assets.Font(name)))
		if err != nil {
			return fonts, fmt.Errorf("print: reading font %s: %w", name, err)
		}
		fonts[i] = f.Font
	}
	return fonts, nil
})

func loadFaces() (*faces, error) {
	fonts, err := loadFonts()
	if err != nil {
		return nil, err
	}
	return &faces{text: face{font.NewFace(fonts[0])}, strong: face{font.NewFace(fonts[1])}, mono: face{font.NewFace(fonts[2])}}, nil
}

func (f *faces) has(words string) bool { return f.text.has(words) && f.strong.has(words) }

// readable is w if the text font has every character of the sheet's texts in it, else
// English. Inter has Latin, Greek and Cyrillic.
func (f *faces) readable(w *assets.Catalog) (*assets.Catalog, error) {
	for _, key := range w.Keys() {
		if strings.HasPrefix(key, "print.") || strings.HasPrefix(key, "when.month.") {
			if !f.has(w.T(key)) {
				return assets.New("en")
			}
		}
	}
	return w, nil
}

// wrap breaks text into lines no wider than w. A word that is wider is cut.
func (f face) wrap(words string, size, w float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(words) {
		next := strings.TrimSpace(line + " " + word)
		if line != "" && f.width(next, size) > w {
			lines = append(lines, line)
			next = word
		}
		for f.width(next, size) > w {
			cut := len(f.head(next, size, w))
			lines, next = append(lines, next[:cut]), next[cut:]
		}
		line = next
	}
	return append(lines, line)
}

// head is as much of the beginning of a word as fits in w, at least one character.
func (f face) head(word string, size, w float64) string {
	end := 0
	for i, r := range word {
		if end > 0 && f.width(word[:i]+string(r), size) > w {
			break
		}
		end = i + len(string(r))
	}
	return word[:end]
}

// fit is words, shortened with an ellipsis if it is wider than w.
func (f *faces) fit(words string, size, w float64) string {
	if f.text.width(words, size) <= w {
		return words
	}
	return strings.TrimSpace(f.text.head(words, size, w-f.text.width("…", size))) + "…"
}
