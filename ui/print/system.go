package print

import "context"

// System is the print system of this computer, for callers that need an interface.
type System struct{}

// Printers lists the printers. See the function of the same name.
func (System) Printers(ctx context.Context) ([]Printer, error) { return Printers(ctx) }

// Print sends a PDF to a printer. See the function of the same name.
func (System) Print(ctx context.Context, printer string, pdf []byte, copies int) (jobID string, err error) {
	return Print(ctx, printer, pdf, copies)
}

// Follow reports the states of a job. See the function of the same name.
func (System) Follow(ctx context.Context, jobID string, tell func(Job)) error {
	return Follow(ctx, jobID, tell)
}

// Remove deletes a job from the print system. See the function of the same name.
func (System) Remove(ctx context.Context, jobID string) error { return Remove(ctx, jobID) }

// Open opens a file. See the function of the same name.
func (System) Open(ctx context.Context, path string) error { return Open(ctx, path) }
