package rawtext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Shown returns a name or label that people read: in NFC, trimmed, 1 to limit
// code points. Emoji sequences, flags, joiners and private use (logos) stay.
// Characters that only mark where a line may break are dropped, because the
// text has one line. Errors: ErrEncoding, ErrLong, ErrEmpty; *CharError for a
// control or a character that reorders or hides other text.
func Shown(s string, limit int) (string, error) {
	if len(s) > limit*maxBytesPerRune {
		return "", ErrLong
	}
	if !utf8.ValidString(s) {
		return "", ErrEncoding
	}
	if r, bad := Unshowable(s); bad {
		return "", &CharError{r}
	}
	s = strings.Map(func(r rune) rune {
		if breakHint(r) {
			return -1
		}
		return r
	}, norm.NFC.String(s))
	s = strings.TrimSpace(s)
	switch {
	case !strings.ContainsFunc(s, visible):
		return "", ErrEmpty
	case utf8.RuneCountInString(s) > limit:
		return "", ErrLong
	}
	return s, nil
}

// Unshowable returns the first character for which Shown refuses a text.
func Unshowable(s string) (r rune, bad bool) {
	tag := 0 // characters of an emoji tag sequence that may follow (UTS 51, ED-14a)
	for _, r := range s {
		switch {
		case r == 0x1f3f4: // the base of the flags of England, Scotland and Wales
			tag = 7
		case r >= 0xe0020 && r <= 0xe007f && tag > 0:
			tag--
		default:
			tag = 0
			if unshowable(r) {
				return r, true
			}
		}
	}
	return 0, false
}

// unshowable reports controls, line ends, and characters that reorder or hide
// other text. Tags outside an emoji spell an invisible text. An annotation may
// replace its base text.
func unshowable(r rune) bool {
	return unicode.IsControl(r) || ends(r) || reorders(r) ||
		r >= 0xfff9 && r <= 0xfffb || r >= 0xe0000 && r <= 0xe007f
}

// Hidden reports a character that a single-line text field does not accept:
// those that Shown refuses or drops, except tags, which are part of some
// flags.
func Hidden(r rune) bool {
	return (unshowable(r) || breakHint(r)) && !(r >= 0xe0020 && r <= 0xe007f)
}

// breakHint reports the soft hyphen, the zero width space, the word joiner, the byte order
// mark and the Mongolian vowel separator.
func breakHint(r rune) bool {
	return r == 0xad || r == 0x200b || r == 0x2060 || r == 0xfeff || r == 0x180e
}

func visible(r rune) bool { return !unicode.IsSpace(r) && !unseen(r) && r != '\u2800' }
