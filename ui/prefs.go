package ui

import (
	"nightlatch/ui/kit"
)

// What the console remembers from one start to the next, beside the session.
const (
	prefAppearance = "appearance" // system, light, dark
	prefTextSize   = "text-size"  // per cent
	prefLanguage   = "language"   // BCP 47
	prefLab        = "lab"        // the lab's panel is shown
	prefCeremony   = "ceremony"   // the open one that can be gone on with
)

// appearances and textSizes are what Settings offers, in its order.
func appearances() []string { return []string{"system", "light", "dark"} }

func textSizes() []int { return []int{100, 125, 150} }

// textSize is how large words are, 1 for 100 %.
func (c *Console) textSize() float32 {
	return float32(c.cfg.Prefs.IntWithFallback(prefTextSize, 100)) / 100
}

// applyTheme dresses the app as the person chose.
func (c *Console) applyTheme() {
	theme := kit.Theme{Mode: kit.System, Words: c.words, Scale: c.textSize()}
	switch c.cfg.Prefs.String(prefAppearance) {
	case "light":
		theme.Mode = kit.AlwaysLight
	case "dark":
		theme.Mode = kit.AlwaysDark
	}
	c.cfg.App.Settings().SetTheme(theme)
}

// prefOpen is where the open ceremony is remembered: a lab's is none of the
// person's own account server.
func (c *Console) prefOpen() string {
	if c.cfg.Lab {
		return "lab-" + prefCeremony
	}
	return prefCeremony
}
