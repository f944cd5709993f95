// Package print makes the sheet of backup codes that users keep on paper, and sends it
// to a printer. It makes a layout in points, the PDF, and plain text. The preview on
// screen and the PDF are both drawn from the layout.
//
// It does not depend on Fyne. Codes are only in memory: nothing is written to disk
// except what the caller saves (R77). On Unix the print program gets the PDF through a
// pipe; on Windows it needs a file, which is deleted afterwards.
package print

import (
	"time"

	"nightlatch/assets"
	"nightlatch/assets/region"
)

// A State is the state of a code.
type State int

// The states of a code. An active code has an empty box to tick by hand.
const (
	Active State = iota
	Used
	Void
)

// A Code is one line of the sheet.
type Code struct {
	Number int
	Code   string // as shown: "7kmq-2xwd-9hfz-3r8n"; empty if it is no longer known
	State  State
}

// A Sheet is the content of the printed sheet.
type Sheet struct {
	Account string    // user name; may be empty
	Host    string    // the computer or service the account belongs to; may be empty
	Codes   []Code    // in the order of their numbers
	Date    time.Time // when the sheet was made, in the user's time zone
	Strict  bool      // a code used out of order voids all codes (R73, classic policy)
	Large   bool      // larger type
	Paper   Paper     // zero is A4
	Words   *assets.Catalog
}

// A Paper is a size of paper in points (1/72 inch).
type Paper struct {
	Name          string
	Width, Height float64
}

// The supported paper sizes.
var (
	A4     = Paper{Name: "A4", Width: 595.28, Height: 841.89}
	Letter = Paper{Name: "Letter", Width: 612, Height: 792}
)

// Papers lists the supported paper sizes.
func Papers() []Paper { return []Paper{A4, Letter} }

// UsualPaper is the usual paper size in a region.
func UsualPaper(r region.Settings) Paper {
	if r.Letter {
		return Letter
	}
	return A4
}

// words is the catalog of the sheet, by default English.
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
