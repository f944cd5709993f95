package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// A row is a line of the table.
type row struct {
	what   string
	figure string // with its unit, and the baseline's figure
	limit  string // "≤ 1.20"; "" if there is none
	ratio  string // or the absolute value that is compared with the limit
	ok     bool
}

// A report is a table in sections, each with remarks below it.
type report struct {
	log      io.Writer // gets each row as soon as it is measured
	head     string
	sections []*section
}

type section struct {
	name, load string
	rows       []row
	remarks    []string
}

func (r *report) begin(machine string) {
	r.head = machine
	fmt.Fprintln(r.log, machine)
}

// part begins a section. load is the load average before it.
func (r *report) part(name, load string) {
	r.sections = append(r.sections, &section{name: name, load: load})
	fmt.Fprintf(r.log, "%s (load %s) …\n", name, load)
}

func (r *report) add(w row) {
	s := r.sections[len(r.sections)-1]
	s.rows = append(s.rows, w)
	fmt.Fprintf(r.log, "  %s · %s · %s · %s · %s\n", w.what, w.figure, w.limit, w.ratio, w.verdict())
}

// atMost adds a figure that must not be above its limit.
func (r *report) atMost(what, figure string, value, limit float64, format string) {
	r.add(row{what, figure, "≤ " + fmt.Sprintf(format, limit), fmt.Sprintf(format, value), value <= limit})
}

// atLeast adds a figure that must not be below its limit.
func (r *report) atLeast(what, figure string, value, limit float64, format string) {
	r.add(row{what, figure, "≥ " + fmt.Sprintf(format, limit), fmt.Sprintf(format, value), value >= limit})
}

// within adds a figure that must lie between two limits.
func (r *report) within(what, figure string, value, low, high float64) {
	r.add(row{what, figure, fmt.Sprintf("%.2f–%.2f", low, high), fmt.Sprintf("%.3f", value), low <= value && value <= high})
}

// note adds a figure that has no limit.
func (r *report) note(what, figure, ratio string) {
	r.add(row{what: what, figure: figure, ratio: ratio, ok: true})
}

// remark adds a sentence below the section.
func (r *report) remark(format string, args ...any) {
	s := r.sections[len(r.sections)-1]
	s.remarks = append(s.remarks, fmt.Sprintf(format, args...))
	fmt.Fprintf(r.log, "  "+format+"\n", args...)
}

func (w row) verdict() string {
	switch {
	case w.limit == "":
		return "–"
	case w.ok:
		return "ok"
	}
	return "EXCEEDED"
}

// exceeded reports whether a figure exceeded its limit.
func (r *report) exceeded() bool {
	for _, s := range r.sections {
		for _, w := range s.rows {
			if !w.ok {
				return true
			}
		}
	}
	return false
}

// write writes the whole table.
func (r *report) write(w io.Writer) error {
	fmt.Fprintf(w, "%s\n", r.head)
	for _, s := range r.sections {
		fmt.Fprintf(w, "\n%s   (load average before: %s)\n", s.name, s.load)
		tab := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
		fmt.Fprintln(tab, "  what\tfigure\tlimit\tvalue\t")
		for _, l := range s.rows {
			fmt.Fprintf(tab, "  %s\n", strings.Join([]string{l.what, l.figure, l.limit, l.ratio, l.verdict()}, "\t"))
		}
		if err := tab.Flush(); err != nil {
			return err
		}
		for _, remark := range s.remarks {
			if _, err := fmt.Fprintf(w, "  %s\n", remark); err != nil {
				return err
			}
		}
	}
	return nil
}
