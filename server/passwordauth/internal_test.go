package passwordauth

import (
	"fmt"
	"testing"
	"time"

	"nightlatch/server/store/seal"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestRepeats(t *testing.T) {
	t.Parallel()
	var r repeats
	if r.recent("a", noon) {
		t.Error("nothing was added")
	}
	r.add("a", noon)
	r.add("", noon)
	for d, want := range map[time.Duration]bool{0: true, repeatAfter - 1: true, repeatAfter: false, -repeatAfter: false} {
		if got := r.recent("a", noon.Add(d)); got != want {
			t.Errorf("%v later: %v", d, got)
		}
	}
	for i := range repeatsKept + 10 {
		r.add(fmt.Sprint(i), noon)
	}
	if len(r.when) > repeatsKept {
		t.Errorf("%d are kept", len(r.when))
	}
}

func FuzzToken(f *testing.F) {
	k := tokens{seal.New([32]byte{1})}
	f.Add("nlo_")
	f.Add("nlo_AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := k.read(text); err == nil {
			t.Errorf("%q is %+v", text, got)
		}
	})
}
