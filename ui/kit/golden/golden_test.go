package golden

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

func window(t *testing.T, draw func() fyne.CanvasObject) fyne.Window {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(look.Theme{Mode: look.AlwaysLight})
	w := test.NewWindow(draw())
	t.Cleanup(w.Close)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(480, 520))
	return w
}

func card() fyne.CanvasObject {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	refused := control.NewTextField("User name", "Small letters, digits and dots.", control.InputConfig{Text: "margarethe"})
	refused.Refuse("There is such a user name already.")
	off := control.NewButton("Continue", "", control.Primary, nil)
	off.Disable()
	return kit.Card(look.Pad(look.S24, look.V(look.S20,
		look.NewText("Enter the code from your app", look.Title, look.Ink).Wrapped(),
		control.NewCodeField(6, 3, "418"),
		kit.NewBanner(look.Attention, "Two backup codes left", "Made on 3 November.", "", control.NewLink("Make new ones", nil)),
		refused,
		kit.NewCountdown(kit.CountdownConfig{Clock: kit.Clock{Now: func() time.Time { return noon }}, Ends: noon.Add(time.Minute), Total: 2 * time.Minute}),
		off,
	)))
}

func TestMarkupOfACard(t *testing.T) {
	Check(t, "card", window(t, card).Canvas())
}

func TestDiffShowsTheLinesThatChanged(t *testing.T) {
	for _, tt := range []struct{ name, want, got, diff string }{
		{"equal", "a\nb\n", "a\nb\n", ""},
		{"changed", "a\n  b\nc\n", "a\n  x\nc\n", "- b\n+ x"},
		{"added", "a\nc\n", "a\nb\nc\n", "+ b"},
		{"removed", "a\nb\nc\nd\n", "a\nd\n", "- b\n- c"},
	} {
		if diff := Diff(tt.want, tt.got); diff != tt.diff {
			t.Errorf("%s: %q; want %q", tt.name, diff, tt.diff)
		}
	}
}
