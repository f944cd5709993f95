package assets

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Every text is used: by its key, or by a key that is composed, such as "error." + code +
// ".what".
func TestEveryTextIsUsed(t *testing.T) {
	t.Parallel()
	pieces := piecesOfSource(t, ".", "../app", "../server", "../ui")
	var fits func(rest string) bool
	fits = func(rest string) bool {
		for n := len(rest); n > 1; n-- {
			if pieces[rest[:n]] && fits(rest[n:]) {
				return true
			}
		}
		return rest == "" || strings.ContainsAny(rest[:1], ".-0123456789") && fits(rest[1:])
	}
	for _, key := range english(t).Keys() {
		asked := pieces[key]
		for n := strings.Index(key, ".") + 1; n < len(key) && !asked; n++ {
			asked = pieces[key[:n]] && fits(key[n:])
		}
		if !asked {
			t.Errorf("the text %q is not used", key)
		}
	}
}

// Texts for users are calm and say "you" and "we": no exclamation marks, not "the user",
// and titles without a full stop.
func TestTextsAreCalm(t *testing.T) {
	t.Parallel()
	loud := regexp.MustCompile(`(?i)!|\b(error|invalid|users?)\b`)
	w := english(t)
	for _, key := range w.Keys() {
		for _, form := range w.texts[key] {
			if said := loud.FindString(strings.ReplaceAll(strings.ToLower(form), "user name", "")); said != "" {
				t.Errorf("%s has %q: %s", key, said, form)
			}
			if strings.HasPrefix(key, "error.") && strings.HasSuffix(key, ".what") && strings.HasSuffix(form, ".") {
				t.Errorf("%s is a title and ends with a full stop: %s", key, form)
			}
		}
	}
}

// A key on a reader is lifted. What to do with a key that has to be plugged in has another
// text for a reader, unless it is about USB alone.
func TestKeysOnReadersAreNotUnplugged(t *testing.T) {
	t.Parallel()
	usb := regexp.MustCompile(`^error\.key_(none|no_reader|readers_denied|no_permission|reset_late)\.`)
	plugs := regexp.MustCompile(`(?i)plug|^remove`)
	w := english(t)
	for _, key := range w.Keys() {
		if !strings.HasPrefix(key, "error.key_") || usb.MatchString(key) {
			continue
		}
		onReader := strings.Contains(key, ".reader.")
		at := strings.LastIndex(key, ".")
		for _, form := range w.texts[key] {
			switch {
			case onReader && plugs.MatchString(form):
				t.Errorf("%s: %s", key, form)
			case !onReader && plugs.MatchString(form) && !w.Has(key[:at]+".reader"+key[at:]):
				t.Errorf("%s has no text for a reader: %s", key, form)
			}
		}
	}
}

var (
	templateAction = regexp.MustCompile(`\{\{.*?\}\}`)
	quotedPiece    = regexp.MustCompile(`"([^"]*)"`)
)

// piecesOfSource are the string literals in the Go files and templates of the
// directories, without tests.
func piecesOfSource(t *testing.T, directories ...string) map[string]bool {
	t.Helper()
	pieces := map[string]bool{}
	for _, dir := range directories {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			template := strings.HasSuffix(path, ".tmpl")
			if err != nil || d.IsDir() || !template && !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if template { // its calls are written as in Go
				for _, action := range templateAction.FindAll(src, -1) {
					for _, m := range quotedPiece.FindAllSubmatch(action, -1) {
						pieces[string(m[1])] = true
					}
				}
				return nil
			}
			var s scanner.Scanner
			s.Init(token.NewFileSet().AddFile(path, -1, len(src)), src, nil, 0)
			for _, kind, text := s.Scan(); kind != token.EOF; _, kind, text = s.Scan() {
				if kind != token.STRING {
					continue
				}
				if piece, err := strconv.Unquote(text); err == nil {
					piece, _, _ = strings.Cut(piece, "%") // "when.month.%d"
					pieces[piece] = true
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return pieces
}
