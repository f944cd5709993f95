package shell

import (
	"time"

	"nightlatch/ui/clipboard"
	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
)

// Copy puts a text on the clipboard.
func (c *Console) Copy(text string) {
	c.clipboard.Copy(text)
	c.drawStrip()
	c.Toast.Copied(false)
}

// CopySecret puts a password or a code on the clipboard, and says so.
func (c *Console) CopySecret(text string) {
	c.HoldSecret(text)
	c.Toast.Copied(true)
}

// HoldSecret puts a secret on the clipboard, and clears it after a minute or when the
// window is closed. Until then a strip below the page says so.
func (c *Console) HoldSecret(text string) {
	waits := c.strip.Visible()
	c.clipboard.CopySecret(text)
	c.drawStrip()
	if waits {
		return
	}
	watch := c.root.Child()
	watch.Every(time.Second, func() {
		if !c.clipboard.Check() {
			watch.Leave()
			c.drawStrip()
		}
	})
}

// drawStrip shows how long a secret stays on the clipboard, with a button that clears it
// now. Without a secret it hides the strip.
func (c *Console) drawStrip() {
	until := c.clipboard.Until()
	c.strip.Objects = nil
	if !until.IsZero() {
		clock := c.Clock(c.root)
		clock.Now = c.Config.Now
		left := kit.NewCountdown(kit.CountdownConfig{Clock: clock, Ends: until, Total: clipboard.Stay, Before: c.Catalog.T("ui.clipboard.cleared")})
		clear := control.NewLink(c.Catalog.T("ui.clipboard.now"), func() { c.clipboard.Clear(); c.drawStrip() })
		c.strip.Objects = append(c.strip.Objects, look.V(0,
			look.Sized(0, 1, look.NewBox(look.Hairline, "", 0)),
			look.Z(look.NewBox(look.Rail, "", 0), look.Inset(c.Margin(), look.S4, c.Margin(), look.S4, look.Flow(look.S12, left, clear)))))
	}
	look.ShowIf(c.strip, !until.IsZero())
	c.area.Refresh()
	c.window.Content().Refresh()
}
