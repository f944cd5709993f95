package assets

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"nightlatch/assets/region"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed translations
var translations embed.FS

// ErrLanguage reports a language that has no translation here.
var ErrLanguage = errors.New("assets: no such language")

// Pseudo languages are made from English at run time, to check screens with long texts
// and with text from right to left.
const (
	PseudoLong  = "qps" // accented and about two fifths longer
	PseudoRight = "qpa" // Arabic letters
)

// Args are named arguments: {name} in the text.
type Args map[string]any

// A Catalog has the texts of one language: for each key a text, or the plural forms of
// CLDR (zero, one, two, few, many, other). It is safe for concurrent use.
type Catalog struct {
	tag   language.Tag
	texts map[string]text
	alter func(string) string // pseudo languages

	region region.Settings

	mu      sync.Mutex
	missing map[string]bool
}

// A text has the plural forms of one key; a text without plural has only "other".
type text map[string]string

// UnmarshalJSON decodes a string or an object of plural forms.
func (t *text) UnmarshalJSON(b []byte) error {
	var plain string
	if err := json.Unmarshal(b, &plain); err == nil {
		*t = text{"other": plain}
		return nil
	}
	var forms map[string]string
	if err := json.Unmarshal(b, &forms); err != nil {
		return err
	}
	for f := range forms {
		if !slices.Contains([]string{"zero", "one", "two", "few", "many", "other"}, f) {
			return fmt.Errorf("assets: unknown plural form %q", f)
		}
	}
	if _, ok := forms["other"]; !ok {
		return errors.New(`assets: plural forms without "other"`)
	}
	*t = forms
	return nil
}

// Languages are the tags of the languages with a translation, English first.
func Languages() []string {
	dirs, err := translations.ReadDir("translations")
	if err != nil {
		panic("assets: " + err.Error()) // cannot happen: it is embedded
	}
	tags := []string{"en"}
	for _, d := range dirs {
		if d.IsDir() && d.Name() != "en" {
			tags = append(tags, d.Name())
		}
	}
	return tags
}

// New loads the catalog of a language (a BCP 47 tag: "de", "pt-BR"). Keys without a
// translation have the English text. Error: ErrLanguage.
func New(lang string) (*Catalog, error) {
	w := &Catalog{missing: map[string]bool{}}
	var err error
	if w.texts, err = load(translations, "en"); err != nil {
		return nil, err
	}
	switch lang {
	case "en":
		w.tag = language.English
	case PseudoLong:
		w.tag, w.alter = language.English, lengthen
	case PseudoRight:
		w.tag, w.alter = language.English, turn
	default:
		tag, err := language.Parse(lang)
		if err != nil {
			return nil, fmt.Errorf("%w: %q", ErrLanguage, lang)
		}
		own, err := loadNearest(tag)
		if err != nil {
			return nil, err
		}
		w.tag = tag
		maps.Copy(w.texts, own)
	}
	return w, nil
}

// loadNearest loads the translation for a tag or its parent ("pt" for "pt-BR").
func loadNearest(tag language.Tag) (map[string]text, error) {
	have := Languages()
	for t := tag; ; t = t.Parent() {
		if slices.Contains(have, t.String()) {
			return load(translations, t.String())
		}
		if t.IsRoot() {
			return nil, fmt.Errorf("%w: %q", ErrLanguage, tag)
		}
	}
}

// load merges the files of one language. Each part of the program has its own file; a
// key must be in only one of them.
func load(from fs.FS, lang string) (map[string]text, error) {
	files, err := fs.Glob(from, "translations/"+lang+"/*.json")
	if err != nil {
		return nil, err
	}
	all, where := map[string]text{}, map[string]string{}
	for _, f := range files {
		src, err := fs.ReadFile(from, f)
		if err != nil {
			return nil, err
		}
		var texts map[string]text
		if err := json.Unmarshal(src, &texts); err != nil {
			return nil, fmt.Errorf("assets: %s: %w", f, err)
		}
		for k, t := range texts {
			if first, ok := where[k]; ok {
				return nil, fmt.Errorf("assets: key %q is in %s and in %s", k, path.Base(first), path.Base(f))
			}
			where[k] = f
			all[k] = t
		}
	}
	return all, nil
}

// Tag is the language.
func (w *Catalog) Tag() language.Tag { return w.tag }

// Has reports whether there is a text for the key.
func (w *Catalog) Has(key string) bool { _, ok := w.texts[key]; return ok }

// Keys returns all keys, sorted.
func (w *Catalog) Keys() []string {
	keys := make([]string, 0, len(w.texts))
	for k := range w.texts {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// T returns the text for a key. {0}, {1} … are replaced by positional arguments, or
// {name} by those of an Args, which is then the only argument. For a key without a text
// it returns the key, and Missing reports it.
func (w *Catalog) T(key string, args ...any) string {
	return w.fill(key, "other", args)
}

// N returns the text for a key in the plural form for n. {n} is replaced by n.
func (w *Catalog) N(key string, n int, args ...any) string {
	named := Args{"n": n}
	for i, a := range args {
		if m, ok := a.(Args); ok {
			maps.Copy(named, m)
		} else {
			named[fmt.Sprint(i)] = a
		}
	}
	return w.fill(key, w.form(n), []any{named})
}

// form is CLDR's name for the plural form of an integer.
func (w *Catalog) form(n int) string {
	if n < 0 {
		n = -n
	}
	switch plural.Cardinal.MatchPlural(w.tag, n, 0, 0, 0, 0) {
	case plural.Zero:
		return "zero"
	case plural.One:
		return "one"
	case plural.Two:
		return "two"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	}
	return "other"
}

func (w *Catalog) fill(key, form string, args []any) string {
	t, ok := w.texts[key]
	if !ok {
		w.mu.Lock()
		w.missing[key] = true
		w.mu.Unlock()
		return key
	}
	s, ok := t[form]
	if !ok {
		s = t["other"]
	}
	if w.alter != nil {
		s = outsideBraces(s, w.alter)
	}
	return expand(s, args)
}

// Missing returns the keys without a text that T or N was called with, sorted.
func (w *Catalog) Missing() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	keys := make([]string, 0, len(w.missing))
	for k := range w.missing {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// expand replaces {…} by the arguments. A name without an argument stays, so that the
// mistake is visible.
func expand(s string, args []any) string {
	if len(args) == 0 || !strings.Contains(s, "{") {
		return s
	}
	named, _ := args[0].(Args)
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "{")
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		name, after, ok := strings.Cut(rest, "}")
		if !ok {
			out.WriteString("{" + rest)
			return out.String()
		}
		out.WriteString(argument(name, named, args))
		s = after
	}
}

func argument(name string, named Args, args []any) string {
	if v, ok := named[name]; ok {
		return fmt.Sprint(v)
	}
	for i, v := range args {
		if _, ok := v.(Args); !ok && fmt.Sprint(i) == name {
			return fmt.Sprint(v)
		}
	}
	return "{" + name + "}"
}

// Alter converts English sample text to a pseudo language. Other languages do not change
// it.
func (w *Catalog) Alter(english string) string {
	if w.alter == nil {
		return english
	}
	return w.alter(english)
}
