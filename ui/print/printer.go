package print

import (
	"errors"
	"fmt"
)

// Errors of sending to a printer.
var (
	// ErrNoPrinter reports that the print system has no printer, or no printer with
	// that name.
	ErrNoPrinter = errors.New("print: no such printer")
	// ErrPrintSystemMissing reports that no print system is installed or running.
	ErrPrintSystemMissing = errors.New("print: no print system")
	// ErrNoViewer reports that no program for this file is installed.
	ErrNoViewer = errors.New("print: no program for this file")
)

// A FailedError reports that the print system refused a job. It never contains the
// content of the job.
type FailedError struct {
	Printer string
	Says    string // the message of the print system, in English if possible
}

func (e *FailedError) Error() string {
	return fmt.Sprintf("print: printer %q refused the job: %s", e.Printer, e.Says)
}

// A Printer is a queue that Print can send to.
type Printer struct {
	Name        string // the name that Print needs
	Description string // the name for users; never empty
	Default     bool
}

// jobTitle is the title of the job in the queue, which other users may read.
const jobTitle = "Nightlatch"

// maxCopies limits a job to less than the paper tray of a printer.
const maxCopies = 20

func checkJob(printer string, pdf []byte, copies int) error {
	switch {
	case printer == "":
		return ErrNoPrinter
	case len(pdf) == 0:
		return errors.New("print: nothing to print")
	case copies < 1 || copies > maxCopies:
		return fmt.Errorf("print: %d copies: want 1 to %d", copies, maxCopies)
	}
	return nil
}
