package typeset

import (
	"slices"
	"testing"
)

func TestRightToLeftFollowsTheFirstStrongCharacter(t *testing.T) {
	for words, want := range map[string]bool{
		"":                   false,
		"123 – ?":            false,
		"Sign in":            false,
		"Sign in שלום":       false,
		"שלום Nightlatch":    true,
		"5 من 8":             true,
		"“العربية” (Arabic)": true,
	} {
		if got := RightToLeft(words); got != want {
			t.Errorf("RightToLeft(%q) = %v", words, got)
		}
	}
}

func TestPiecesStandInTheOrderTheyAreSeen(t *testing.T) {
	for _, tt := range []struct {
		name, line string
		want       []string
	}{
		{"left to right stays whole", "Ünïcode, “quoted” 123", []string{"Ünïcode, “quoted” 123"}},
		{"hebrew words are reversed", "אב גד", []string{"גד", " ", "אב"}},
		{"the full stop is at the left end", "אב.", []string{".", "אב"}},
		{"brackets are mirrored", "אב (גד)", []string{"(", "גד", ")", " ", "אב"}},
		{"a number keeps its digits", "אב 09:41 גד", []string{"גד", " ", "09:41", " ", "אב"}},
		{"a number begins", "5 אב", []string{"אב", " ", "5"}},
		{"latin inside", "אב USB גד", []string{"גד", " ", "USB", " ", "אב"}},
		{"hebrew inside latin", "Key אב גד is", []string{"Key ", "גד", " ", "אב", " is"}},
		{"number inside hebrew inside latin", "Key אב 12 גד is", []string{"Key ", "גד", " ", "12", " ", "אב", " is"}},
	} {
		if got := VisualRuns(tt.line, RightToLeft(tt.line)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q; want %q", tt.name, got, tt.want)
		}
	}
}
