package main

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"nightlatch/app/secret"
)

// How often progress is shown. A shorter operation shows none.
const (
	progressAtTerminal = 250 * time.Millisecond
	progressInLog      = 10 * time.Second
)

// A progress shows the progress of a long operation on standard error: at a terminal in one
// line that is redrawn, elsewhere in a line every ten seconds. Only one goroutine may use it.
type progress struct {
	out      io.Writer
	terminal bool
	now      func() time.Time
	what     string
	next     time.Time
	width    int          // of the line at the terminal, in characters
	line     func(string) // prints a line, if standard error is not a terminal
}

// progress begins to show an operation: "checking", "writing the backup".
func (t terminal) progress(what string) *progress {
	p := &progress{out: t.err, terminal: secret.IsTerminal(t.err), now: time.Now, what: what}
	p.line = func(line string) { fmt.Fprintln(p.out, "nightlatch: "+line) }
	p.next = p.now().Add(p.every())
	return p
}

func (p *progress) every() time.Duration {
	if p.terminal {
		return progressAtTerminal
	}
	return progressInLog
}

// set shows that done of total bytes are processed, at most once per interval. total is 0 if
// it is unknown.
func (p *progress) set(done, total int64) {
	now := p.now()
	if now.Before(p.next) {
		return
	}
	p.next = now.Add(p.every())
	line := fmt.Sprintf("%s, %s", p.what, size(done))
	if total > 0 {
		line = fmt.Sprintf("%s, %d %% of %s", p.what, min(100, done*100/total), size(total))
	}
	if !p.terminal {
		p.line(line)
		return
	}
	line = "nightlatch: " + line
	fmt.Fprint(p.out, "\r"+line+strings.Repeat(" ", max(0, p.width-len(line))))
	p.width = len(line)
}

// say prints a line above the progress.
func (p *progress) say(line string) {
	if !p.terminal {
		p.line(line)
		return
	}
	p.end()
	fmt.Fprintln(p.out, "nightlatch: "+line)
}

// end removes the line from the terminal.
func (p *progress) end() {
	if p.width > 0 {
		fmt.Fprint(p.out, "\r"+strings.Repeat(" ", p.width)+"\r")
		p.width = 0
	}
}

// converting returns a function that shows the conversion of a database to the current
// format. It announces the conversion first, because the start takes longer. It writes to log
// if that is set and the output is not a terminal.
func (t terminal) converting(log *slog.Logger) func(done, total int64) error {
	var p *progress
	return func(done, total int64) error {
		if p == nil {
			p = t.progress("converting the database")
			if log != nil && !p.terminal {
				p.line = func(line string) { log.Info(line) }
			}
			p.say(fmt.Sprintf("converting the database (%s) to the format of this version; the old file is kept", size(total)))
		}
		if p.set(done, total); done >= total {
			p.end()
		}
		return nil
	}
}

// size formats a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f kB", float64(n)/1e3)
}
