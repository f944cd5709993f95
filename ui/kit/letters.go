package kit

import "fyne.io/fyne/v2"

// Words are drawn with one of the four bundled fonts alone where that has all
// their signs. Otherwise Fyne looks further: it then reads its own font and one of
// the system's for each weight, 4 MB and 20 ms a piece, which most windows in a
// Latin script never need.

// font is the bundled font that draws all of s, or nil where Fyne is to look
// further.
func (r Role) font(s string) fyne.Resource {
	if !bundled(s) {
		return nil
	}
	return Theme{}.Font(r.style())
}

// bundled tells whether each bundled font has every sign of s.
func bundled(s string) bool {
	for _, sign := range s {
		if !hasSign(sign) {
			return false
		}
	}
	return true
}

func hasSign(r rune) bool {
	switch {
	case r == 0xad, r == 'Ĳ', r == 'ĳ', r == 'ŉ': // a soft hyphen is none, and mono has no Dutch digraph
		return false
	case r >= ' ' && r <= '~', r >= 0xa1 && r <= 0x17f: // Latin
		return true
	case r >= 0x410 && r <= 0x44f: // Russian
		return true
	}
	switch r {
	case 0xa0, '–', '—', '‘', '’', '“', '”', '„', '…', '•', '€':
		return true
	}
	return false
}

// width measures words in points. Fyne keeps what it measured for a minute.
func (r Role) width(s string) float32 {
	size, _ := fyne.CurrentApp().Driver().RenderedTextSize(s, r.size(), r.style(), r.font(s))
	return size.Width
}
