// Package typeset applies Unicode's rules to text that the window draws or takes in:
// direction (Annex 9), line breaks (Annex 14), grapheme clusters (Annex 29),
// invisible characters and digits. It draws nothing and needs no font.
package typeset

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/bidi"
)

// RightToLeft reports whether the first strong sign of a paragraph is Hebrew,
// Arabic or another script written to the left (Unicode Annex 9, P2 and P3).
func RightToLeft(s string) bool {
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

// VisualRuns cuts a line into pieces that Fyne can draw, in the order they are
// seen from left to right. Fyne shapes a piece of one direction and one font
// rightly, but sets such pieces in the order they are stored; so what is written
// to the left is cut into words, and the words are turned round.
func VisualRuns(line string, rtl bool) []string {
	if !strings.ContainsFunc(line, func(r rune) bool { return r >= 0x0590 }) && !rtl {
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
	if err != nil || order.NumRuns() == 1 && !rtl && !RightToLeft(line) {
		return []string{line}
	}
	runs := make([]run, order.NumRuns())
	for i := range runs {
		r := order.Run(i)
		runs[i] = run{words: r.String(), left: r.Direction() == bidi.RightToLeft}
	}
	turnRuns(runs, rtl)
	var pieces []string
	for _, r := range runs {
		if !r.left || number(r.words) && !RightToLeft(r.words) && !neutral(r.words) {
			pieces = append(pieces, r.words)
			continue
		}
		words := tokens(r.words)
		slices.Reverse(words)
		pieces = append(pieces, words...)
	}
	return pieces
}

// A run is words of one direction.
type run struct {
	words string
	left  bool // written to the left, or a number among such words
}

// turnRuns puts runs in the order they are seen (Unicode Annex 9, L2, for the
// levels 0, 1 and 2 that a line of an interface has).
func turnRuns(runs []run, rtl bool) {
	if rtl {
		slices.Reverse(runs)
		return
	}
	for i := 1; i+1 < len(runs); i++ {
		if runs[i-1].left && !runs[i].left && number(runs[i].words) && runs[i+1].left {
			runs[i].left = true
		}
	}
	for i := 0; i < len(runs); i++ {
		end := i
		for end < len(runs) && runs[end].left {
			end++
		}
		slices.Reverse(runs[i:end])
		i = max(i, end)
	}
}

// tokens cuts words that are written to the left into letters, spaces, and signs
// without a direction; those are turned round sign by sign, brackets mirrored.
func tokens(words string) []string {
	const (
		none = iota
		letters
		space
		signs
	)
	kind := func(r rune) int {
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.R, bidi.AL, bidi.NSM, bidi.BN:
			return letters
		case bidi.WS:
			return space
		}
		return signs
	}
	var out []string
	start, was := 0, none
	end := func(i int) {
		switch {
		case i == start:
		case was == signs:
			out = append(out, bidi.ReverseString(words[start:i]))
		default:
			out = append(out, words[start:i])
		}
		start = i
	}
	for i, r := range words {
		if k := kind(r); k != was {
			end(i)
			was = k
		}
	}
	end(len(words))
	return out
}

// number reports that there are no letters.
func number(s string) bool { return !strings.ContainsFunc(s, unicode.IsLetter) }

// neutral reports that there are neither letters nor digits.
func neutral(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
