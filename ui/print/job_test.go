//go:build !windows

package print_test

import (
	"testing"

	"nightlatch/ui/print"
	"nightlatch/ui/print/printtest"
)

// follow follows a job to its end, and calls each for every state.
func follow(t *testing.T, job string, each func(print.Job)) (last print.Job) {
	t.Helper()
	if err := print.Follow(t.Context(), job, func(j print.Job) { last = j; each(j) }); err != nil {
		t.Fatal(err)
	}
	return last
}

// A job that was sent is followed to its end in every case, and its codes do
// not stay in the print system.
func TestJobsAreFollowed(t *testing.T) {
	cups := printtest.Start(t)
	t.Setenv("CUPS_SERVER", cups.Server)
	pdf, err := print.PDF(sheet())
	if err != nil {
		t.Fatal(err)
	}
	hand := func() string {
		t.Helper()
		job, err := print.Print(t.Context(), cups.Queue, pdf, 1)
		if err != nil {
			t.Fatal(err)
		}
		return job
	}

	cups.Pause(t)
	job, seen := hand(), map[print.JobState]bool{}
	last := follow(t, job, func(j print.Job) {
		seen[j.State] = true
		if j.State == print.Stopped {
			if j.Reason != print.Paused {
				t.Errorf("a paused queue is %+v", j)
			}
			cups.Resume(t)
		}
	})
	if !seen[print.Stopped] || last.State != print.Printed {
		t.Errorf("the states were %v and then %+v", seen, last)
	}

	if err := print.Remove(t.Context(), job); err != nil {
		t.Fatal(err)
	}

	cups.Pause(t)
	job = hand()
	cups.Hold(t, job)
	if last = follow(t, job, func(j print.Job) {
		if j.State == print.Held {
			cups.Cancel(t, job)
		}
	}); last.State != print.Cancelled {
		t.Errorf("a job that was cancelled elsewhere ended as %+v", last)
	}
	if err := print.Remove(t.Context(), job); err != nil {
		t.Fatal(err)
	}

	job = hand()
	if err := print.Remove(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	if last = follow(t, job, func(print.Job) {}); last.State != print.Unknown {
		t.Errorf("a job that was deleted is %+v", last)
	}
	if kept := cups.Kept(t); len(kept) != 0 {
		t.Errorf("the print system still has %v", kept)
	}
}
