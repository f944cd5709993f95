package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"nightlatch/ui/kit"
)

// The places of the rail.
const (
	placeOverview  = "overview"
	placeTwoFactor = "two-factor"
	placeKeys      = "security-keys"
	placeBackup    = "backup-codes"
	placeTemporary = "temporary-passwords"
	placeSessions  = "sessions"
	placeActivity  = "activity"
	placeLab       = "lab"
	placeSettings  = "settings"
)

// places are the rail's groups, top to bottom, and its feet.
func (c *Console) places() (groups [][]kit.Destination, feet []kit.Destination) {
	at := func(id, icon string) kit.Destination {
		return kit.Destination{ID: id, Icon: icon, Name: c.words.T("ui.rail." + id)}
	}
	groups = [][]kit.Destination{
		{at(placeOverview, "overview")},
		{at(placeTwoFactor, "two-factor"), at(placeKeys, "key"), at(placeBackup, "backup-codes"), at(placeTemporary, "temporary-password")},
		{at(placeSessions, "sessions"), at(placeActivity, "activity")},
	}
	if c.cfg.Lab {
		feet = append(feet, at(placeLab, "lab"))
	}
	return groups, append(feet, at(placeSettings, "settings"))
}

// newRail builds the rail for who is signed in.
func (c *Console) newRail() *kit.SideRail {
	groups, feet := c.places()
	return kit.NewRail(kit.RailConfig{
		Name: c.account.Username, Subtitle: c.words.T("ui.rail.here"),
		Groups: groups, Feet: feet,
		OnSelect:  c.visit,
		OnAccount: func() { c.visit(placeSettings) },
	})
}

// visit goes to a place. A ceremony that is left stays open; Two-factor
// authentication offers to go on with it. What would be lost is asked about.
func (c *Console) visit(place string) {
	if place == placeLab {
		c.toggleLab()
		return
	}
	s := c.screenAt(place)
	if s == nil {
		return
	}
	leave := func() {
		c.uncover()
		c.show(s)
	}
	if k, ok := c.front.(keeper); ok && k.unsaved() {
		c.confirm("ui.codes.leave", nil, leave)
		return
	}
	leave()
}

func (c *Console) screenAt(place string) screen {
	switch place {
	case placeOverview:
		return newOverview(c)
	case placeTwoFactor:
		return newTwoFactor(c)
	case placeKeys:
		return newSecurityKeys(c)
	case placeBackup:
		return newBackupCodes(c)
	case placeTemporary:
		return newTemporaryPasswords(c)
	case placeSessions:
		return newSessions(c)
	case placeActivity:
		return newActivity(c)
	case placeSettings:
		return newSettings(c)
	}
	return nil
}

// typed is what the window does with a key that no part of it has taken.
func (c *Console) typed(k *fyne.KeyEvent) {
	switch k.Name {
	case fyne.KeyF5:
		if c.front != nil {
			c.front.hear("")
		}
	case fyne.KeyF6:
		c.nextRegion()
	default:
		c.keys.Typed(k)
	}
}

// nextRegion moves the keyboard from the rail to the page, to the lab, and back
// to the rail.
func (c *Console) nextRegion() {
	var regions []fyne.CanvasObject
	if c.rail != nil {
		regions = append(regions, c.rail)
	}
	regions = append(regions, c.slot)
	if c.dock != nil && c.dock.Visible() {
		regions = append(regions, c.dock)
	}
	here := -1
	for i, r := range regions {
		if mark, _ := bookmark(r, c.window.Canvas().Focused()); mark != "" {
			here = i
		}
	}
	for i := range regions {
		next := regions[(here+1+i)%len(regions)]
		if next == fyne.CanvasObject(c.dock) && c.dock != nil {
			c.focusLab()
			return
		}
		if f := firstIn(next); f != nil && next.Visible() {
			c.window.Canvas().Focus(f)
			return
		}
	}
}

// firstIn is the first part of a tree that can have the keyboard.
func firstIn(root fyne.CanvasObject) (first fyne.Focusable) {
	kit.Walk(root, func(o fyne.CanvasObject) bool {
		if !o.Visible() {
			return true
		}
		if d, ok := o.(fyne.Disableable); ok && d.Disabled() {
			return true
		}
		first, _ = o.(fyne.Focusable)
		return first == nil
	})
	return first
}

// bindings are the window's shortcuts, with Ctrl: a digit goes to a place of the
// rail, L shows the lab, the comma the settings.
func (c *Console) bindings() map[fyne.KeyName]func() {
	to := func(place string) func() { return func() { c.jump(place) } }
	return map[fyne.KeyName]func(){
		fyne.Key1: to(placeOverview), fyne.Key2: to(placeTwoFactor), fyne.Key3: to(placeKeys), fyne.Key4: to(placeBackup),
		fyne.Key5: to(placeTemporary), fyne.Key6: to(placeSessions), fyne.Key7: to(placeActivity),
		fyne.KeyComma: to(placeSettings), fyne.KeyL: c.toggleLab,
	}
}

func (c *Console) shortcuts() {
	for key, do := range c.bindings() {
		c.window.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}, func(fyne.Shortcut) {
			if len(c.window.Canvas().Overlays().List()) == 0 { // a dialog wants its answer first
				do()
			}
		})
	}
}

// jump goes to a place and takes the keyboard along.
func (c *Console) jump(place string) {
	if c.rail == nil { // nobody is signed in
		return
	}
	c.window.Canvas().Unfocus()
	c.visit(place)
}

// crumbs is the way to a page (R5). What has a page of its own is a link.
func (c *Console) crumbs(tail ...kit.Crumb) []kit.Crumb {
	if c.dock != nil && c.dock.Visible() { // less room: the last two places say enough
		return append([]kit.Crumb{{Name: c.words.T("ui.crumb.security")}}, tail...)
	}
	way := []kit.Crumb{
		{Name: c.words.T("ui.crumb.settings"), OnTap: func() { c.visit(placeSettings) }},
		{Name: c.words.T("ui.crumb.access")},
		{Name: c.words.T("ui.crumb.security")},
	}
	return append(way, tail...)
}

// crumb is a link to a place, by its name in the rail.
func (c *Console) crumb(place string) kit.Crumb {
	return kit.Crumb{Name: c.words.T("ui.rail." + place), OnTap: func() { c.visit(place) }}
}
