package rawtext

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A FileError says what is wrong with a file and what to do. It does not quote the file.
type FileError struct{ Why string }

func (e *FileError) Error() string { return e.Why }

// Encoding names the encoding of a byte order mark other than the one of UTF-8. It returns
// "" if b does not begin with such a mark.
func Encoding(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe, 0, 0}), bytes.HasPrefix(b, []byte{0, 0, 0xfe, 0xff}):
		return "UTF-32"
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}), bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		return "UTF-16"
	}
	return ""
}

// Place describes the character of a text at a byte offset: "line 2, column 7, at U+201C".
// It does not quote the text.
func Place(text string, offset int) string {
	offset = min(max(offset, 0), len(text))
	for offset > 0 && offset < len(text) && !utf8.RuneStart(text[offset]) {
		offset--
	}
	before := text[:offset]
	line := before[strings.LastIndexByte(before, '\n')+1:]
	place := fmt.Sprintf("line %d, column %d", strings.Count(before, "\n")+1, utf8.RuneCountInString(line)+1)
	if offset == len(text) {
		return place
	}
	r, _ := utf8.DecodeRuneInString(text[offset:])
	if r > ' ' && r <= '~' {
		return fmt.Sprintf("%s, at %q", place, r)
	}
	return place + ", at " + (&CharError{r}).Name()
}

// File returns the text of a file as other programs write it: a byte order mark is
// removed, UTF-16 with a byte order mark is converted, CR LF and CR become LF, and the ^Z
// with which DOS programs end a text is removed. Error:
// *FileError for another encoding.
func File(b []byte) (string, error) {
	switch Encoding(b) {
	case "UTF-32":
		return "", &FileError{"the file is UTF-32; save it as UTF-8"}
	case "UTF-16":
		if b[0] == 0xff {
			return utf16Text(b[2:], binary.LittleEndian)
		}
		return utf16Text(b[2:], binary.BigEndian)
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if at := bytes.IndexByte(b, 0); at >= 0 {
		if len(b)%2 == 0 && len(b) >= 2 && (b[0] == 0) != (b[1] == 0) {
			return "", &FileError{"the file is UTF-16; save it as UTF-8"}
		}
		return "", &FileError{fmt.Sprintf("the file is not text: byte %d is zero", at+1)}
	}
	if !utf8.Valid(b) {
		at := 0
		for at < len(b) {
			r, size := utf8.DecodeRune(b[at:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			at += size
		}
		return "", &FileError{fmt.Sprintf("the file is not UTF-8: byte %d does not belong to a character; save it as UTF-8", at+1)}
	}
	return lines(string(b)), nil
}

func utf16Text(b []byte, order binary.ByteOrder) (string, error) {
	if len(b)%2 != 0 {
		return "", &FileError{"the file is UTF-16 and ends within a character; save it as UTF-8"}
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	for i := 0; i < len(units); i++ {
		if !utf16.IsSurrogate(rune(units[i])) {
			continue
		}
		if i+1 == len(units) || utf16.DecodeRune(rune(units[i]), rune(units[i+1])) == utf8.RuneError {
			return "", &FileError{"the file is UTF-16 with half a character; save it as UTF-8"}
		}
		i++
	}
	return lines(string(utf16.Decode(units))), nil
}

func lines(s string) string {
	s = strings.TrimSuffix(s, "\x1a")
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
