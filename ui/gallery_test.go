package ui

import (
	"os"
	"strings"
	"testing"
)

// TestGallery draws pictures into the directory that NIGHTLATCH_GALLERY names,
// all of them or those whose name begins with NIGHTLATCH_SHOTS.
func TestGallery(t *testing.T) {
	dir := os.Getenv("NIGHTLATCH_GALLERY")
	if dir == "" {
		dir = t.TempDir()
	}
	var some []shot
	for _, s := range shots() {
		if strings.HasPrefix(s.name, os.Getenv("NIGHTLATCH_SHOTS")) {
			some = append(some, s)
		}
	}
	var how []dress
	for _, d := range dresses() {
		if want := os.Getenv("NIGHTLATCH_DRESS"); want == "" || strings.Contains(want, d.name) {
			how = append(how, d)
		}
	}
	if err := gallery(dir, how, some); err != nil {
		t.Fatal(err)
	}
}
