package assets

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"golang.org/x/text/language"
)

func english(t *testing.T) *Catalog {
	t.Helper()
	w, err := New("en")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestTextsWithArguments(t *testing.T) {
	t.Parallel()
	w := &Catalog{missing: map[string]bool{}, texts: map[string]text{
		"plain":      {"other": "Sign in"},
		"positional": {"other": "{1} before {0}"},
		"named":      {"other": "For {name} until {time}"},
		"open":       {"other": "a { b"},
	}}
	for _, tt := range []struct {
		key  string
		args []any
		want string
	}{
		{"plain", nil, "Sign in"},
		{"positional", []any{"a", 2}, "2 before a"},
		{"named", []any{Args{"name": "Mail", "time": "10:41"}}, "For Mail until 10:41"},
		{"named", []any{Args{"name": "Mail"}}, "For Mail until {time}"},
		{"positional", []any{"{1}", "x"}, "x before {1}"}, // arguments are not searched again
		{"open", []any{1}, "a { b"},
		{"nowhere", []any{1}, "nowhere"},
	} {
		if got := w.T(tt.key, tt.args...); got != tt.want {
			t.Errorf("T(%q, %v) = %q; want %q", tt.key, tt.args, got, tt.want)
		}
	}
	if got := w.Missing(); len(got) != 1 || got[0] != "nowhere" {
		t.Errorf("Missing() = %q; want the one key without a text", got)
	}
}

// R104
func TestPluralFormsFollowTheLanguage(t *testing.T) {
	t.Parallel()
	six := text{"zero": "zero", "one": "one", "two": "two", "few": "few", "many": "many", "other": "other"}
	for _, tt := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 0, "other"},
		{"en", 1, "one"},
		{"en", 2, "other"},
		{"ar", 0, "zero"},
		{"ar", 1, "one"},
		{"ar", 2, "two"},
		{"ar", 3, "few"},
		{"ar", 11, "many"},
		{"ar", 100, "other"},
		{"ru", 1, "one"},
		{"ru", 3, "few"},
		{"ru", 5, "many"},
		{"ru", 21, "one"},
		{"ja", 1, "other"},
	} {
		w := english(t)
		w.tag = mustParse(t, tt.lang)
		w.texts["six"] = six
		if got := w.N("six", tt.n); got != tt.want {
			t.Errorf("%s: the form for %d is %q; want %q", tt.lang, tt.n, got, tt.want)
		}
	}
}

func TestPluralTakesItsNumberAndMore(t *testing.T) {
	t.Parallel()
	w := english(t)
	w.texts["tries"] = text{"one": "{n} of {of} try", "other": "{n} of {of} tries, {0}"}
	if got := w.N("tries", 3, "then wait", Args{"of": 5}); got != "3 of 5 tries, then wait" {
		t.Errorf("got %q", got)
	}
	if got := w.N("tries", 1, Args{"of": 5}); got != "1 of 5 try" {
		t.Errorf("got %q", got)
	}
}

func TestUnknownLanguageIsAnError(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"tlh", "not a tag", ""} {
		if _, err := New(lang); !errors.Is(err, ErrLanguage) {
			t.Errorf("New(%q): %v; want ErrLanguage", lang, err)
		}
	}
	if w, err := New("en-GB"); err != nil || w.T("when.today") != "Today" {
		t.Errorf("en-GB should use the English texts: %v", err)
	}
}

func TestKeyInTwoFilesIsAnError(t *testing.T) {
	t.Parallel()
	_, err := load(fstest.MapFS{
		"translations/xx/a.json": {Data: []byte(`{"k": "1"}`)},
		"translations/xx/b.json": {Data: []byte(`{"k": "2"}`)},
	}, "xx")
	if err == nil {
		t.Error("two files with the same key load without an error")
	}
	for _, bad := range []string{`{"k": {"one": "1"}}`, `{"k": {"three": "3", "other": ""}}`, `{"k": 1}`} {
		if _, err := load(fstest.MapFS{"translations/xx/a.json": {Data: []byte(bad)}}, "xx"); err == nil {
			t.Errorf("%s loads without an error", bad)
		}
	}
}

func TestPseudoLanguages(t *testing.T) {
	t.Parallel()
	en := english(t)
	long, err := New(PseudoLong)
	if err != nil {
		t.Fatal(err)
	}
	right, err := New(PseudoRight)
	if err != nil {
		t.Fatal(err)
	}
	plain, longer := 0, 0
	for _, key := range en.Keys() {
		plain += utf8.RuneCountInString(en.T(key))
		longer += utf8.RuneCountInString(long.T(key))
		for _, w := range []*Catalog{long, right} {
			if got, want := braced(w.T(key)), braced(en.T(key)); got != want {
				t.Errorf("%s: arguments are %s; want %s", key, got, want)
			}
		}
		if strings.ContainsFunc(argumentless(right.T(key)), func(r rune) bool { return r >= 'a' && r <= 'z' }) {
			t.Errorf("%s: Latin letters in %q", key, right.T(key))
		}
	}
	if longer < plain*125/100 {
		t.Errorf("the long language has %d characters, English %d", longer, plain)
	}
}

var braces = regexp.MustCompile(`\{[^}]*\}`)

func braced(s string) string       { return strings.Join(braces.FindAllString(s, -1), "") }
func argumentless(s string) string { return braces.ReplaceAllString(s, "") }

// Every key that appears in the source of the window and of assets/explain has an
// English text.
func TestEveryKeyInTheSourceHasAText(t *testing.T) {
	t.Parallel()
	w := english(t)
	asks := regexp.MustCompile(`\.[TN]\("([a-z][a-z0-9]*[.][a-z0-9._-]*[a-z0-9])"`)
	visit := func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range asks.FindAllStringSubmatch(string(src), -1) {
			if !w.Has(m[1]) {
				t.Errorf("%s uses %q, which has no text", path, m[1])
			}
		}
		return nil
	}
	for _, dir := range []string{"../ui", "explain"} {
		if err := filepath.WalkDir(dir, visit); err != nil {
			t.Fatal(err)
		}
	}
}

func mustParse(t *testing.T, lang string) language.Tag {
	t.Helper()
	tag, err := language.Parse(lang)
	if err != nil {
		t.Fatal(err)
	}
	return tag
}
