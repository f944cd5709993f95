package print

import (
	"fmt"
	"strings"
)

// Text is the sheet as plain text for a file: UTF-8, each line ends with a newline.
func Text(s Sheet) (string, error) {
	w, err := s.words()
	if err != nil {
		return "", err
	}
	l := &layouter{sheet: s, words: w}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n", w.T("print.title"), l.owner())
	for _, c := range s.Codes {
		code := strings.Join(groups(c.Code), "-")
		switch c.State {
		case Used:
			code = strings.TrimSpace(code + " (" + w.T("print.used") + ")")
		case Void:
			code = strings.TrimSpace(code + " (" + w.T("print.void") + ")")
		}
		fmt.Fprintf(&b, "%2d  %s\n", c.Number, code)
	}
	for _, p := range l.advice() {
		if p.strong {
			b.WriteString("\n" + p.words + "\n")
			continue
		}
		b.WriteString(p.words + "\n")
	}
	return b.String(), nil
}
