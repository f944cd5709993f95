package shell

import "nightlatch/ui/kit/look"

// Preferences that the console keeps between two runs, besides the session.
const (
	PrefAppearance = "appearance" // system, light, dark
	PrefTextSize   = "text-size"  // per cent
	PrefLanguage   = "language"   // BCP 47

	prefPanel    = "lab"         // the panel is shown
	prefPlace    = "window"      // where the window was, and its size
	prefForget   = "forget-name" // the user name is not remembered
	prefName     = "username"    // of the last sign-in
	prefCeremony = "ceremony"    // ID of the open ceremony
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

// RememberedName is the user name of the last sign-in on this computer, "" for none.
func (c *Console) RememberedName() string { return c.Config.Prefs.String(c.pref(prefName)) }

// RemembersName reports whether the user name of a sign-in is remembered.
func (c *Console) RemembersName() bool { return !c.Config.Prefs.Bool(prefForget) }

// SetRemembersName changes that. No longer remembering forgets at once.
func (c *Console) SetRemembersName(on bool) {
	c.Config.Prefs.SetBool(prefForget, !on)
	c.rememberName()
	if !on {
		c.ForgetName()
	}
}

// ForgetName forgets the user name of the last sign-in.
func (c *Console) ForgetName() { c.Config.Prefs.RemoveValue(c.pref(prefName)) }

// rememberName remembers who is signed in.
func (c *Console) rememberName() {
	if c.RemembersName() && c.account.Username != "" {
		c.Config.Prefs.SetString(c.pref(prefName), c.account.Username)
	}
}

// OpenCeremony is the ID of the ceremony that was left open, "" for none.
func (c *Console) OpenCeremony() string { return c.Config.Prefs.String(c.pref(prefCeremony)) }

// SetOpenCeremony stores the ID of a ceremony, to continue it after a restart.
func (c *Console) SetOpenCeremony(id string) { c.Config.Prefs.SetString(c.pref(prefCeremony), id) }

// ForgetCeremony deletes the stored ID.
func (c *Console) ForgetCeremony() { c.Config.Prefs.RemoveValue(c.pref(prefCeremony)) }

// pref is the name of a preference that a lab has separately.
func (c *Console) pref(name string) string {
	if c.Config.Lab {
		return "lab-" + name
	}
	return name
}
