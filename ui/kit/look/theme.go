package look

import (
	"image/color"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"nightlatch/assets"
)

// A Mode is the user's choice of appearance.
type Mode int

// The modes that Settings offers. System follows the desktop.
const (
	System Mode = iota
	AlwaysLight
	AlwaysDark
)

// Theme gives Fyne's own widgets (Entry, Scroll) the colours and sizes of the kit,
// and holds what every widget looks up when it is drawn: palette, text size, texts.
type Theme struct {
	Mode  Mode
	Scale float32         // of text, icons and controls: 1, 1.25 or 1.5; 0 means 1
	Words *assets.Catalog // the texts of the widgets themselves; nil means English
}

// palette is the palette for a variant.
func (t Theme) palette(v fyne.ThemeVariant) map[fyne.ThemeColorName]color.Color {
	if t.Mode == AlwaysDark || t.Mode == System && v == theme.VariantDark {
		return Dark
	}
	return Light
}

// Color implements fyne.Theme, for the colour names of this package and of Fyne.
func (t Theme) Color(n fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	p := t.palette(v)
	if c, ok := p[n]; ok {
		return c
	}
	switch n {
	case theme.ColorNameFocus, theme.ColorNameSelection:
		return p[AccentSoft]
	case theme.ColorNameHyperlink, theme.ColorNameSuccess:
		return p[AccentInk]
	case theme.ColorNameForegroundOnSuccess, theme.ColorNameForegroundOnWarning:
		return p[OnAccent]
	case theme.ColorNameInputBackground, theme.ColorNameMenuBackground, theme.ColorNameOverlayBackground:
		return p[Surface]
	case theme.ColorNameButton, theme.ColorNameHeaderBackground, theme.ColorNameDisabledButton:
		return p[Sunken]
	case theme.ColorNameDisabled:
		return p[Ink3]
	case theme.ColorNamePlaceHolder:
		return p[Ink2]
	case theme.ColorNameHover, theme.ColorNamePressed:
		return p[HoverTint]
	case theme.ColorNameScrollBar:
		return p[Control]
	case theme.ColorNameShadow: // Box draws the few shadows that exist
		return color.Transparent
	}
	return theme.DefaultTheme().Color(n, v)
}

// Font implements fyne.Theme. Fyne's bold is SemiBold here; Fyne has only two weights.
func (t Theme) Font(s fyne.TextStyle) fyne.Resource {
	switch {
	case s.Symbol:
		return theme.DefaultTheme().Font(s)
	case s.Monospace && s.Bold:
		return fontCode
	case s.Monospace:
		return fontMono
	case s.Bold:
		return fontStrong
	}
	return fontText
}

// Fyne compares fonts by their resource, so there is one for each.
var (
	fontText   = fontResource(assets.Text)
	fontStrong = fontResource(assets.TextStrong)
	fontMono   = fontResource(assets.Mono)
	fontCode   = fontResource(assets.MonoStrong)
)

func fontResource(f assets.Face) fyne.Resource {
	return fyne.NewStaticResource(string(f), assets.Font(f))
}

// Icon implements fyne.Theme. Only Fyne's own widgets use it.
func (t Theme) Icon(n fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(n) }

// Size implements fyne.Theme, for Fyne's own widgets, in points.
func (t Theme) Size(n fyne.ThemeSizeName) float32 {
	switch n {
	case theme.SizeNameText:
		return Body.Size * t.factor()
	case theme.SizeNameCaptionText:
		return Caption.Size * t.factor()
	case theme.SizeNameSubHeadingText:
		return Heading.Size * t.factor()
	case theme.SizeNameHeadingText:
		return CodeL.Size * t.factor()
	case theme.SizeNamePadding, theme.SizeNameLineSpacing:
		return S4
	case theme.SizeNameInnerPadding:
		return Whole(10 * t.factor())
	case theme.SizeNameInputRadius, theme.SizeNameButtonRadius, theme.SizeNameSelectionRadius:
		return RadiusControl
	case theme.SizeNameCardRadius, theme.SizeNameDialogRadius, theme.SizeNamePopupRadius, theme.SizeNameMenuRadius:
		return RadiusCard
	case theme.SizeNameInputBorder, theme.SizeNameSeparatorThickness:
		return StrokeHair
	case theme.SizeNameInlineIcon:
		return S20
	case theme.SizeNameScrollBar:
		return 10
	case theme.SizeNameScrollBarSmall:
		return S4
	}
	return theme.DefaultTheme().Size(n)
}

func (t Theme) factor() float32 {
	if t.Scale <= 0 {
		return 1
	}
	return t.Scale
}

// currentTheme is the current theme of the application. If that is not a Theme, as in some
// tests, sizes are at 100 % and texts in English.
func currentTheme() Theme {
	t, _ := fyne.CurrentApp().Settings().Theme().(Theme)
	return t
}

// Points is a length at the current text size, in whole points.
func Points(v float32) float32 { return round(v * currentTheme().factor()) }

// Tint looks a colour up in the current theme.
func Tint(n fyne.ThemeColorName) color.Color {
	if n == "" || n == Clear {
		return color.Transparent
	}
	s := fyne.CurrentApp().Settings()
	return s.Theme().Color(n, s.ThemeVariant())
}

// Words are the texts of the widgets themselves ("Show password") in the language of
// the current theme.
func Words() *assets.Catalog {
	if w := currentTheme().Words; w != nil {
		return w
	}
	return english()
}

// english is used when the theme has no catalog.
var english = sync.OnceValue(func() *assets.Catalog {
	w, err := assets.New("en")
	if err != nil {
		panic(err) // embedded, and tested
	}
	return w
})

// Animated reports whether the system allows animations.
func Animated() bool { return fyne.CurrentApp().Settings().ShowAnimations() }
