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
	figure string // with its unit, and what it is held against
	bar    string // "≤ 1.20"; "" where it is only told
	ratio  string
	ok     bool
}

// A report is the table, in sections, and remarks below each.
type report struct {
	log      io.Writer // hears each row as soon as it is known
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

// part begins a section. load is what the machine was doing besides.
func (r *report) part(name, load string) {
	r.sections = append(r.sections, &section{name: name, load: load})
	fmt.Fprintf(r.log, "%s (load %s) …\n", name, load)
}

func (r *report) add(w row) {
	s := r.sections[len(r.sections)-1]
	s.rows = append(s.rows, w)
	fmt.Fprintf(r.log, "  %s · %s · %s · %s · %s\n", w.what, w.figure, w.bar, w.ratio, w.verdict())
}

// most adds a figure that must not be above its bar.
func (r *report) most(what, figure string, value, bar float64, format string) {
	r.add(row{what, figure, "≤ " + fmt.Sprintf(format, bar), fmt.Sprintf(format, value), value <= bar})
}

// least adds a figure that must not be below its bar.
func (r *report) least(what, figure string, value, bar float64, format string) {
	r.add(row{what, figure, "≥ " + fmt.Sprintf(format, bar), fmt.Sprintf(format, value), value >= bar})
}

// within adds a figure that must lie between two bars.
func (r *report) within(what, figure string, value, low, high float64) {
	r.add(row{what, figure, fmt.Sprintf("%.2f–%.2f", low, high), fmt.Sprintf("%.3f", value), low <= value && value <= high})
}

// tell adds a figure that has no bar.
func (r *report) tell(what, figure, ratio string) {
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
	case w.bar == "":
		return "–"
	case w.ok:
		return "ok"
	}
	return "MISSED"
}

func (r *report) missed() bool {
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
		fmt.Fprintln(tab, "  what\tfigure\tbar\tratio\t")
		for _, l := range s.rows {
			fmt.Fprintf(tab, "  %s\n", strings.Join([]string{l.what, l.figure, l.bar, l.ratio, l.verdict()}, "\t"))
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
