package lab

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestClockContinuesFromTheSetTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		c := NewClock(start, time.Now)
		if got := c.Now(); !got.Equal(start) {
			t.Fatalf("a new clock says %v", got)
		}
		<-time.After(90 * time.Second)
		if got, want := c.Now(), start.Add(90*time.Second); !got.Equal(want) {
			t.Errorf("after 90 s it says %v, want %v", got, want)
		}
		past := time.Date(2016, 3, 20, 23, 59, 59, 0, time.FixedZone("", 3600))
		c.Set(past)
		<-time.After(time.Second)
		if got, want := c.Now(), past.Add(time.Second); !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("it runs on to %v, want %v in UTC", got, want)
		}
		c.Advance(-time.Hour)
		if got, want := c.Now(), past.Add(time.Second-time.Hour); !got.Equal(want) {
			t.Errorf("moved back it says %v, want %v", got, want)
		}
		c.Restart()
		if got := c.Now(); !got.Equal(time.Now()) {
			t.Errorf("restarted it says %v, and not %v", got, time.Now())
		}
	})
}

func TestClockReportsMoves(t *testing.T) {
	c := NewClock(time.Time{}, time.Now)
	first := c.Changed()
	select {
	case <-first:
		t.Fatal("a clock that was not moved reports a change")
	default:
	}
	c.Advance(time.Second)
	select {
	case <-first:
	default:
		t.Error("the move was not reported")
	}
	select {
	case <-c.Changed():
		t.Error("one move was reported twice")
	default:
	}
}

// TestClockIsKept: the distance is saved before the clock is moved, and a new clock can
// continue from it.
func TestClockIsKept(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tick := func() time.Time { return at }
	var kept time.Duration
	full := error(nil)
	keep := func(ahead time.Duration) error {
		if full == nil {
			kept = ahead
		}
		return full
	}
	c := NewClock(time.Time{}, tick)
	c.Keep(0, keep)
	if err := c.Advance(time.Hour); err != nil || kept != time.Hour {
		t.Errorf("moved by an hour, %v is kept: %v", kept, err)
	}
	at = at.Add(time.Minute)
	again := NewClock(time.Time{}, tick)
	again.Keep(kept, keep)
	if got := again.Now(); !got.Equal(at.Add(time.Hour)) || !got.Equal(c.Now()) {
		t.Errorf("the next one says %v, the one before %v", got, c.Now())
	}
	if err := again.Set(at.Add(-time.Hour)); err != nil || kept != -time.Hour {
		t.Errorf("set back, %v is kept: %v", kept, err)
	}
	full = errors.New("no space")
	if err := again.Advance(time.Hour); !errors.Is(err, full) || !again.Now().Equal(at.Add(-time.Hour)) {
		t.Errorf("what can't be kept: %v, and it says %v", err, again.Now())
	}
	full = nil
	if err := again.Restart(); err != nil || kept != 0 {
		t.Errorf("restarted, %v is kept: %v", kept, err)
	}
}
