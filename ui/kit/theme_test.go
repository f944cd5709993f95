package kit_test

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/kittest"
	"nightlatch/ui/kit/look"
)

// pictures are the widgets that the component sheet does not show.
func pictures(th look.Theme) fyne.CanvasObject {
	t := func(s string) string { return kittest.Say(th, s) }
	phone := kit.NewPhone(kit.PhoneConfig{Carrier: "Polaris", Charge: "82 %", Time: "09:41", Date: t("Sunday 22 November"), Notes: []kit.PhoneNote{
		{Icon: "message", From: "Nightlatch", When: t("now"), Large: "418 205", Says: t("is your code. Never tell it to anyone."), Fine: "@nightlatch.localhost #418205"},
		{Icon: "login-request", From: t("Login request denied")},
	}})
	return kit.NewWindow(nil, look.Scroll(look.Pad(look.S24, look.Flow(look.S32,
		kit.QR(uri, 240), phone, kit.NewTouchPicture(kit.TouchConfig{Lit: true}), kit.NewTouchPicture(kit.TouchConfig{}), kit.NewTouchPicture(kit.TouchConfig{Lit: true, Reader: true}), look.Mark(64),
		look.Sized(440, 0, kit.EmptyState("key", look.Info, t("No security key yet"), t("A security key is a small device that you plug in or tap. It can’t be tricked by a false page."), look.Centre(control.NewLink(t("What is a security key?"), nil)))),
		look.Sized(440, 0, kit.EmptyState("folder", look.Refused, t("The account file can’t be written"), t("The disk is full."), kit.NewBanner(look.Refused, t("No space left"), "nightlatch/account.db", t("Free some space, then try again.")))),
	))))
}

// page is a whole window: rail, page, action bar and a docked panel.
func page(th look.Theme) fyne.CanvasObject {
	t := func(s string) string { return kittest.Say(th, s) }
	tools := func() fyne.CanvasObject {
		return look.H(0, control.NewButton("", "edit", control.Quiet, nil).Named(t("Rename")), control.NewButton("", "delete", control.Quiet, nil).Named(t("Delete")))
	}
	p := kit.Page{
		Crumbs: []control.Crumb{{Name: t("Settings and privacy"), OnTap: func() {}}, {Name: t("Security and account access"), OnTap: func() {}}, {Name: t("Security")}, {Name: t("Two-factor authentication"), OnTap: func() {}}, {Name: t("Manage security keys")}},
		Title:  t("Manage security keys"), Lead: t("Any of these finishes signing in. Two are better than one: keep the second somewhere else."),
		Aside: look.NewText(t("4 of 20"), look.Caption, look.Ink3),
		Body: []fyne.CanvasObject{
			kit.Steps(2, t("Overview"), t("Number"), t("Code"), t("Backup code")),
			kit.List(72,
				kit.Row(kit.Tile("key", true), t("YubiKey 5C NFC, desk drawer"), t("Added 3 November, last used today at 09:41"), kit.Tag("usb", "USB"), kit.Tag("nfc", "NFC"), tools()),
				kit.Row(kit.Tile("key", true), t("Feitian ePass K9 that came with the second-hand docking station"), t("Added 19 August, last used 14 September"), kit.Badge(kit.Caution, t("Possibly copied")), kit.Tag("usb", "USB"), tools()),
				control.NewTapRow(kit.Row(kit.Tile("backup-codes", false), t("Backup codes"), t("2 of 5 left, next is number 4"), kit.Badge(kit.Caution, t("Two left")), kit.Chevron()), nil)),
			kit.NewBanner(look.Attention, t("One key may have been copied"), t("On 14 September the counter went backwards, from 212 to 207. A key that was never copied only counts up."), t("If you don’t know why, delete it and add another."), control.NewLink(t("Delete this key"), nil), control.NewLink(t("See what happened"), nil)),
			look.Beside(look.S32, 260, kit.QR(uri, 240), look.V(look.S12, look.NewText(t("Can’t scan it? Type this instead"), look.Strong, look.Ink).Wrapped(), kit.Well(look.Groups(look.CodeM, look.Ink, 4, "jbsw", "y3dp", "ehpk", "3pxp", "gezd", "gnbv", "gy3t", "qojq")))),
			kit.Note("bluetooth", t("Bluetooth keys can’t be used on Linux from here. The web page can.")),
		},
		Left:    []fyne.CanvasObject{control.NewButton(t("Cancel"), "", control.Quiet, nil)},
		Actions: []fyne.CanvasObject{control.NewButton(t("Back"), "", control.Secondary, nil), control.NewButton(t("Add security key"), "plus", control.Primary, nil)},
	}
	return kit.NewWindow(kittest.Rail("keys"), p.Build())
}

