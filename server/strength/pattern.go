package strength

import (
	"strings"

	"github.com/trustelem/zxcvbn/adjacency"
	"github.com/trustelem/zxcvbn/match"
	"github.com/trustelem/zxcvbn/scoring"
)

// findSequences finds runs such as abcd and 8765.
func findSequences(s string) (found []*match.Match) {
	for i := 0; i+2 < len(s); {
		step := int(s[i+1]) - int(s[i])
		j := i + 1
		for j+1 < len(s) && int(s[j+1])-int(s[j]) == step {
			j++
		}
		if (step == 1 || step == -1) && j-i >= 2 && s[i] < 0x80 {
			found = append(found, &match.Match{Pattern: "sequence", I: i, J: j, Token: s[i : j+1], Ascending: step > 0})
		}
		i = j
	}
	return found
}

// findWalks finds walks over the keyboard, such as qwerty and 1qaz.
func findWalks(s string) (found []*match.Match) {
	for _, name := range []string{"qwerty", "keypad"} {
		graph := adjacency.Graphs[name].Graph
		for i := 0; i+2 < len(s); {
			j, turns, shifted, last := i, 0, 0, -1
			for ; j+1 < len(s); j++ {
				direction, shift := towards(graph, s[j], s[j+1])
				if direction < 0 {
					break
				}
				if direction != last {
					turns++
				}
				if shift {
					shifted++
				}
				last = direction
			}
			if j-i >= 2 {
				found = append(found, &match.Match{Pattern: "spatial", I: i, J: j, Token: s[i : j+1], Graph: name, Turns: turns, ShiftedCount: shifted})
			}
			i = max(j, i+1)
		}
	}
	return found
}

// towards returns the direction from a key to its neighbour, and whether the
// neighbour is typed with Shift. The direction is -1 if the keys are not
// neighbours.
func towards(graph map[string][]string, from, to byte) (direction int, shift bool) {
	for direction, keys := range graph[string(from)] {
		if at := strings.IndexByte(keys, to); at >= 0 {
			return direction, at == 1
		}
	}
	return -1, false
}

// findYears finds the years from 1900 to 2099.
func findYears(s string) (found []*match.Match) {
	for i := 0; i+4 <= len(s); i++ {
		year := s[i : i+4]
		if (year[:2] == "19" || year[:2] == "20") && digit(year[2]) && digit(year[3]) {
			found = append(found, &match.Match{Pattern: "regex", RegexName: "recent_year", I: i, J: i + 3, Token: year})
		}
	}
	return found
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// findRepeats finds repeated units: aaa, abcabc. others are matches found
// before. They tell how hard the unit is to guess.
func findRepeats(s string, others []*match.Match) (found []*match.Match) {
	bases := map[string]float64{}
	for unit := 1; unit <= len(s)/2; unit++ {
		for i := 0; i+2*unit <= len(s); {
			base, end := s[i:i+unit], i+unit
			for end+unit <= len(s) && s[end:end+unit] == base {
				end += unit
			}
			times := (end - i) / unit
			if times < 2 || end-i < 3 {
				i++
				continue
			}
			if _, known := bases[base]; !known {
				bases[base] = scoring.MostGuessableMatchSequence(base, within(others, i, unit), false).Guesses
			}
			found = append(found, &match.Match{
				Pattern: "repeat", I: i, J: end - 1, Token: s[i:end],
				BaseToken: base, BaseGuesses: bases[base], RepeatCount: times,
			})
			i = end - unit + 1
		}
	}
	return found
}

// within returns the matches inside one unit, with positions relative to its
// start.
func within(all []*match.Match, start, length int) (inside []*match.Match) {
	for _, m := range all {
		if m.I >= start && m.J < start+length {
			moved := *m
			moved.I, moved.J, moved.Guesses = m.I-start, m.J-start, 0
			inside = append(inside, &moved)
		}
	}
	return inside
}
