package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func nobody(string) {}

// Messages about an invalid seed do not use Go's terms.
func TestUnusableSeed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "seed.json")
	for text, words := range map[string]string{
		`[]`:               `it has to be an object with a list of "accounts" (docs/seed.md)`,
		`"x"`:              `it has to be an object with a list of "accounts" (docs/seed.md)`,
		``:                 "it is empty",
		`{"accounts":[`:    "it ends too early",
		`{"acounts":[]}`:   "acounts: there is no such field",
		`{"accounts":[5]}`: "accounts[0]: wrong type: number",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := readSeed(file, nobody)
		if err == nil || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "Go ") || strings.Contains(err.Error(), "server:") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, _, err := readSeed(t.TempDir(), nobody); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("a directory: %v", err)
	}
}
