package kit_test

import (
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"nightlatch/assets"
	. "nightlatch/ui/kit"
)

// noon is the time of every clock in these tests.
var noon = time.Date(2026, 11, 22, 9, 41, 18, 0, time.UTC)

func stillClock() Clock { return Clock{Now: func() time.Time { return noon }} }

// A look is a theme for drawing the widgets.
type appearance struct {
	name string
	Theme
}

func looks(t *testing.T) []appearance {
	t.Helper()
	words := func(lang string) *assets.Catalog {
		w, err := assets.New(lang)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	if racing {
		return []appearance{{"dark-125-long", Theme{Mode: AlwaysDark, Scale: 1.25, Words: words(assets.PseudoLong)}}}
	}
	return []appearance{
		{"light", Theme{Mode: AlwaysLight}},
		{"dark", Theme{Mode: AlwaysDark}},
		{"light-150", Theme{Mode: AlwaysLight, Scale: 1.5}},
		{"dark-125-long", Theme{Mode: AlwaysDark, Scale: 1.25, Words: words(assets.PseudoLong)}},
		{"light-right", Theme{Mode: AlwaysLight, Words: words(assets.PseudoRight)}},
	}
}

// wear gives the application a theme.
func wear(t *testing.T, th Theme) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(th)
}

// open shows content in a window of the test driver.
func open(t *testing.T, o fyne.CanvasObject, w, h, scale float32) fyne.Window {
	t.Helper()
	win := test.NewTempWindow(t, nil)
	win.SetPadded(false)
	win.Canvas().(software.WindowlessCanvas).SetScale(scale) // before the content, or rasters stay coarse
	win.SetContent(o)
	win.Resize(fyne.NewSize(w, h))
	return win
}

