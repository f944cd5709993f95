package kit

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
)

// rightToLeft reports whether the first strong sign of a paragraph is Hebrew,
// Arabic or another script written to the left (Unicode Annex 9, P2 and P3).
func rightToLeft(s string) bool {
	for _, r := range s {
		if r < 0x0590 && !unicode.IsLetter(r) {
			continue
		}
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.L:
			return false
		case bidi.R, bidi.AL:
			return true
		}
	}
	return false
}

// visualRuns cuts a line into runs of one direction, in the order they are seen
// from left to right. Fyne shapes each run rightly but would set them in the
// order they are stored.
func visualRuns(line string, rtl bool) []string {
	if !strings.ContainsFunc(line, func(r rune) bool { return r >= 0x0590 }) {
		return []string{line}
	}
	var p bidi.Paragraph
	base := bidi.LeftToRight
	if rtl {
		base = bidi.RightToLeft
	}
	if _, err := p.SetString(line, bidi.DefaultDirection(base)); err != nil {
		return []string{line}
	}
	order, err := p.Order()
	if err != nil || order.NumRuns() < 2 {
		return []string{line}
	}
	var runs []string
	var left []bool // this run is written to the left, or is a number inside such runs
	for i := range order.NumRuns() {
		r := order.Run(i)
		runs = append(runs, r.String())
		left = append(left, r.Direction() == bidi.RightToLeft)
	}
	if rtl {
		slices.Reverse(runs)
		return runs
	}
	for i := 1; i+1 < len(runs); i++ {
		if left[i-1] && !left[i] && number(runs[i]) {
			left[i] = true
		}
	}
	for i := 0; i < len(runs); i++ {
		end := i
		for end < len(runs) && left[end] {
			end++
		}
		slices.Reverse(runs[i:end])
		i = max(i, end)
	}
	return runs
}

func number(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) })
}
