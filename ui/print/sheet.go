// Package print makes the sheet of backup codes that a person keeps on paper: as
// a layout in points, from which the preview on screen and the PDF are both
// drawn, as a PDF, and as plain text; and it sends the PDF to a printer.
//
// It knows nothing of windows. Codes pass through it in memory only: nothing is
// written to disk but what the caller saves (R77), and on Unix the printer's
// program gets the PDF through a pipe.
package print

import (
	"time"

	"golang.org/x/text/language"

	"nightlatch/assets"
)

// A State is how far a code is.
type State int

// The states of a code. Active has an empty box to tick by hand.
const (
	Active State = iota
	Used
	Void
)

// A Code is one line of the sheet.
type Code struct {
	Number int
	Code   string // as shown: "7kmq-2xwd-9hfz-3r8n"; empty when it is no longer known
	State  State
}

// A Sheet is what is printed.
type Sheet struct {
	Account string    // user name; empty leaves it out
	Place   string    // the computer or service that it is an account of; may be empty
	Codes   []Code    // in the order of their numbers
	Date    time.Time // when the sheet was made, in the person's time zone
	Strict  bool      // R73 under classic: a code out of order voids all
	Large   bool      // larger type
	Paper   Paper     // zero is A4
	Words   *assets.Catalog
}

// A Paper is a size of paper in points (1/72 inch).
type Paper struct {
	Name          string
	Width, Height float64
}

// The sizes of paper that the sheet is laid out for.
var (
	A4     = Paper{Name: "A4", Width: 595.28, Height: 841.89}
	Letter = Paper{Name: "Letter", Width: 612, Height: 792}
)

// Papers are all of them.
func Papers() []Paper { return []Paper{A4, Letter} }

// UsualPaper is what printers in a language's region hold.
func UsualPaper(tag language.Tag) Paper {
	region, _ := tag.Region()
	switch region.String() {
	case "US", "CA", "MX", "PH", "CL", "CO", "CR", "GT", "PA", "DO", "SV", "VE", "PR":
		return Letter
	}
	return A4
}

// words are the sheet's, English without any.
func (s Sheet) words() (*assets.Catalog, error) {
	if s.Words != nil {
		return s.Words, nil
	}
	return assets.New("en")
}

func (s Sheet) paper() Paper {
	if s.Paper.Width == 0 {
		return A4
	}
	return s.Paper
}