var sheets = []struct {
	name  string
	build func(look.Theme) fyne.CanvasObject
}{{"components", components}, {"pictures", pictures}, {"page", page}}

func TestPictureSheets(t *testing.T) {
	for _, l := range kittest.Appearances(t) {
		for _, s := range sheets[1:] {
			t.Run(s.name+"-"+l.Name, func(t *testing.T) {
				kittest.Wear(t, l.Theme)
				kittest.Picture(t, kittest.Open(t, s.build(l.Theme), 1180, 780, 1), s.name+"-"+l.Name)
			})
		}
	}
}

// Colours and sizes are looked up and not stored: changing the theme while running
// gives the same picture as starting with it.
func TestThemeSwitchesWhileRunning(t *testing.T) {
	sheets := sheets
	if kittest.Racing {
		sheets = sheets[2:]
	}
	for _, s := range sheets {
		t.Run(s.name, func(t *testing.T) {
			app := test.NewTempApp(t)
			show := func(th look.Theme) fyne.Window {
				app.Settings().SetTheme(th)
				return kittest.Open(t, s.build(look.Theme{}), 1180, 780, 1)
			}
			want := show(look.Theme{Mode: look.AlwaysDark, Scale: 1.25}).Canvas().Capture()
			win := show(look.Theme{Mode: look.AlwaysLight})
			win.Canvas().Capture()
			app.Settings().SetTheme(look.Theme{Mode: look.AlwaysDark, Scale: 1.25})
			win.Content().Refresh()
			if n := kittest.Differing(want, win.Canvas().Capture()); n > 0 {
				t.Errorf("%d pixels differ from a fresh window", n)
				kittest.Picture(t, win, "switched-"+s.name)
			}
		})
	}
}

// At every size of text and window, no text overlaps another or extends beyond its
// container.
func TestNothingOverlaps(t *testing.T) {
	for _, l := range kittest.Appearances(t) {
		for _, width := range []float32{1180, 900, 620} {
			for _, s := range sheets {
				if s.name == "components" && width < 1180 {
					continue // it has two columns of a fixed width
				}
				t.Run(s.name+"-"+l.Name, func(t *testing.T) {
					kittest.Wear(t, l.Theme)
					w := width
					if s.name == "components" && l.Scale > 1 {
						w *= l.Scale
					}
					win := kittest.Open(t, s.build(l.Theme), w, 780, 1)
					fits(t, win.Content())
				})
			}
		}
	}
}

// A spot is the position of a text within the content that scrolls with it.
type spot struct {
	what       string
	in         *container.Scroll
	x, y, w, h float32
}

// fits checks that the texts are inside the window horizontally, and that none overlaps
// another.
func fits(t *testing.T, root fyne.CanvasObject) {
	t.Helper()
	var seen []spot
	var visit func(o fyne.CanvasObject, in *container.Scroll)
	visit = func(o fyne.CanvasObject, in *container.Scroll) {
		switch v := o.(type) {
		case *container.Scroll:
			in = v
		case *look.Text:
			if v.Words != "" && v.Color != look.Clear {
				seen = append(seen, place(t, v, in))
			}
		}
		for _, c := range look.Children(o) {
			if c.Visible() {
				visit(c, in)
			}
		}
	}
	visit(root, nil)
	if len(seen) < 3 {
		t.Errorf("only %d texts were checked", len(seen))
	}
	for i, p := range seen {
		if p.x < -.5 || p.x+p.w > root.Size().Width+1 {
			t.Errorf("%q extends beyond the window: %v to %v", p.what, p.x, p.x+p.w)
		}
		for _, q := range seen[:i] {
			if p.in == q.in && p.x+1 < q.x+q.w && q.x+1 < p.x+p.w && p.y+1 < q.y+q.h && q.y+1 < p.y+p.h {
				t.Errorf("%q overlaps %q", p.what, q.what)
			}
		}
	}
}

