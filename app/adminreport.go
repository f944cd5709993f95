package main

import (
	"fmt"
	"strings"

	"nightlatch/app/secret"
)

// reporter prints what an operation says. Progress is shown only at a terminal, on one
// line that done removes.
func (c *adminCommand) reporter() (r reporter, done func()) {
	shown := 0 // width of the progress line
	clear := func() {
		if shown > 0 {
			fmt.Fprintf(c.err, "\r%s\r", strings.Repeat(" ", shown))
			shown = 0
		}
	}
	r.say = func(line string) {
		clear()
		fmt.Fprintln(c.out, line)
	}
	r.progress = func(what string, done, total int64) {
		if !secret.IsTerminal(c.err) {
			return
		}
		line := what + " …"
		if total > 0 {
			line = fmt.Sprintf("%s … %d %%", what, 100*done/total)
		}
		clear()
		fmt.Fprint(c.err, line)
		shown = len([]rune(line))
	}
	return r, clear
}
