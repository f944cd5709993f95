package ui_test

import (
	"errors"
	"testing"

	"fyne.io/fyne/v2"

	"nightlatch/ui/print"
	"nightlatch/ui/uitest"
)

// handOver opens the print page with a sheet that was sent to a slow printer.
func handOver(t *testing.T) *uitest.Harness {
	t.Helper()
	h := uitest.New(t, crawlSeed())
	h.Printer.Names = []print.Printer{{Name: "office", Description: "Office"}}
	h.Printer.Slow()
	signIn(h, "mara")
	h.Ctrl(fyne.Key4)
	h.Do("ui.codes.generate-more.5")
	h.Do("wizard.save.print")
	h.Press(fyne.KeyReturn)
	h.SeesFilled("ui.print.handed", "Office")
	return h
}

// The state of a sheet is shown until it is printed. Only then it counts as a
// copy.
func TestPrintedSheetIsFollowed(t *testing.T) {
	h := handOver(t)
	h.Printer.Tell(print.Job{State: print.Stopped, Reason: print.NoPaper})
	h.SeesFilled("ui.print.stopped", "Office")
	h.Sees("ui.print.reason.paper")
	h.Printer.Tell(print.Job{State: print.Printing})
	h.SeesFilled("ui.print.printing", "Office")
	h.Ctrl(fyne.Key1)
	h.Sees("ui.codes.leave") // it is not printed yet
	h.Press(fyne.KeyEscape)
	h.Printer.Tell(print.Job{State: print.Printed})
	h.SeesFilled("ui.print.done", "Office")
	h.Sees("ui.codes.made") // back on the page of the codes
	if len(h.Printer.Removed) != 1 {
		t.Errorf("the print system was asked to delete %q", h.Printer.Removed)
	}
	h.Ctrl(fyne.Key1)
	h.Sees("ui.overview.methods")
}

// A job that can't be printed is cancelled, and its codes are deleted from the queue.
func TestJobIsCancelled(t *testing.T) {
	h := handOver(t)
	h.Printer.Tell(print.Job{State: print.Stopped, Says: "No such device"})
	h.SeesFilled("ui.print.reason.says", "No such device")
	h.Do("ui.print.cancel")
	h.Sees("ui.print.cancelled", "ui.print.removed", "ui.print.again")
	if len(h.Printer.Removed) != 1 {
		t.Errorf("the print system was asked to delete %q", h.Printer.Removed)
	}
	h.Do("ui.print.do")
	h.SeesFilled("ui.print.handed", "Office")
	h.Printer.Tell(print.Job{State: print.Aborted})
	h.SeesFilled("ui.print.aborted", "Office")
	h.Sees("ui.print.removed")
	h.Printer.Stuck = errors.New("no")
	h.Do("ui.print.do")
	h.Printer.Tell(print.Job{State: print.Cancelled})
	h.SeesFilled("ui.print.kept-waiting", "Office")
}

// A job is still followed after its page is left, and after signing out.
func TestJobOutlivesItsPage(t *testing.T) {
	h := handOver(t)
	h.Press(fyne.KeyEscape)
	h.Sees("ui.codes.made")
	h.Ctrl(fyne.Key6)
	h.Do("ui.codes.leave.do") // the job is not known to be printed
	h.SignOut()
	h.Printer.Tell(print.Job{State: print.Printed})
	h.SeesFilled("ui.print.done", "Office")
	if len(h.Printer.Removed) != 1 {
		t.Errorf("the print system was asked to delete %q", h.Printer.Removed)
	}
}
