package look

import "fyne.io/fyne/v2"

// font is the bundled font that has every character of s, or nil if none has. With
// nil Fyne searches: it reads its own font and one of the system for each weight,
// 4 MB and 20 ms each, which most windows in Latin script never need.
func (r Role) font(s string) fyne.Resource {
	if !bundled(s) {
		return nil
	}
	return Theme{}.Font(r.style())
}

// bundled reports whether each of the four bundled fonts has every character of s.
func bundled(s string) bool {
	for _, r := range s {
		if !inFonts(r) {
			return false
		}
	}
	return true
}

func inFonts(r rune) bool {
	switch {
	case r == 0xad, r == 'Ĳ', r == 'ĳ', r == 'ŉ': // a soft hyphen is not drawn, and the mono fonts have no Dutch digraph
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

// TextWidth is the width of s in points. Fyne caches it for a minute.
func (r Role) TextWidth(s string) float32 {
	size, _ := fyne.CurrentApp().Driver().RenderedTextSize(s, r.size(), r.style(), r.font(s))
	return size.Width
}
