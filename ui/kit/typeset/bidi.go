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

// RightToLeft reports whether the first strong character of a paragraph belongs to
// Hebrew, Arabic or another script written from right to left (Unicode Annex 9, P2
// and P3).
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

// VisualRuns cuts a line into pieces that Fyne can draw, in their order on the screen
// from left to right. rtl is the direction of the paragraph. Fyne shapes one piece of
// one direction correctly, but places several pieces in the order of storage. Text
// from right to left is therefore cut into words, and the words are reversed.
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
	reorder(runs, rtl)
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

// A run is text of one direction.
type run struct {
	words string
	left  bool // from right to left, or a number inside such text
}

// reorder puts runs into the order on the screen (Unicode Annex 9, L2, for levels 0,
// 1 and 2, which are all that text in the window has).
func reorder(runs []run, rtl bool) {
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

// tokens cuts text from right to left into pieces of letters, of spaces, and of
// characters without a direction. The last are reversed, with brackets mirrored.
func tokens(words string) []string {
	const (
		none = iota
		letters
		space
		symbols
	)
	kind := func(r rune) int {
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.R, bidi.AL, bidi.NSM, bidi.BN:
			return letters
		case bidi.WS:
			return space
		}
		return symbols
	}
	var out []string
	start, was := 0, none
	end := func(i int) {
		switch {
		case i == start:
		case was == symbols:
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

// number reports whether s has no letters.
func number(s string) bool { return !strings.ContainsFunc(s, unicode.IsLetter) }

// neutral reports whether s has neither letters nor digits.
func neutral(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
