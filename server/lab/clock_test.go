package lab

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestClockRunsOnFromWhatIsSet(t *testing.T) {
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

func TestClockTellsWhenItIsMoved(t *testing.T) {
	c := NewClock(time.Time{}, time.Now)
	first := c.Changed()
	select {
	case <-first:
		t.Fatal("a clock that only runs says it was moved")
	default:
	}
	c.Advance(time.Second)
	select {
	case <-first:
	default:
		t.Error("the move was not told")
	}
	select {
	case <-c.Changed():
		t.Error("one move was told twice")
	default:
	}
}
