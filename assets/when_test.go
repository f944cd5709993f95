package assets

import (
	"testing"
	"time"

	"nightlatch/assets/region"
)

func TestWhen(t *testing.T) {
	t.Parallel()
	w := english(t)
	us := w.In(region.Settings{TwelveHour: true, MonthFirst: true})
	zone := time.FixedZone("two east", 2*3600)
	now := time.Date(2026, 11, 22, 9, 41, 18, 0, zone)
	for _, tt := range []struct {
		name, got, want string
	}{
		{"earlier today", w.Moment(now, now.Add(-9*time.Hour)), "00:41"},
		{"in another zone, still today", w.Moment(now, time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC)), "01:30"},
		{"late last night", w.Moment(now, now.Add(-10*time.Hour)), "Yesterday"},
		{"this year", w.Moment(now, now.AddDate(0, 0, -19)), "3 November"},
		{"another year", w.Moment(now, now.AddDate(-1, 0, 0)), "22 November 2025"},
		{"next midnight", w.Day(now, now.Add(15*time.Hour)), "Tomorrow"},
		{"in full", w.DayAndClock(now, now.Add(-12*time.Hour)), "Yesterday, 21:41"},
		{"weekday", w.Weekday(now), "Sunday 22 November"},
		{"just now", w.Ago(now, now.Add(-59*time.Second)), "Just now"},
		{"a minute", w.Ago(now, now.Add(-61*time.Second)), "1 minute ago"},
		{"hours", w.Ago(now, now.Add(-3*time.Hour)), "3 hours ago"},
		{"days", w.Ago(now, now.Add(-12*24*time.Hour)), "12 days ago"},
		{"a clock that went back", w.Ago(now, now.Add(time.Hour)), "Just now"},
		{"morning in America", us.Clock(now), "9:41 AM"},
		{"noon in America", us.Clock(now.Add(3 * time.Hour)), "12:41 PM"},
		{"seconds in America", us.Seconds(now), "9:41:18 AM"},
		{"a day in America", us.Moment(now, now.AddDate(0, 0, -19)), "November 3"},
		{"another year in America", us.Moment(now, now.AddDate(-1, 0, 0)), "November 22, 2025"},
		{"weekday in America", us.Weekday(now), "Sunday, November 22"},
		{"span", w.Span(10 * time.Minute), "10 minutes"},
		{"span of one", w.Span(time.Hour), "1 hour"},
		{"span not whole", w.Span(90 * time.Minute), "90 minutes"},
		{"span", w.Span(30 * 24 * time.Hour), "30 days"},
		{"digits", Digits(21 * time.Second), "0:21"},
		{"digits, part of a second", Digits(20*time.Second + time.Millisecond), "0:21"},
		{"digits, hours", Digits(time.Hour + 2*time.Minute + 3*time.Second), "1:02:03"},
		{"digits, over", Digits(-time.Second), "0:00"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q; want %q", tt.name, tt.got, tt.want)
		}
	}
}

// A day begins at midnight even when the clocks change in between.
func TestDaysAcrossSummerTime(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	w := english(t)
	now := time.Date(2026, 3, 29, 23, 30, 0, 0, zone) // a day of 23 hours
	if got := w.Day(now, now.Add(-23*time.Hour)); got != "Yesterday" {
		t.Errorf("got %q; want Yesterday", got)
	}
}
