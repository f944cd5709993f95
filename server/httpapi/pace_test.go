package httpapi

import (
	"fmt"
	"testing"
	"time"
)

// One session can make many changes at once, but at a limited rate. Other
// sessions are not affected.
func TestPace(t *testing.T) {
	t.Parallel()
	var p pace
	made := 0
	for range 10_000 {
		if _, ok := p.allow("a", noon); ok {
			made++
		}
	}
	if made != paceBurst {
		t.Errorf("%d changes at one time; want %d", made, paceBurst)
	}
	retry, ok := p.allow("a", noon)
	if ok || retry.Sub(noon) != paceEvery {
		t.Errorf("retry after %v", retry.Sub(noon))
	}
	if _, ok := p.allow("a", retry); !ok {
		t.Error("refused at the time in the answer")
	}
	if _, ok := p.allow("b", noon); !ok {
		t.Error("another session was refused")
	}
	if _, ok := p.allow("a", noon.Add(-24*time.Hour)); !ok {
		t.Error("refused after the clock was set back")
	}
	for i := range 3 * paceSessions {
		p.allow(fmt.Sprint(i), noon.Add(time.Duration(i)*paceEvery*2))
	}
	if len(p.full) > paceSessions+1 {
		t.Errorf("%d sessions are kept", len(p.full))
	}
}
