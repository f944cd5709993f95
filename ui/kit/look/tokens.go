package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colour names: first those of Fyne's own widgets, then those of the kit.
const (
	Window   = theme.ColorNameBackground // behind everything
	Ink      = theme.ColorNameForeground // text
	Accent   = theme.ColorNamePrimary    // verdigris: icons, rings, selection; never text
	OnAccent = theme.ColorNameForegroundOnPrimary
	Danger   = theme.ColorNameError // icons and edges of a refusal; never text
	OnDanger = theme.ColorNameForegroundOnError
	Hairline = theme.ColorNameSeparator // card border, rules
	Control  = theme.ColorNameInputBorder
	Brass    = theme.ColorNameWarning // attention icons only, never text or fill

	Rail       fyne.ThemeColorName = "rail"
	Surface    fyne.ThemeColorName = "surface"    // cards
	Sunken     fyne.ThemeColorName = "sunken"     // code wells, chips
	ChipFill   fyne.ThemeColorName = "chipFill"   // badges, icon tiles
	Raised     fyne.ThemeColorName = "raised"     // secondary buttons, chosen segment
	DangerLine fyne.ThemeColorName = "dangerLine" // border of a refusal
	Ink2       fyne.ThemeColorName = "ink2"       // secondary text, captions
	Ink3       fyne.ThemeColorName = "ink3"       // icons, and text of disabled widgets; never other text
	AccentInk  fyne.ThemeColorName = "accentInk"  // accent text: links, quiet buttons, "on"
	AccentFill fyne.ThemeColorName = "accentFill" // background of text in OnAccent: primary button
	DangerInk  fyne.ThemeColorName = "dangerInk"  // danger text: Delete, a refusal
	AccentSoft fyne.ThemeColorName = "accentSoft" // selected row, "on" badge
	AccentOver fyne.ThemeColorName = "accentOver" // primary button, hovered
	AccentDown fyne.ThemeColorName = "accentDown" // primary button, pressed
	DangerSoft fyne.ThemeColorName = "dangerSoft" // refusal banner
	HoverTint  fyne.ThemeColorName = "hoverTint"  // quiet row, hovered
	Paper      fyne.ThemeColorName = "paper"      // print sheet and QR plate, white in both themes
	PaperInk   fyne.ThemeColorName = "paperInk"
	Clear      fyne.ThemeColorName = "clear"
	Scrim      fyne.ThemeColorName = "scrim" // over the page while a dialog is open

	PhoneBody   fyne.ThemeColorName = "phoneBody" // the drawn phone, the same in both themes
	PhoneScreen fyne.ThemeColorName = "phoneScreen"
	PhoneCard   fyne.ThemeColorName = "phoneCard"
	PhoneInk    fyne.ThemeColorName = "phoneInk"
	PhoneInk2   fyne.ThemeColorName = "phoneInk2"
	PhoneLight  fyne.ThemeColorName = "phoneLight"
)

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

func rgba(v uint32, a uint8) color.NRGBA { c := rgb(v); c.A = a; return c }

// Light and Dark are the two palettes. Their greys are slightly tinted with the accent
// colour.
var Light = map[fyne.ThemeColorName]color.Color{
	Window: rgb(0xF5F8F7), Rail: rgb(0xECF1F0), Surface: rgb(0xFFFFFF), Sunken: rgb(0xF1F5F4), ChipFill: rgb(0xE6EDEB), Raised: rgb(0xFFFFFF),
	Hairline: rgb(0xDCE4E2), Control: rgb(0x7D8C8A),
	Ink: rgb(0x14201F), Ink2: rgb(0x3F4E4C), Ink3: rgb(0x5A6A68),
	AccentInk: rgb(0x08544F), AccentFill: rgb(0x0A625D), DangerInk: rgb(0x8F1D17),
	Accent: rgb(0x0B6B66), AccentOver: rgb(0x095B57), AccentDown: rgb(0x074B48), OnAccent: rgb(0xFFFFFF), AccentSoft: rgb(0xDDF0ED),
	Danger: rgb(0xB3261E), OnDanger: rgb(0xFFFFFF), DangerSoft: rgb(0xFCECEA), DangerLine: rgb(0xF0C6C1),
	Brass: rgb(0x8F6212), HoverTint: rgba(0x14201F, 0x0D),
	Paper: rgb(0xFFFFFF), PaperInk: rgb(0x14201F), Clear: color.NRGBA{}, Scrim: rgba(0x0B1010, 0x80),
	PhoneBody: rgb(0x1C2625), PhoneScreen: rgb(0x0F3D3B), PhoneCard: rgb(0xF2F8F6), PhoneInk: rgb(0x14201F), PhoneInk2: rgb(0x3F4E4C), PhoneLight: rgb(0xF2F8F6),
}

var Dark = map[fyne.ThemeColorName]color.Color{
	Window: rgb(0x101616), Rail: rgb(0x0B1010), Surface: rgb(0x182020), Sunken: rgb(0x111818), ChipFill: rgb(0x263231), Raised: rgb(0x202A29),
	Hairline: rgb(0x2A3635), Control: rgb(0x6C7E7B),
	Ink: rgb(0xE8EFED), Ink2: rgb(0xB8C6C3), Ink3: rgb(0x8FA19E),
	AccentInk: rgb(0x63D2C6), AccentFill: rgb(0x63D2C6), DangerInk: rgb(0xFFA79E),
	Accent: rgb(0x63D2C6), AccentOver: rgb(0x7ADDD2), AccentDown: rgb(0x4DBDB1), OnAccent: rgb(0x04211E), AccentSoft: rgb(0x143531),
	Danger: rgb(0xFF8B80), OnDanger: rgb(0x3A0906), DangerSoft: rgb(0x341B1A), DangerLine: rgb(0x6A332F),
	Brass: rgb(0xDDB15F), HoverTint: rgba(0xE8EFED, 0x0F),
	Paper: rgb(0xFFFFFF), PaperInk: rgb(0x14201F), Clear: color.NRGBA{}, Scrim: rgba(0x0B1010, 0x80),
	PhoneBody: rgb(0x1C2625), PhoneScreen: rgb(0x0F3D3B), PhoneCard: rgb(0xF2F8F6), PhoneInk: rgb(0x14201F), PhoneInk2: rgb(0x3F4E4C), PhoneLight: rgb(0xF2F8F6),
}

// Space, on a grid of eight with two half steps.
const (
	S4  float32 = 4
	S8  float32 = 8
	S12 float32 = 12
	S16 float32 = 16
	S20 float32 = 20
	S24 float32 = 24
	S32 float32 = 32
	S40 float32 = 40
	S48 float32 = 48
)

// Radii, strokes and fixed measures.
const (
	RadiusChip    float32 = 6
	RadiusControl float32 = 8
	RadiusCard    float32 = 12
	RadiusSheet   float32 = 16

	StrokeHair  float32 = 1
	StrokeFocus float32 = 2

	StrokeRefused float32 = 1.5

	RailWidth     float32 = 256
	ColumnWidth   float32 = 720
	ActionBar     float32 = 72
	LabWidth      float32 = 376
	ControlHeight float32 = 36
	RowHeight     float32 = 64
)
