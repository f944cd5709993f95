package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"nightlatch/assets"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/shell"
)

// showLicenses shows which work of others is in the program, and under which licences. The
// texts are too long to be read in a window: they can be saved.
func showLicenses(c *shell.Console) {
	w := c.Catalog
	var parts []fyne.CanvasObject
	for _, line := range licensedParts() {
		parts = append(parts, look.NewText(line, look.Caption, look.Ink).Wrapped())
	}
	c.Dialog(control.DialogConfig{
		Title: w.T("ui.licenses"), Words: w.T("ui.licenses.why"), Icon: "info",
		Body:   []fyne.CanvasObject{look.V(look.S4, parts...)},
		Cancel: w.T("kit.close"), Do: w.T("ui.licenses.do"),
		OnDo: func() {
			c.SaveAs(shell.SaveRequest{
				Title: "ui.licenses.save", Name: "nightlatch-licenses",
				Forms: []shell.SaveForm{{Key: "ui.save.text", Ending: ".txt", Make: func() ([]byte, error) { return []byte(assets.Licenses()), nil }}},
			})
		},
	})
}

// licensedParts returns the lines of the list that the texts begin with: a part and its
// licences.
func licensedParts() (lines []string) {
	list, _, _ := strings.Cut(assets.Licenses(), "\n\n---")
	_, list, _ = strings.Cut(list, "\n\n") // without the introduction
	for line := range strings.Lines(list) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}
