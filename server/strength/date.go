package strength

import (
	"strconv"
	"strings"

	"github.com/trustelem/zxcvbn/match"
)

// findDates finds dates such as 2026-11-30, 30.11.87 and 30111987.
func findDates(s string) (found []*match.Match) {
	for i := range len(s) {
		for n := len("1.9.87"); n <= len("2026-11-30") && i+n <= len(s); n++ {
			token := s[i : i+n]
			if year, mark, ok := date(token); ok {
				found = append(found, &match.Match{Pattern: "date", I: i, J: i + n - 1, Token: token, Year: year, Separator: mark})
			}
		}
	}
	return found
}

// dateMarks are the separators in dates.
const dateMarks = ` /\_.-`

// date reads a date in any usual order.
func date(token string) (year int, mark string, ok bool) {
	var splits [][]string
	switch at := strings.IndexAny(token, dateMarks); {
	case at >= 0:
		mark = token[at : at+1]
		splits = [][]string{strings.Split(token, mark)}
	case len(token) == 6:
		splits = [][]string{{token[:2], token[2:4], token[4:]}}
	case len(token) == 8:
		splits = [][]string{{token[:4], token[4:6], token[6:]}, {token[:2], token[2:4], token[4:]}}
	}
	for _, parts := range splits {
		if len(parts) != 3 {
			continue
		}
		for _, order := range [][3]int{{0, 1, 2}, {2, 0, 1}} { // the year comes first or last
			if year, ok := dateOf(parts[order[0]], parts[order[1]], parts[order[2]]); ok {
				return year, mark, true
			}
		}
	}
	return 0, "", false
}

// dateOf returns the year of a date, with day and month in either order.
func dateOf(year, a, b string) (int, bool) {
	x, okX := number(a, 2)
	y, okY := number(b, 2)
	z, okZ := number(year, len(year))
	if !okX || !okY || !okZ || min(x, y) < 1 || min(x, y) > 12 || max(x, y) > 31 {
		return 0, false
	}
	switch {
	case len(year) == 4 && z >= 1900 && z < 2100:
		return z, true
	case len(year) == 2 && z > 50:
		return 1900 + z, true
	case len(year) == 2:
		return 2000 + z, true
	}
	return 0, false
}

// number reads a number of one to most digits.
func number(s string, most int) (int, bool) {
	if s == "" || len(s) > most || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}
