//go:build !windows

package print

import "testing"

func TestAssess(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		state         string
		jobReasons    []string
		printer       string
		printerReason []string
		want          Job
	}{
		{"in the queue", "3", nil, "3", []string{"none"}, Job{State: Waiting}},
		{"at the printer", "5", []string{"job-printing"}, "4", []string{"none"}, Job{State: Printing}},
		{"out of paper", "5", []string{"job-printing"}, "4", []string{"media-empty-error"}, Job{State: Stopped, Reason: NoPaper}},
		{"little toner", "5", nil, "4", []string{"toner-empty-warning"}, Job{State: Printing}},
		{"stopped with little toner", "5", nil, "5", []string{"toner-empty-warning"}, Job{State: Stopped, Reason: NoInk}},
		{"jammed", "6", []string{"media-jam"}, "5", nil, Job{State: Stopped, Reason: Jam}},
		{"a cover is open", "5", nil, "4", []string{"cover-open"}, Job{State: Stopped, Reason: Ajar}},
		{"switched off", "5", nil, "4", []string{"offline-report"}, Job{State: Stopped, Reason: Away}},
		{"paused", "3", nil, "5", []string{"paused"}, Job{State: Stopped, Reason: Paused}},
		{"stopped, nobody says why", "3", nil, "5", []string{"none"}, Job{State: Stopped}},
		{"held", "4", []string{"job-hold-until-specified"}, "3", nil, Job{State: Held}},
		{"cancelled", "7", []string{"job-canceled-by-user"}, "3", nil, Job{State: Cancelled}},
		{"aborted", "8", []string{"document-format-error"}, "3", nil, Job{State: Aborted}},
		{"printed", "9", []string{"job-completed-successfully"}, "3", []string{"media-empty-error"}, Job{State: Printed}},
		{"no answer", "", nil, "", nil, Job{State: Unknown}},
	} {
		job := map[string][]string{"job-state": {tt.state}, "job-state-reasons": tt.jobReasons}
		printer := map[string][]string{"printer-state": {tt.printer}, "printer-state-reasons": tt.printerReason}
		if got := assess(job, printer); got != tt.want {
			t.Errorf("%s: %+v; want %+v", tt.name, got, tt.want)
		}
	}
}

// A truncated or forged reply does not crash the program.
func FuzzAttributes(f *testing.F) {
	f.Add([]byte{2, ippEnum, 0, 9, 'j', 'o', 'b', '-', 's', 't', 'a', 't', 'e', 0, 4, 0, 0, 0, 9, ippEnd})
	f.Add([]byte{2, ippEnum, 0, 9})
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := attributes(b); err == nil && got == nil {
			t.Error("no attributes and no error")
		}
	})
}
