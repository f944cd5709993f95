//go:build !windows

package print

import (
	"context"
	"errors"
	"fmt"
	"os/user"
	"strings"
	"time"

	"nightlatch/server/rawtext"
)

// pollEvery is the interval of requests for the state of a job. CUPS has
// notifications, but they need a connection that CUPS opens, or polling as
// well.
const pollEvery = time.Second

// Follow calls tell for each state of a job, until one is final or ctx ends.
func Follow(ctx context.Context, jobID string, tell func(Job)) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	var last *Job
	for {
		now, err := status(ctx, jobID)
		if err != nil {
			return err
		}
		if last == nil || *last != now {
			last = &now
			tell(now)
		}
		if now.State.Over() {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("print: waiting for job %s: %w", jobID, ctx.Err())
		case <-tick.C:
		}
	}
}

// Remove deletes a job and its documents from the print system, and cancels it
// if it is not printed yet. By default CUPS keeps every document for a day,
// and these contain codes. Remove sends Cancel-Job with the attribute
// purge-job (CUPS Implementation of IPP, "Cancel-Job"). The program cancel -x
// sends another attribute, which the scheduler does not support.
func Remove(ctx context.Context, jobID string) error {
	_, uri, who, err := jobAddress(jobID)
	if err != nil {
		return err
	}
	r := newRequest(cancelJob, "job-uri", uri, who)
	r.attribute(ippBoolean, "purge-job", "\x01")
	if _, err := r.send(ctx, who); err != nil && !errors.Is(err, errNoJob) {
		return fmt.Errorf("print: deleting job %s: %w", jobID, err)
	}
	return nil
}

// jobAddress returns the queue and the URI of a job, and the name of this
// user.
func jobAddress(jobID string) (queue, uri, who string, err error) {
	queue, number, ok := cutLast(jobID, "-")
	if !ok {
		return "", "", "", fmt.Errorf("print: %q is not a job ID", jobID)
	}
	me, err := user.Current()
	if err != nil {
		return "", "", "", fmt.Errorf("print: %w", err)
	}
	return queue, "ipp://localhost/jobs/" + number, me.Username, nil
}

// status requests the state of a job and of its printer.
func status(ctx context.Context, jobID string) (Job, error) {
	queue, uri, who, err := jobAddress(jobID)
	if err != nil {
		return Job{}, err
	}
	r := newRequest(getJobAttributes, "job-uri", uri, who)
	r.ask("job-state", "job-state-reasons", "job-printer-state-message", "job-printer-state-reasons")
	job, err := r.send(ctx, who)
	if errors.Is(err, errNoJob) {
		return Job{State: Unknown}, nil
	}
	if err != nil {
		return Job{}, err
	}
	r = newRequest(getPrinterAttributes, "printer-uri", "ipp://localhost/printers/"+queue, who)
	r.ask("printer-state", "printer-state-reasons", "printer-state-message")
	printer, err := r.send(ctx, who)
	if err != nil && !errors.Is(err, errNoJob) {
		return Job{}, err
	}
	return assess(job, printer), nil
}

// assess derives the state from the attributes of a job and its printer (RFC
// 8011, 5.3.7 and 5.4.11).
func assess(job, printer map[string][]string) Job {
	one := func(of map[string][]string, name string) string {
		if v := of[name]; len(v) > 0 {
			return v[0]
		}
		return ""
	}
	keywords := append(job["job-printer-state-reasons"], append(job["job-state-reasons"], printer["printer-state-reasons"]...)...)
	says := one(printer, "printer-state-message")
	if says == "" {
		says = one(job, "job-printer-state-message")
	}
	says = rawtext.Visible(says, saysMax)
	state, stopped := Unknown, one(printer, "printer-state") == "5"
	switch one(job, "job-state") {
	case "3", "5": // pending, processing
		state = map[bool]JobState{true: Printing, false: Waiting}[one(job, "job-state") == "5"]
		if why := reason(keywords, stopped); stopped || why != NoReason {
			return Job{State: Stopped, Reason: why, Says: says}
		}
		return Job{State: state}
	case "4":
		state = Held
	case "6":
		return Job{State: Stopped, Reason: reason(keywords, true), Says: says}
	case "7":
		state = Cancelled
	case "8":
		return Job{State: Aborted, Reason: reason(keywords, true), Says: says}
	case "9":
		state = Printed
	}
	return Job{State: state}
}

// reason derives the cause from keywords of IPP (RFC 8011, 5.4.12, and CUPS).
// Printers continue after a warning or a report, so these count only if the
// printer has stopped.
func reason(keywords []string, stopped bool) Reason {
	for _, k := range keywords {
		mild := strings.HasSuffix(k, "-warning") || strings.HasSuffix(k, "-report") && k != "offline-report"
		if mild && !stopped {
			continue
		}
		for _, end := range []string{"-error", "-warning", "-report"} {
			k = strings.TrimSuffix(k, end)
		}
		switch k {
		case "media-empty", "media-needed", "input-tray-missing":
			return NoPaper
		case "media-jam":
			return Jam
		case "toner-empty", "marker-supply-empty", "marker-supply-missing":
			return NoInk
		case "cover-open", "door-open", "interlock-open":
			return Ajar
		case "offline", "timed-out", "shutdown":
			return Away
		case "paused", "printer-stopped":
			return Paused
		}
	}
	return NoReason
}
