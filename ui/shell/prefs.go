package shell

import "nightlatch/ui/kit/look"

// Preferences that the console keeps between two runs, besides the session.
const (
	PrefAppearance = "appearance" // system, light, dark
	PrefTextSize   = "text-size"  // per cent
	PrefLanguage   = "language"   // BCP 47

	prefPanel    = "lab"      // the panel is shown
	prefCeremony = "ceremony" // ID of the open ceremony
)

// textSize is the scale of texts; 1 is 100 %.
func (c *Console) textSize() float32 {
	return float32(c.Config.Prefs.IntWithFallback(PrefTextSize, 100)) / 100
}

// applyTheme sets the theme from the preferences.
func (c *Console) applyTheme() {
	theme := look.Theme{Mode: look.System, Words: c.Catalog, Scale: c.textSize()}
	switch c.Config.Prefs.String(PrefAppearance) {
	case "light":
		theme.Mode = look.AlwaysLight
	case "dark":
		theme.Mode = look.AlwaysDark
	}
	c.Config.App.Settings().SetTheme(theme)
}

// Restyle applies changed preferences to the running console.
func (c *Console) Restyle() {
	c.applyTheme()
	if c.dock != nil {
		if !c.panelFits(c.window.Canvas().Size().Width) { // it would cover the settings
			c.dock.Hide()
		}
		c.parts.Panel.Redraw()
	}
	c.window.Content().Refresh()
	c.Redraw()
}

// OpenCeremony is the ID of the ceremony that was left open, "" for none.
func (c *Console) OpenCeremony() string { return c.Config.Prefs.String(c.prefOpen()) }

// SetOpenCeremony stores the ID of a ceremony, to continue it after a restart.
func (c *Console) SetOpenCeremony(id string) { c.Config.Prefs.SetString(c.prefOpen(), id) }

// ForgetCeremony deletes the stored ID.
func (c *Console) ForgetCeremony() { c.Config.Prefs.RemoveValue(c.prefOpen()) }

// prefOpen is the preference for the open ceremony. A lab has a separate one.
func (c *Console) prefOpen() string {
	if c.Config.Lab {
		return "lab-" + prefCeremony
	}
	return prefCeremony
}