func place(t *testing.T, v *look.Text, in *container.Scroll) spot {
	t.Helper()
	at, s := fyne.CurrentApp().Driver().AbsolutePositionForObject(v), v.Size()
	p := spot{v.Words, in, at.X, at.Y, s.Width, v.HeightFor(s.Width)}
	if !v.Wrap {
		p.w = fyne.Min(s.Width, v.MinSize().Width)
	}
	if s.Height+.5 < p.h {
		t.Errorf("%q is %v high and needs %v", p.what, s.Height, p.h)
	}
	return p
}

// The contrast is at least 7 for text, and 3 for edges and icons (WCAG 2.2,
// 1.4.6 and 1.4.11). The gallery checks that no text has the colour of an
// icon.
func TestContrast(t *testing.T) {
	lum := func(c color.Color) float64 {
		r, g, b, _ := c.RGBA()
		f := func(v uint32) float64 {
			if s := float64(v) / 0xffff; s <= 0.04045 {
				return s / 12.92
			}
			return math.Pow((float64(v)/0xffff+0.055)/1.055, 2.4)
		}
		return 0.2126*f(r) + 0.7152*f(g) + 0.0722*f(b)
	}
	ratio := func(a, b color.Color) float64 {
		x, y := lum(a), lum(b)
		return (math.Max(x, y) + .05) / (math.Min(x, y) + .05)
	}
	text := []fyne.ThemeColorName{look.Window, look.Surface, look.Rail, look.Sunken, look.ChipFill}
	for name, palette := range map[string]map[fyne.ThemeColorName]color.Color{"light": look.Light, "dark": look.Dark} {
		check := func(need float64, ink fyne.ThemeColorName, grounds ...fyne.ThemeColorName) {
			for _, g := range grounds {
				if r := ratio(palette[ink], palette[g]); r < need {
					t.Errorf("%s: %s on %s is %.2f; want %.1f", name, ink, g, r, need)
				}
			}
		}
		check(7, look.Ink, append(text, look.DangerSoft, look.AccentSoft)...)
		check(7, look.Ink2, append(text, look.DangerSoft, look.AccentSoft)...)
		check(7, look.AccentInk, append(text, look.DangerSoft, look.AccentSoft)...)
		check(7, look.DangerInk, append(text, look.DangerSoft, look.AccentSoft)...)
		check(7, look.OnAccent, look.AccentFill, look.AccentOver, look.AccentDown)
		check(7, look.PaperInk, look.Paper)
		check(7, look.PhoneInk, look.PhoneCard)
		check(7, look.PhoneInk2, look.PhoneCard)
		check(7, look.PhoneLight, look.PhoneScreen, look.PhoneBody)
		check(3, look.Ink3, text...)
		check(3, look.Brass, look.Surface, look.Sunken, look.ChipFill)
		check(3, look.Control, look.Surface, look.Window, look.Rail)
		check(3, look.Accent, append(text, look.AccentSoft, look.DangerSoft)...)
		check(3, look.Danger, append(text, look.DangerSoft)...)
		check(3, look.OnAccent, look.Accent)
	}
}

func BenchmarkPage(b *testing.B) {
	test.NewTempApp(b).Settings().SetTheme(look.Theme{})
	win := test.NewTempWindow(b, nil)
	win.Resize(fyne.NewSize(1180, 780))
	b.ReportAllocs()
	for b.Loop() {
		win.SetContent(page(look.Theme{}))
	}
}
