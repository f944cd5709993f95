package gallerytest

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"nightlatch/ui/kit"
)

func TestTextThatIsTooLongIsCutOff(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(kit.Theme{Words: catalog(t, "en")})
	for _, tt := range []struct {
		text  *kit.Text
		width float32
		want  bool
	}{
		{kit.NewText("Practise with simulated devices", kit.Body, kit.Ink), 100, true},
		{kit.NewText("Practise with simulated devices", kit.Body, kit.Ink), 400, false},
		{kit.NewText("Practise with simulated devices", kit.Body, kit.Ink).Wrapped(), 100, false},
		{kit.NewText("More…", kit.Body, kit.Ink), 400, false},
	} {
		tt.text.Resize(fyne.NewSize(tt.width, 20))
		if got := cutOff(tt.text); got != tt.want {
			t.Errorf("%q in %g: cut off %v, want %v", tt.text.Words, tt.width, got, tt.want)
		}
	}
}
