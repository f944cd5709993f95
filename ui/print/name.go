package print

import "nightlatch/server/rawtext"

// nameMax is the number of characters that are kept of a printer's name.
const nameMax = 60

// saysMax is the number of characters that are kept of a printer's message.
const saysMax = 160

// newPrinter returns a printer from the system's list. Network printers choose
// their own descriptions, so characters that reorder or hide other text are
// removed.
func newPrinter(name, description string, usual bool) Printer {
	shown := rawtext.Visible(description, nameMax)
	if shown == "" {
		shown = rawtext.Visible(name, nameMax)
	}
	return Printer{Name: name, Description: shown, Default: usual}
}
