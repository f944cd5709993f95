package ui

import (
	"context"
	"errors"
	"time"

	"nightlatch/ui/kit"
	"nightlatch/ui/kit/control"
	"nightlatch/ui/kit/look"
	"nightlatch/ui/print"
	"nightlatch/ui/shell"
	"nightlatch/ui/wizard"
)

// A printJob follows a sheet that was sent to the print system, until it is
// printed or has failed. It continues after its page is left, because the
// codes must not stay in the queue.
type printJob struct {
	sheets
	id      string
	printer print.Printer
	state   print.Job
	late    bool // neither printed nor failed after jobPatience
	lost    bool // the print system stopped answering
	removed bool // this program cancelled it
	kept    bool // the print system's copy could not be deleted
	scope   *shell.Scope
	changed func() // draws the page, while it is in front
	done    func(func(*wizard.Saved))
}

// Limits of following a job. After jobPatience the page says that printing
// takes long. After jobLimit the program stops asking, and says that the codes
// are still in the queue.
const (
	jobPatience = 2 * time.Minute
	jobLimit    = time.Hour
)

// follow follows the job on the drawing thread.
func (j *printJob) follow() {
	c := j.c
	j.scope = c.Root().Child()
	soon := j.scope.Child()
	soon.Every(jobPatience, func() { soon.Leave(); j.late = true; j.changed() })
	j.scope.Follow(func(ctx context.Context, tell func(func())) {
		ctx, cancel := context.WithTimeout(ctx, jobLimit)
		defer cancel()
		err := j.sheets.printer.Follow(ctx, j.id, func(now print.Job) {
			tell(func() { j.state = now; j.changed() })
		})
		over := err == nil
		if over { // the queue keeps printed documents, by default for a day
			err = j.sheets.printer.Remove(ctx, j.id)
		}
		tell(func() { j.ended(over, err) })
	})
}

// ended handles the end of following: a final state, or an error.
func (j *printJob) ended(over bool, err error) {
	c, w := j.c, j.c.Catalog
	j.scope.Leave()
	j.kept, j.lost = err != nil, !over && !errors.Is(err, context.DeadlineExceeded)
	switch {
	case !over || j.kept && j.state.State != print.Printed:
		c.Toast.Say(w.T("ui.print.kept-waiting", j.printer.Description))
	case j.state.State == print.Printed:
		j.done(func(s *wizard.Saved) { s.Printed = true })
		if j.kept {
			c.Toast.Say(w.T("ui.print.kept"))
		} else {
			c.Toast.Say(w.T("ui.print.done", j.printer.Description))
		}
	}
	j.changed()
}

// cancel deletes the job with its codes.
func (j *printJob) cancel() {
	if j.removed || j.state.State.Over() {
		return
	}
	j.removed = true
	j.c.Root().Go(func(ctx context.Context) func() {
		ctx, stop := context.WithTimeout(ctx, time.Minute)
		defer stop()
		err := j.sheets.printer.Remove(ctx, j.id)
		return func() {
			if err != nil && !errors.Is(err, context.Canceled) {
				j.removed = false
				j.c.Toast.Say(j.c.Catalog.T("ui.print.kept-waiting", j.printer.Description))
				return
			}
			j.scope.Leave()
			j.state = print.Job{State: print.Cancelled}
			j.changed()
		}
	})
	j.changed()
}

// running reports whether the job is still followed.
func (j *printJob) running() bool { return !j.scope.Left() }

// draw draws the state of the job.
func (j *printJob) draw() *kit.Banner {
	w, on := j.c.Catalog, j.printer.Description
	cancel := control.NewLink(w.T("ui.print.cancel"), j.cancel)
	if j.removed {
		cancel.Disable()
	}
	switch j.state.State {
	case print.Stopped:
		why := w.T("ui.print.reason.unknown")
		switch {
		case j.state.Reason != print.NoReason:
			why = w.T("ui.print.reason." + string(j.state.Reason))
		case j.state.Says != "":
			why = w.T("ui.print.reason.says", j.state.Says)
		}
		return kit.NewBanner(look.Attention, w.T("ui.print.stopped", on), why, w.T("ui.print.stopped-next"), cancel)
	case print.Held:
		return kit.NewBanner(look.Attention, w.T("ui.print.held"), w.T("ui.print.held-why"), w.T("ui.print.stopped-next"), cancel)
	case print.Cancelled:
		return kit.NewBanner(look.Attention, w.T("ui.print.cancelled"), j.copies(), w.T("ui.print.again"))
	case print.Aborted:
		return kit.NewBanner(look.Refused, w.T("ui.print.aborted", on), j.copies(), w.T("ui.print.again"))
	case print.Unknown:
		return kit.NewBanner(look.Attention, w.T("ui.print.unknown", on), w.T("ui.print.unknown-why"), w.T("ui.print.unknown-next"),
			control.NewLink(w.T("ui.print.it-is"), func() { j.done(func(s *wizard.Saved) { s.Printed = true }); j.state.State = print.Printed; j.changed() }))
	}
	if j.lost {
		return kit.NewBanner(look.Refused, w.T("ui.print.lost"), w.T("ui.print.lost-why"), w.T("ui.print.lost-next", on))
	}
	head, why := w.T("ui.print.handed", on), w.T("ui.print.handed-why")
	if j.state.State == print.Printing {
		head = w.T("ui.print.printing", on)
	}
	if j.late {
		why = w.T("ui.print.late-why")
	}
	return kit.NewBanner(look.Info, head, why, "", cancel)
}

// copies returns a text about the print system's copy, once its state is
// known.
func (j *printJob) copies() string {
	switch {
	case j.kept:
		return j.c.Catalog.T("ui.print.kept-waiting", j.printer.Description)
	case j.running():
		return ""
	}
	return j.c.Catalog.T("ui.print.removed")
}
