package print

import (
	"errors"
	"fmt"
)

// Errors of sending to a printer.
var (
	// ErrNoPrinter: the print system runs, and has no printer, or not the one asked
	// for.
	ErrNoPrinter = errors.New("print: no such printer")
	// ErrPrintSystemMissing: there is no print system, or it does not run.
	ErrPrintSystemMissing = errors.New("print: no print system")
	// ErrNoViewer: nothing on this computer opens a PDF.
	ErrNoViewer = errors.New("print: nothing opens this file")
)

// A FailedError reports what the print system said when it took no job. It never
// holds what was to be printed.
type FailedError struct {
	Printer string
	Says    string // the system's own words, in English where it has them
}

func (e *FailedError) Error() string {
	return fmt.Sprintf("print: printer %q took no job: %s", e.Printer, e.Says)
}

// A Printer is a queue that Print can send to.
type Printer struct {
	Name        string // what Print takes
	Description string // what a person calls it; never empty
	Default     bool
}

// jobTitle is what the queue calls the job; others may read it.
const jobTitle = "Nightlatch"

// mostCopies is more than anyone needs, and less than a tray holds.
const mostCopies = 20

func checkJob(printer string, pdf []byte, copies int) error {
	switch {
	case printer == "":
		return ErrNoPrinter
	case len(pdf) == 0:
		return errors.New("print: nothing to print")
	case copies < 1 || copies > mostCopies:
		return fmt.Errorf("print: %d copies: want 1 to %d", copies, mostCopies)
	}
	return nil
}
