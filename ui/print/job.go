package print

// A JobState is what became of a job that the print system has taken.
type JobState int

// The states of a job. The last four are final.
const (
	Waiting   JobState = iota // in the queue
	Held                      // in the queue until somebody releases it
	Printing                  // at the printer
	Stopped                   // the printer has stopped: Reason says why, as far as it is known
	Printed                   // completed
	Cancelled                 // by somebody
	Aborted                   // by the print system
	Unknown                   // the print system does not tell
)

// Over reports whether a state is final.
func (s JobState) Over() bool { return s >= Printed }

// A Job is a job at a moment.
type Job struct {
	State  JobState
	Reason Reason
	Says   string // the print system's own words, in English; may be empty
}

// A Reason is why a printer does not print. It is also the end of a translation key.
type Reason string

// The reasons.
const (
	NoReason Reason = ""
	NoPaper  Reason = "paper"
	Jam      Reason = "jam"    // paper is jammed
	NoInk    Reason = "ink"    // or toner
	Ajar     Reason = "cover"  // a cover is open
	Away     Reason = "away"   // the printer does not answer
	Paused   Reason = "paused" // somebody has stopped the queue
)
