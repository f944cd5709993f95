package shell

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// A Shortcut is a key that does something wherever the focus is. The table of shortcuts both
// binds them and lists them for users.
type Shortcut struct {
	Group string        // translation key
	Name  string        // what it does
	Keys  []Combination // the first one is listed
	Do    func()
	Over  bool // also over a dialog
}

// A Combination is a key with modifiers.
type Combination struct {
	Key fyne.KeyName
	Mod fyne.KeyModifier
}

// ctrl is Ctrl, on a Mac Command.
const ctrl = fyne.KeyModifierShortcutDefault

// String is the combination as it is written on keyboards.
func (k Combination) String() string {
	var parts []string
	if k.Mod&ctrl != 0 {
		parts = append(parts, map[bool]string{false: "Ctrl", true: "⌘"}[ctrl == fyne.KeyModifierSuper])
	}
	name := string(k.Key)
	switch {
	case k.Key == fyne.KeySlash && k.Mod&fyne.KeyModifierShift != 0:
		name = "?"
	case k.Mod&fyne.KeyModifierShift != 0:
		parts = append(parts, "Shift")
	}
	if k.Key == fyne.KeyEscape {
		name = "Esc"
	}
	return strings.Join(append(parts, name), "+")
}

// Shortcuts is the table of shortcuts.
func (c *Console) Shortcuts() (all []Shortcut) {
	w := c.Catalog
	for _, p := range c.pages() {
		if p.Shortcut == "" {
			continue
		}
		all = append(all, Shortcut{Group: "ui.shortcuts.pages", Name: c.PageTitle(p.ID), Keys: []Combination{{p.Shortcut, ctrl}}, Do: func() {
			if p.Open != nil {
				p.Open("")
			} else {
				c.jump(p.ID)
			}
		}})
	}
	in := func(name string, do func(), keys ...Combination) Shortcut {
		return Shortcut{Group: "ui.shortcuts.window", Name: w.T("ui.shortcuts." + name), Keys: keys, Do: do}
	}
	slash := fyne.KeySlash
	all = append(all,
		in("search", c.OpenSearch, Combination{fyne.KeyK, ctrl}),
		in("list", c.ListShortcuts, Combination{slash, ctrl | fyne.KeyModifierShift}, Combination{slash, ctrl}),
		in("account", c.OpenAccountMenu, Combination{fyne.KeyM, ctrl}),
		in("reload", func() {
			if c.front != nil {
				c.front.OnTopic("")
			}
		}, Combination{fyne.KeyF5, 0}),
		in("region", c.nextRegion, Combination{fyne.KeyF6, 0}),
		in("back", func() { c.bindings.Typed(&fyne.KeyEvent{Name: fyne.KeyEscape}) }, Combination{fyne.KeyEscape, 0}),
	)
	return all
}

// Shortcut does what a combination is for. It reports whether it is for anything.
func (c *Console) Shortcut(pressed Combination) bool {
	for _, s := range c.Shortcuts() {
		for _, k := range s.Keys {
			if k == pressed {
				if len(c.window.Canvas().Overlays().List()) == 0 { // a dialog must be answered first
					s.Do()
				}
				return true
			}
		}
	}
	return false
}

// addShortcuts binds the combinations with modifiers. The others arrive in typed.
func (c *Console) addShortcuts() {
	for _, s := range c.Shortcuts() {
		for _, k := range s.Keys {
			if k.Mod != 0 {
				c.window.Canvas().AddShortcut(&desktop.CustomShortcut{KeyName: k.Key, Modifier: k.Mod}, func(fyne.Shortcut) { c.Shortcut(k) })
			}
		}
	}
}

// typed handles keys that no widget has handled.
func (c *Console) typed(k *fyne.KeyEvent) {
	if !c.Shortcut(Combination{k.Name, 0}) {
		c.bindings.Typed(k)
	}
}

// ListShortcuts lists the shortcuts in a dialog.
func (c *Console) ListShortcuts() {
	w := c.Catalog
	var body []fyne.CanvasObject
	group := ""
	for _, s := range c.Shortcuts() {
		if s.Group != group {
			group = s.Group
			body = append(body, look.NewText(w.T(group), look.Label, look.Ink2))
		}
		body = append(body, look.H(look.S16, look.Grow(look.NewText(s.Name, look.Body, look.Ink).Wrapped()), look.NewText(s.Keys[0].String(), look.Code, look.Ink)))
	}
	c.Dialog(control.DialogConfig{Title: w.T("ui.shortcuts.title"), Words: w.T("ui.shortcuts.why"), Body: body, Cancel: w.T("kit.close")})
}
