package gallerytest

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"nightlatch/ui/kit/look"
)

func TestTextThatIsTooLongIsCutOff(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look.Theme{Words: catalog(t, "en")})
	for _, tt := range []struct {
		text  *look.Text
		width float32
		want  bool
	}{
		{look.NewText("Practise with simulated devices", look.Body, look.Ink).OneLine(), 100, true},
		{look.NewText("Practise with simulated devices", look.Body, look.Ink), 100, false},
		{look.NewText("Practise with simulated devices", look.Body, look.Ink), 400, false},
		{look.NewText("Practise with simulated devices", look.Body, look.Ink).Wrapped(), 100, false},
		{look.NewText("More…", look.Body, look.Ink), 400, false},
	} {
		tt.text.Resize(fyne.NewSize(tt.width, 20))
		if got := cutOff(tt.text); got != tt.want {
			t.Errorf("%q in %g: cut off %v, want %v", tt.text.Words, tt.width, got, tt.want)
		}
	}
}
