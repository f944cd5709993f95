package typeset

import (
	"strings"

	"github.com/go-text/typesetting/segmenter"
)

// Lines breaks text into lines no wider than w. It breaks where Unicode Annex 14
// allows it (at spaces, between CJK characters, after hyphens), and inside a word only
// if the word alone is wider than a line. A newline always ends a line. measure is
// called once for each unbreakable piece, so the time is proportional to the length.
func Lines(words string, w float32, measure func(string) float32) []string {
	var lines []string
	for para := range strings.SplitSeq(words, "\n") {
		lines = append(lines, breakParagraph(para, w, measure)...)
	}
	return lines
}

func breakParagraph(para string, w float32, measure func(string) float32) []string {
	if para == "" {
		return []string{""}
	}
	var seg segmenter.Segmenter
	seg.InitWithString(para)
	var lines []string
	var line strings.Builder
	used := float32(0) // width of line, with its trailing spaces
	end := func() {
		lines = append(lines, strings.TrimRight(line.String(), " \t"))
		line.Reset()
		used = 0
	}
	for it := seg.LineIterator(); it.Next(); {
		piece := string(it.Line().Text)
		ink := strings.TrimRight(piece, " \t")
		if used > 0 && used+measure(ink) > w {
			end()
		}
		if measure(ink) > w {
			pieces := breakWord(ink, w, measure)
			for _, p := range pieces[:len(pieces)-1] {
				line.WriteString(p)
				end()
			}
			piece = pieces[len(pieces)-1] + piece[len(ink):]
		}
		line.WriteString(piece)
		used += measure(piece)
	}
	if line.Len() > 0 {
		end()
	}
	return lines
}

// breakWord cuts a word that is wider than a line between grapheme clusters (Unicode
// Annex 29). A piece has at least one.
func breakWord(word string, w float32, measure func(string) float32) []string {
	marks := Graphemes(word)
	var pieces []string
	for len(marks) > 0 {
		n := max(1, longest(marks, w, measure))
		pieces = append(pieces, strings.Join(marks[:n], ""))
		marks = marks[n:]
	}
	return pieces
}

// longest is the number of clusters that fit in w. It measures longer and longer
// prefixes and then searches by halves, so a long word is never measured whole.
func longest(marks []string, w float32, measure func(string) float32) int {
	fits := func(n int) bool { return measure(strings.Join(marks[:n], "")) <= w }
	low, high := 0, 8
	for high < len(marks) && fits(high) {
		low, high = high, high*2
	}
	high = min(high, len(marks))
	if fits(high) {
		return high
	}
	for low+1 < high {
		if mid := (low + high) / 2; fits(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// Graphemes cuts text into grapheme clusters (Unicode Annex 29), which people see as
// characters.
func Graphemes(s string) []string {
	var seg segmenter.Segmenter
	seg.InitWithString(s)
	var out []string
	for it := seg.GraphemeIterator(); it.Next(); {
		out = append(out, string(it.Grapheme().Text))
	}
	return out
}

// Ellipsis is s if it fits in w, else as much of its beginning as fits with an
// ellipsis.
func Ellipsis(s string, w float32, measure func(string) float32) string {
	const look = 256 // characters measured at first; s may be very long
	head := s
	if cut := RuneIndex(s, look); cut < len(s) {
		head = s[:cut]
	}
	if w <= 0 || len(head) == len(s) && measure(s) <= w+.5 {
		return s
	}
	marks := Graphemes(head)
	for len(head) < len(s) && measure(head) <= w { // narrow characters: measure more
		head = s[:RuneIndex(s, 2*len(marks))]
		marks = Graphemes(head)
	}
	if len(head) == len(s) && measure(s) <= w+.5 {
		return s
	}
	n := longest(marks, w-measure("…"), measure)
	return strings.TrimSpace(strings.Join(marks[:n], "")) + "…"
}

// RuneIndex is the byte offset after the first n runes of s, or len(s).
func RuneIndex(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}
