package look

import (
	"bytes"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/go-text/typesetting/font"
)

// A character that inFonts reports must be in every bundled font. If it is missing, a
// box is drawn, because no other font is searched.
func TestBundledFontsHaveTheirCharacters(t *testing.T) {
	t.Parallel()
	for _, style := range []fyne.TextStyle{{}, {Bold: true}, {Monospace: true}, {Monospace: true, Bold: true}} {
		r := Theme{}.Font(style)
		face, err := font.ParseTTF(bytes.NewReader(r.Content()))
		if err != nil {
			t.Fatal(err)
		}
		for c := range rune(0x3000) {
			if _, ok := face.NominalGlyph(c); inFonts(c) && !ok {
				t.Errorf("%s has no %U %q", r.Name(), c, c)
			}
		}
	}
}

// Text with a character that the bundled fonts lack is drawn by Fyne's search.
func TestOtherCharactersAreSearchedInAllFonts(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(Theme{})
	for words, own := range map[string]bool{
		"": true, "Zurück": true, "Łódź, Привет": true, "7kmq-2xwd": true, "“No”, it’s…": true,
		"設定": false, "שלום": false, "Ελλάδα": false, "a\u2066b": false, "tab\t": false, "🙂": false, "soft\u00adhyphen": false,
	} {
		if got := Body.font(words) != nil; got != own {
			t.Errorf("%q is drawn by a bundled font: %t", words, got)
		}
	}
	// Both ways give the same width for characters that both have.
	for _, r := range []Role{Body, Strong, Code, CodeM, Title} {
		want := fyne.MeasureText("Two-factor authentication", r.size(), r.style()).Width
		if got := r.TextWidth("Two-factor authentication"); got != want {
			t.Errorf("%+v: %v wide, %v with all of Fyne's fonts", r, got, want)
		}
	}
}
