package assets

import (
	"bytes"
	"os"
	"slices"
	"testing"
	"unicode"

	"github.com/go-text/typesetting/font"
)

// The reduced fonts have the same characters with the same shapes.
func TestSmallerFontsDrawTheSame(t *testing.T) {
	t.Parallel()
	for _, f := range []Face{TextForPDF, Mono, MonoStrong} {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			release, err := os.ReadFile("font/source/" + string(f))
			if err != nil {
				t.Fatal(err)
			}
			if len(Font(f)) > len(release)*2/3 {
				t.Errorf("%d bytes, of %d", len(Font(f)), len(release))
			}
			was, is := parse(t, release), parse(t, Font(f))
			if was.Describe() != is.Describe() || was.Upem() != is.Upem() {
				t.Errorf("%v at %d units became %v at %d", was.Describe(), was.Upem(), is.Describe(), is.Upem())
			}
			characters := 0
			for r := range unicode.MaxRune {
				g, ok := was.NominalGlyph(r)
				h, still := is.NominalGlyph(r)
				if ok != still {
					t.Errorf("%U: %t, now %t", r, ok, still)
				}
				if !ok || !still {
					continue
				}
				characters++
				if a, b := was.HorizontalAdvance(g), is.HorizontalAdvance(h); a != b {
					t.Errorf("%U was %v wide and is %v", r, a, b)
				}
				a, b := was.GlyphData(g).(font.GlyphOutline), is.GlyphData(h).(font.GlyphOutline)
				if !slices.Equal(a.Segments, b.Segments) {
					t.Errorf("%U is drawn differently", r)
				}
			}
			if characters < 1000 {
				t.Errorf("only %d characters", characters)
			}
		})
	}
}

// A ligature would show two characters of a code as one.
func TestCodesHaveNoLigatures(t *testing.T) {
	t.Parallel()
	for _, f := range []Face{Mono, MonoStrong} {
		for _, feature := range parse(t, Font(f)).GSUB.Features {
			if tag := feature.Tag.String(); tag == "liga" || tag == "calt" {
				t.Errorf("%s has %s", f, tag)
			}
		}
	}
}

func parse(t *testing.T, file []byte) *font.Face {
	t.Helper()
	f, err := font.ParseTTF(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return f
}
