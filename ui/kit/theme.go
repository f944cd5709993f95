package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"nightlatch/assets"
)

var (
	fontText   = fyne.NewStaticResource("Inter-Regular.otf", assets.Font(assets.Text))
	fontStrong = fyne.NewStaticResource("Inter-SemiBold.otf", assets.Font(assets.TextStrong))
	fontMono   = fyne.NewStaticResource("JetBrainsMono-Regular.ttf", assets.Font(assets.Mono))
	fontCode   = fyne.NewStaticResource("JetBrainsMono-Medium.ttf", assets.Font(assets.MonoStrong))
)

// A Mode is the person's choice of appearance.
type Mode int

const (
	System Mode = iota
	AlwaysLight
	AlwaysDark
)

// Theme dresses Fyne's own widgets (Entry, Scroll, dialogs) in the same tokens.
type Theme struct{ Mode Mode }

func (t Theme) palette(v fyne.ThemeVariant) map[fyne.ThemeColorName]color.Color {
	if t.Mode == AlwaysDark || t.Mode == System && v == theme.VariantDark {
		return Dark
	}
	return Light
}

func (t Theme) Color(n fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	p := t.palette(v)
	if c, ok := p[n]; ok {
		return c
	}
	switch n {
	case theme.ColorNameFocus, theme.ColorNameSelection:
		return p[AccentSoft]
	case theme.ColorNameHyperlink, theme.ColorNameSuccess:
		return p[Accent]
	case theme.ColorNameForegroundOnSuccess, theme.ColorNameForegroundOnWarning:
		return p[OnAccent]
	case theme.ColorNameInputBackground, theme.ColorNameMenuBackground, theme.ColorNameOverlayBackground:
		return p[Surface]
	case theme.ColorNameButton, theme.ColorNameHeaderBackground, theme.ColorNameDisabledButton:
		return p[Sunken]
	case theme.ColorNameDisabled, theme.ColorNamePlaceHolder:
		return p[Ink3]
	case theme.ColorNameHover, theme.ColorNamePressed:
		return p[HoverTint]
	case theme.ColorNameScrollBar:
		return p[Control]
	case theme.ColorNameShadow:
		return color.NRGBA{A: 0x24}
	}
	return theme.DefaultTheme().Color(n, v)
}

// Font maps Fyne's bold to SemiBold: calmer, and the only second weight it knows.
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

func (t Theme) Icon(n fyne.ThemeIconName) fyne.Resource {
	switch n {
	case theme.IconNameVisibility:
		return IconResource("eye", Ink2)
	case theme.IconNameVisibilityOff:
		return IconResource("eye-off", Ink2)
	}
	return theme.DefaultTheme().Icon(n)
}

func (t Theme) Size(n fyne.ThemeSizeName) float32 {
	switch n {
	case theme.SizeNameText:
		return 14
	case theme.SizeNameCaptionText:
		return 12
	case theme.SizeNameSubHeadingText:
		return 16
	case theme.SizeNameHeadingText:
		return 24
	case theme.SizeNamePadding:
		return 4
	case theme.SizeNameInnerPadding:
		return 10
	case theme.SizeNameLineSpacing:
		return 4
	case theme.SizeNameInputRadius, theme.SizeNameButtonRadius, theme.SizeNameSelectionRadius:
		return RadiusControl
	case theme.SizeNameCardRadius, theme.SizeNameDialogRadius, theme.SizeNamePopupRadius, theme.SizeNameMenuRadius:
		return RadiusCard
	case theme.SizeNameInputBorder, theme.SizeNameSeparatorThickness:
		return 1
	case theme.SizeNameInlineIcon:
		return 20
	case theme.SizeNameScrollBar:
		return 10
	case theme.SizeNameScrollBarSmall:
		return 4
	}
	return theme.DefaultTheme().Size(n)
}

// tint looks a colour up in the theme that is in force now.
func tint(n fyne.ThemeColorName) color.Color {
	if n == "" || n == Clear {
		return color.Transparent
	}
	app := fyne.CurrentApp()
	return app.Settings().Theme().Color(n, app.Settings().ThemeVariant())
}
