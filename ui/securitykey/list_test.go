package securitykey

import (
	"slices"
	"testing"

	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/ui/gallerytest"
	"nightlatch/ui/shell"
)

func TestFocusStaysOnTheKey(t *testing.T) {
	keys := gallerytest.Keys()
	button := func(w *assets.Catalog) string { return w.T("ui.keys.rename-name", keys[1].Label) }
	gallerytest.CheckFocusStays(t, button, func(c *shell.Console) (shell.Screen, func()) {
		p := newStill(c, keys)
		return p, func() { p.src.Value = slices.Concat([]api.Key{{ID: "new", Label: keys[1].Label}}, keys) }
	})
}
