package print

import "nightlatch/server/rawtext"

// nameMax is the number of characters that are shown of a printer's name.
const nameMax = 60

// saysMax is the number of characters that are shown of a printer's own words.
const saysMax = 160

// newPrinter is a printer that the system lists. Printers on a network announce their
// descriptions themselves, so nothing in one may reorder or hide what stands beside it.
func newPrinter(name, description string, usual bool) Printer {
	shown := rawtext.Visible(description, nameMax)
	if shown == "" {
		shown = rawtext.Visible(name, nameMax)
	}
	return Printer{Name: name, Description: shown, Default: usual}
}
