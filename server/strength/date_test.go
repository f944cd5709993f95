package strength

import "testing"

// Dates are recognised in every usual order and with every usual separator.
// Texts that only look like dates are not.
func TestDates(t *testing.T) {
	t.Parallel()
	for _, date := range []string{"2026-11-30", "30.11.2026", "11/30/2026", "1.9.1987", "30111987", "19871130", "301187x9", "30 11 1987"} {
		if guesses, pattern := Judge(date); guesses > 1e7 || pattern != Date {
			t.Errorf("%s: %g guesses, pattern %q", date, guesses, pattern)
		}
	}
	for _, other := range []string{"41-52-9963", "99887341", "2026-33-32", "1-2", "12-34.5678", "30..11.2026", "1--2-3"} {
		if found := findDates(other); len(found) != 0 {
			t.Errorf("%s: taken for a date: %+v", other, found[0])
		}
	}
}
