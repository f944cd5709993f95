package kit

import (
	"bytes"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/go-text/typesetting/font"
)

// Each bundled font has every sign that is said to be in it: one that is missing
// would be a box on screen, since nobody looks further.
func TestBundledFontsHaveTheirSigns(t *testing.T) {
	t.Parallel()
	for _, style := range []fyne.TextStyle{{}, {Bold: true}, {Monospace: true}, {Monospace: true, Bold: true}} {
		r := Theme{}.Font(style)
		face, err := font.ParseTTF(bytes.NewReader(r.Content()))
		if err != nil {
			t.Fatal(err)
		}
		for sign := rune(0); sign < 0x3000; sign++ {
			if _, ok := face.NominalGlyph(sign); hasSign(sign) && !ok {
				t.Errorf("%s has no %U %q", r.Name(), sign, sign)
			}
		}
	}
}

// Words with a sign of another font are drawn by whoever has it.
func TestOtherSignsAreLookedUp(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(Theme{})
	for words, own := range map[string]bool{
		"": true, "Zurück": true, "Łódź, Привет": true, "7kmq-2xwd": true, "“No”, it’s…": true,
		"設定": false, "שלום": false, "Ελλάδα": false, "a\u2066b": false, "tab\t": false, "🙂": false, "soft\u00adhyphen": false,
	} {
		if got := Body.font(words) != nil; got != own {
			t.Errorf("%q by a bundled font: %t", words, got)
		}
	}
	// Both ways measure the same where both have the signs.
	for _, r := range []Role{Body, Strong, Code, CodeM, Title} {
		want := fyne.MeasureText("Two-factor authentication", r.size(), r.style()).Width
		if got := r.width("Two-factor authentication"); got != want {
			t.Errorf("%+v: %v wide, %v with all of Fyne's fonts", r, got, want)
		}
	}
}
