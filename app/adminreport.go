package main

import "fmt"

// reporter prints the messages and the progress of an operation. Call done at the end.
func (c *adminCommand) reporter() (r reporter, done func()) {
	var p *progress
	end := func() {
		if p != nil {
			p.end()
		}
	}
	r.say = func(line string) {
		end()
		fmt.Fprintln(c.out, line)
	}
	r.progress = func(what string, at, total int64) {
		if p == nil || p.what != what {
			end()
			p = c.terminal.progress(what)
		}
		p.set(at, total)
	}
	return r, end
}
