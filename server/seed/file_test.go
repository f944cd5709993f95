package seed

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf16"
)

// A seed file in the encodings that other programs write is accepted, or the
// error says what to do.
func TestFileAsOtherProgramsWriteIt(t *testing.T) {
	t.Parallel()
	const plain = "{\n\"accounts\":[{\"username\":\"ada\",\"password\":\"grün-blau-gelb\"}]\n}\n"
	sixteen := func(mark string, big bool) string {
		var b strings.Builder
		b.WriteString(mark)
		for _, u := range utf16.Encode([]rune(plain)) {
			pair := []byte{byte(u), byte(u >> 8)}
			if big {
				pair[0], pair[1] = pair[1], pair[0]
			}
			b.Write(pair)
		}
		return b.String()
	}
	for name, file := range map[string]string{
		"plain": plain, "byte order mark": "\xef\xbb\xbf" + plain, "CR LF": strings.ReplaceAll(plain, "\n", "\r\n"),
		"byte order mark and CR LF": "\xef\xbb\xbf" + strings.ReplaceAll(plain, "\n", "\r\n"), "old CR": strings.ReplaceAll(plain, "\n", "\r"),
		"no final newline": strings.TrimSpace(plain), "more newlines": plain + "\r\n\r\n", "UTF-16LE": sixteen("\xff\xfe", false), "UTF-16BE": sixteen("\xfe\xff", true),
	} {
		s, err := Read(strings.NewReader(file))
		if err != nil || len(s.Accounts) != 1 || s.Accounts[0].Password != "grün-blau-gelb" {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	for name, tt := range map[string][2]string{
		"UTF-16 without a mark": {sixteen("", false), "save it as UTF-8"}, "Latin-1": {strings.ReplaceAll(plain, "ü", "\xfc"), "save it as UTF-8"},
		"binary": {"\x7fELF\x01\x00\x00", "not text"}, "only a byte order mark": {"\xef\xbb\xbf", "it is empty"},
		"quotation marks of a word processor": {"{\r\n“accounts”: []}", "line 2, column 1, at U+201C"},
		"a no-break space":                    {strings.Replace(plain, "[", "[\u00a0", 1), "line 2, column 13, at U+00A0"},
		"a comment":                           {plain[:2] + "// mine\n" + plain[2:], "line 2, column 1, at '/'"},
		"a comma too many":                    {`{"accounts":[],}`, "line 1, column 16, at '}'"},
		"cut off":                             {plain[:20], "it ends too early"},
	} {
		_, err := Read(strings.NewReader(tt[0]))
		var wrong *Error
		if !errors.As(err, &wrong) || wrong.Field != "file" || !strings.Contains(wrong.Reason, tt[1]) {
			t.Errorf("%s: %v; want %q", name, err, tt[1])
		}
	}
}

// R7: one account of a seed can own the server.
func TestOwnerInASeedR7(t *testing.T) {
	t.Parallel()
	if s, err := Read(strings.NewReader(`{"accounts":[{"username":"ada","password":"x","owner":true},{"username":"ben","password":"x"}]}`)); err != nil || !s.Accounts[0].Owner || s.Accounts[1].Owner {
		t.Errorf("%+v, %v", s, err)
	}
	_, err := Read(strings.NewReader(`{"accounts":[{"username":"ada","password":"x","owner":true},{"username":"ben","password":"x","owner":true}]}`))
	var wrong *Error
	if !errors.As(err, &wrong) || wrong.Field != "accounts[1].owner" {
		t.Errorf("two owners: %v", err)
	}
}
