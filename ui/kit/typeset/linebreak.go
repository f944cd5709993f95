package typeset

import (
	"strings"

	"github.com/go-text/typesetting/segmenter"
)

// Lines sets words in lines no wider than w: at the places where Unicode
// Annex 14 allows a line to end (spaces, between CJK signs, after hyphens), and
// inside a word only when the word alone is wider than a line. A newline always
// ends a line. measure is asked once for every unbreakable piece, so that long
// text costs time in proportion to its length.
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

// breakWord cuts a word that is wider than a line between what people see as
// characters (grapheme clusters, Unicode Annex 29). A piece holds at least one.
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

// longest is how many of the marks fit in w. It looks at ever longer beginnings,
// then halves, so a word of n marks is never measured as a whole.
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

func Graphemes(s string) []string {
	var seg segmenter.Segmenter
	seg.InitWithString(s)
	var out []string
	for it := seg.GraphemeIterator(); it.Next(); {
		out = append(out, string(it.Grapheme().Text))
	}
	return out
}

// Ellipsis is s, or as much of its beginning as fits in w with an ellipsis.
func Ellipsis(s string, w float32, measure func(string) float32) string {
	const look = 256 // signs that are measured before we know it is long
	head := s
	if cut := RuneIndex(s, look); cut < len(s) {
		head = s[:cut]
	}
	if w <= 0 || len(head) == len(s) && measure(s) <= w+.5 {
		return s
	}
	marks := Graphemes(head)
	for len(head) < len(s) && measure(head) <= w { // wider than usual: look further
		head = s[:RuneIndex(s, 2*len(marks))]
		marks = Graphemes(head)
	}
	if len(head) == len(s) && measure(s) <= w+.5 {
		return s
	}
	n := longest(marks, w-measure("…"), measure)
	return strings.TrimSpace(strings.Join(marks[:n], "")) + "…"
}

// RuneIndex is where the rune after the first n begins, or the end.
func RuneIndex(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}