// picture saves the content of a window as name.png (go test -artifacts -outputdir …).
func picture(t *testing.T, win fyne.Window, name string) image.Image {
	t.Helper()
	src := win.Canvas().Capture()
	b := src.Bounds()
	img := image.NewRGBA(b)
	draw.Draw(img, b, image.White, image.Point{}, draw.Src)
	draw.Draw(img, b, src, b.Min, draw.Over)
	f, err := os.Create(filepath.Join(t.ArtifactDir(), name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(f, img); err != nil {
		t.Fatal(err)
	}
	return src
}

// say is sample text in the language of a look, as the pseudo translations make it.
func say(th Theme, s string) string {
	if th.Words == nil {
		return s
	}
	return th.Words.Alter(s)
}

// components shows every widget in every state.
func components(th Theme) fyne.CanvasObject {
	t := func(s string) string { return say(th, s) }
	state := func(b *Button, hover, press, focus, off bool) fyne.CanvasObject {
		b.Hovered, b.Pressed = hover, press
		if off {
			b.Disable()
		}
		if focus {
			b.FocusGained()
		}
		b.Refresh()
		return b
	}
	buttons := func(k Kind, label, icon string) fyne.CanvasObject {
		return H(S12,
			state(NewButton(t(label), icon, k, nil), false, false, false, false),
			state(NewButton(t(label), icon, k, nil), true, false, false, false),
			state(NewButton(t(label), icon, k, nil), true, true, false, false),
			state(NewButton(t(label), icon, k, nil), false, false, true, false),
			state(NewButton(t(label), icon, k, nil), false, false, false, true), Gap())
	}
	rail := func(selected, hover, focus bool, count string) fyne.CanvasObject {
		it := NewRailItem("key", t("Security keys"), count, selected, nil)
		it.Hovered = hover
		if focus {
			it.FocusGained()
		}
		it.Refresh()
		return Scaled(232, 0, it)
	}
	code := func(f *CodeField, refused, focus bool) fyne.CanvasObject {
		if refused {
			f.Refuse()
		}
		if focus {
			f.FocusGained()
		}
		return H(0, f, Gap())
	}
	block := func(name string, objs ...fyne.CanvasObject) fyne.CanvasObject {
		return V(S8, append([]fyne.CanvasObject{Section(t(name))}, objs...)...)
	}
	toggle := func(f ToggleForm, on bool) fyne.CanvasObject { return NewToggle(f, on, nil) }
	refused := NewTextField(t("PIN"), "", InputConfig{Text: "4711", Secret: true})
	refused.Refuse(t("That isn’t this key’s PIN. After the last try the key locks itself."))
	off := NewToggle(SwitchForm, true, nil)
	off.Disable()
	left := V(S16,
		block("Buttons: rest, hover, pressed, keyboard, disabled",
			V(S12, buttons(Primary, "Verify", ""), buttons(Secondary, "Copy", "copy"), buttons(Quiet, "Cancel", ""), buttons(Destroy, "Delete", ""))),
		block("Badges", Flow(S8, Badge(On, t("On")), Badge(Off, t("Off")), Badge(Next, t("Next")), Badge(Used, t("Used")), Badge(Void, t("Void")), Badge(Caution, t("Two left")), Badge(Bad, t("Locked")), Tag("usb", "USB"), Tag("nfc", "NFC"))),
		block("Code fields: typing, refused, backup code", V(S12, code(NewCodeField(6, 3, "41"), false, true), code(NewCodeField(6, 3, "418025"), true, false), code(NewBackupField("7kmq-2xwd-9h"), false, true))),
		block("Steps", Steps(1, t("Overview"), t("Scan"), t("Code"), t("Backup code"))),
		block("Toggles, choices, countdown", Flow(S16, toggle(CheckForm, false), toggle(CheckForm, true), toggle(SwitchForm, false), toggle(SwitchForm, true), off, NewSegments(0, nil, t("Classic"), t("Hardened"))),
			NewToggle(CheckForm, true, NewText(t("People who have this number can find me by it"), Body, Ink).Wrapped()),
			Flow(S16, NewCountdown(CountdownConfig{Clock: stillClock(), Ends: noon.Add(102 * time.Second), Total: 2 * time.Minute, Before: t("Send again in")})),
			NewProgress(ProgressConfig{Clock: stillClock(), Words: t("Sending to the printer"), Most: time.Minute, OnCancel: func() {}})),
		block("Row", List(72, Row(Tile("key", true), t("YubiKey 5C NFC, desk drawer"), t("Last used today"), Badge(On, t("On")), Chevron()),
			Row(Tile("backup-codes", false), t("Made on 3 November, printed"), t("The next one to use"), Badge(Next, t("Next"))))),
	)
	right := V(S16,
		block("Rail item: rest, hover, selected, keyboard", Z(NewBox(Rail, Hairline, RadiusCard), Pad(S8, V(S4, rail(false, false, false, ""), rail(false, true, false, "1"), rail(true, false, false, ""), rail(false, false, true, ""))))),
		block("Banners", NewBanner(Info, t("What it is"), t("Why it matters."), ""), NewBanner(Attention, t("Two backup codes left"), t("Made on 3 November."), t("Generate more before the last one goes.")),
			NewBanner(Refused, t("That code was used already"), t("An app code works once (it was used at 09:40)."), t("Wait for the next one, 12 seconds."), NewLink(t("Try again"), nil), NewLink(t("Why did this happen?"), nil))),
		block("Field", NewTextField(t("User name"), t("Small letters, digits and dots."), InputConfig{Text: "margarethe"}), refused, Tries(5, 8),
			NewField(t("Printer"), "", NewSelector(SelectorConfig{Icon: "printer", Options: []string{"Brother HL-L2350DW"}}))),
		block("Code", Well(Groups(CodeL, Ink, 4, "7kmq", "2xwd", "9hfz", "3r8n"))),
	)
	return NewWindow(nil, Scroll(Inset(S40, S16, S40, S16, HTop(S40, Scaled(540, 0, left), Grow(right)))))
}

// The sheet is drawn in every look; people look at the pictures.
func TestComponentSheet(t *testing.T) {
	for _, l := range looks(t) {
		t.Run(l.name, func(t *testing.T) {
			wear(t, l.Theme)
			w, h := float32(1180), float32(1000)
			if l.Scale > 1 {
				w, h = 1180*l.Scale, 1000*l.Scale
			}
			picture(t, open(t, components(l.Theme), w, h, 1), "components-"+l.name)
		})
	}
}
