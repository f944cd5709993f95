package kit_test

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	. "nightlatch/ui/kit"
	"nightlatch/ui/kit/kittest"
)

// pictures are the widgets that the component sheet does not show.
func pictures(th Theme) fyne.CanvasObject {
	t := func(s string) string { return kittest.Say(th, s) }
	phone := NewPhone(PhoneConfig{Carrier: "Polaris", Charge: "82 %", Time: "09:41", Date: t("Sunday 22 November"), Notes: []PhoneNote{
		{Icon: "message", From: "Nightlatch", When: t("now"), Large: "418 205", Says: t("is your code. Never tell it to anyone."), Fine: "@nightlatch.localhost #418205"},
		{Icon: "login-request", From: t("Login request denied")},
	}})
	return NewWindow(nil, Scroll(Pad(S24, Flow(S32,
		QR(uri, 240), phone, NewTouchPicture(TouchConfig{Lit: true}), NewTouchPicture(TouchConfig{}), NewTouchPicture(TouchConfig{Lit: true, Reader: true}), Mark(64),
		Sized(440, 0, EmptyState("key", Info, t("No security key yet"), t("A security key is a small device that you plug in or tap. It can’t be tricked by a false page."), Centre(NewLink(t("What is a security key?"), nil)))),
		Sized(440, 0, EmptyState("folder", Refused, t("The account file can’t be written"), t("The disk is full."), NewBanner(Refused, t("No space left"), "nightlatch/account.db", t("Free some space, then try again.")))),
	))))
}

// page is a whole window: rail, page, action bar and a docked panel.
func page(th Theme) fyne.CanvasObject {
	t := func(s string) string { return kittest.Say(th, s) }
	tools := func() fyne.CanvasObject {
		return H(0, NewButton("", "edit", Quiet, nil).Named(t("Rename")), NewButton("", "delete", Quiet, nil).Named(t("Delete")))
	}
	p := Page{
		Crumbs: []Crumb{{Name: t("Settings and privacy"), OnTap: func() {}}, {Name: t("Security and account access"), OnTap: func() {}}, {Name: t("Security")}, {Name: t("Two-factor authentication"), OnTap: func() {}}, {Name: t("Manage security keys")}},
		Title:  t("Manage security keys"), Lead: t("Any of these finishes signing in. Two are better than one: keep the second somewhere else."),
		Aside: NewText(t("4 of 20"), Caption, Ink3),
		Body: []fyne.CanvasObject{
			Steps(2, t("Overview"), t("Number"), t("Code"), t("Backup code")),
			List(72,
				Row(Tile("key", true), t("YubiKey 5C NFC, desk drawer"), t("Added 3 November, last used today at 09:41"), Tag("usb", "USB"), Tag("nfc", "NFC"), tools()),
				Row(Tile("key", true), t("Feitian ePass K9 that came with the second-hand docking station"), t("Added 19 August, last used 14 September"), Badge(Caution, t("Possibly copied")), Tag("usb", "USB"), tools()),
				NewTapRow(Row(Tile("backup-codes", false), t("Backup codes"), t("2 of 5 left, next is number 4"), Badge(Caution, t("Two left")), Chevron()), nil)),
			NewBanner(Attention, t("One key may have been copied"), t("On 14 September the counter went backwards, from 212 to 207. A key that was never copied only counts up."), t("If you don’t know why, delete it and add another."), NewLink(t("Delete this key"), nil), NewLink(t("See what happened"), nil)),
			Beside(S32, 260, QR(uri, 240), V(S12, NewText(t("Can’t scan it? Type this instead"), Strong, Ink).Wrapped(), Well(Groups(CodeM, Ink, 4, "jbsw", "y3dp", "ehpk", "3pxp", "gezd", "gnbv", "gy3t", "qojq")))),
			Note("bluetooth", t("Bluetooth keys can’t be used on Linux from here. The web page can.")),
		},
		Left:    []fyne.CanvasObject{NewButton(t("Cancel"), "", Quiet, nil)},
		Actions: []fyne.CanvasObject{NewButton(t("Back"), "", Secondary, nil), NewButton(t("Add security key"), "plus", Primary, nil)},
	}
	return NewWindow(kittest.Rail("keys"), p.Build())
}

var sheets = []struct {
	name  string
	build func(Theme) fyne.CanvasObject
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
			show := func(th Theme) fyne.Window {
				app.Settings().SetTheme(th)
				return kittest.Open(t, s.build(Theme{}), 1180, 780, 1)
			}
			want := show(Theme{Mode: AlwaysDark, Scale: 1.25}).Canvas().Capture()
			win := show(Theme{Mode: AlwaysLight})
			win.Canvas().Capture()
			app.Settings().SetTheme(Theme{Mode: AlwaysDark, Scale: 1.25})
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
		case *Text:
			if v.Words != "" && v.Color != Clear {
				seen = append(seen, place(t, v, in))
			}
		}
		for _, c := range Children(o) {
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

func place(t *testing.T, v *Text, in *container.Scroll) spot {
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

// The contrast is at least 4.5 for text, 3 for edges and icons (WCAG 2.2, 1.4.3 and
// 1.4.11).
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
	text := []fyne.ThemeColorName{Window, Surface, Rail, Sunken, ChipFill}
	for name, palette := range map[string]map[fyne.ThemeColorName]color.Color{"light": Light, "dark": Dark} {
		check := func(need float64, ink fyne.ThemeColorName, grounds ...fyne.ThemeColorName) {
			for _, g := range grounds {
				if r := ratio(palette[ink], palette[g]); r < need {
					t.Errorf("%s: %s on %s is %.2f; want %.1f", name, ink, g, r, need)
				}
			}
		}
		check(4.5, Ink, append(text, DangerSoft, AccentSoft)...)
		check(4.5, Ink2, append(text, DangerSoft)...)
		check(4.5, Ink3, text...)
		check(4.5, Accent, Window, Surface, Sunken, AccentSoft, DangerSoft)
		check(4.5, OnAccent, Accent, AccentOver, AccentDown)
		check(4.5, Danger, Window, Surface, DangerSoft)
		check(4.5, PaperInk, Paper)
		check(4.5, PhoneInk2, PhoneCard)
		check(4.5, PhoneLight, PhoneScreen)
		check(3, Brass, Surface, Sunken, ChipFill)
		check(3, Control, Surface, Window, Rail)
		check(3, Accent, Rail)
	}
}

func BenchmarkPage(b *testing.B) {
	test.NewTempApp(b).Settings().SetTheme(Theme{})
	win := test.NewTempWindow(b, nil)
	win.Resize(fyne.NewSize(1180, 780))
	b.ReportAllocs()
	for b.Loop() {
		win.SetContent(page(Theme{}))
	}
}
