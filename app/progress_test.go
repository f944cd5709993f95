package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

// At a terminal a progress is one line that is redrawn and removed at the end; elsewhere it is
// a line every ten seconds. A short operation shows nothing.
func TestProgress(t *testing.T) {
	t.Parallel()
	for _, atTerminal := range []bool{true, false} {
		var out bytes.Buffer
		at := time.Unix(1_700_000_000, 0)
		p := &progress{out: &out, terminal: atTerminal, now: func() time.Time { return at }, what: "copying"}
		p.line = func(line string) { fmt.Fprintln(&out, line) }
		p.next = at.Add(p.every())
		for i := range 100 {
			p.set(int64(i+1)*1e6, 100e6)
			if i == 0 && out.Len() > 0 {
				t.Errorf("at once: %q", &out)
			}
			at = at.Add(300 * time.Millisecond)
		}
		p.end()
		lines, draws := strings.Count(out.String(), "\n"), strings.Count(out.String(), "\rnightlatch: copying, ")
		if atTerminal && (lines != 0 || draws < 90 || !strings.HasSuffix(out.String(), " \r")) {
			t.Errorf("at a terminal: %d lines, %d draws: %q", lines, draws, &out)
		}
		if !atTerminal && (lines != 2 || draws != 0 || strings.Contains(out.String(), "\r") || !strings.Contains(out.String(), "copying, 35 % of 100.0 MB\n")) {
			t.Errorf("in a log: %q", &out)
		}
	}
}
