package print

// A JobState is the state of a job that the print system has accepted.
type JobState int

// The states of a job. The last four are final.
const (
	Waiting   JobState = iota // in the queue
	Held                      // in the queue until a user releases it
	Printing                  // at the printer
	Stopped                   // the printer has stopped; Reason is the cause, if known
	Printed                   // completed
	Cancelled                 // by a user
	Aborted                   // by the print system
	Unknown                   // the print system does not report it
)

// Over reports whether a state is final.
func (s JobState) Over() bool { return s >= Printed }

// A Job is the state of a job at one moment.
type Job struct {
	State  JobState
	Reason Reason
	Says   string // the print system's own words, in English; may be empty
}

// A Reason is the cause why a printer does not print. It is also the end of a
// translation key.
type Reason string

// The reasons.
const (
	NoReason Reason = ""
	NoPaper  Reason = "paper"
	Jam      Reason = "jam"    // paper is jammed
	NoInk    Reason = "ink"    // or toner
	Ajar     Reason = "cover"  // a cover is open
	Away     Reason = "away"   // the printer does not answer
	Paused   Reason = "paused" // a user has stopped the queue
)
