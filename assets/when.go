package assets

import (
	"fmt"
	"time"

	"nightlatch/assets/region"
)

// In returns a catalog that formats times and dates as usual in a region. The language
// stays the same.
func (w *Catalog) In(r region.Settings) *Catalog {
	return &Catalog{tag: w.tag, texts: w.texts, alter: w.alter, region: r, missing: map[string]bool{}}
}

// Region is the region for which the catalog formats times and dates.
func (w *Catalog) Region() region.Settings { return w.region }

// Clock formats a time of day: "09:41", or "9:41 AM" where a day has two halves.
func (w *Catalog) Clock(t time.Time) string { return w.clock(t, "15:04", "3:04") }

// Seconds formats a time of day with its seconds: "09:41:18", "9:41:18 AM".
func (w *Catalog) Seconds(t time.Time) string { return w.clock(t, "15:04:05", "3:04:05") }

func (w *Catalog) clock(t time.Time, long, short string) string {
	switch {
	case !w.region.TwelveHour:
		return t.Format(long)
	case t.Hour() < 12:
		return w.T("when.am", t.Format(short))
	}
	return w.T("when.pm", t.Format(short))
}

// Day formats a day relative to now: "Today", "Yesterday", "Tomorrow", "3 November", or
// with the year if it is not the year of now. Both times are used in the time zone of
// now.
func (w *Catalog) Day(now, t time.Time) string {
	t = t.In(now.Location())
	switch days(now, t) {
	case 0:
		return w.T("when.today")
	case -1:
		return w.T("when.yesterday")
	case 1:
		return w.T("when.tomorrow")
	}
	if t.Year() == now.Year() {
		return w.dayMonth(t)
	}
	return w.Date(t)
}

// dayMonth formats a day of this year: "3 November", "November 3".
func (w *Catalog) dayMonth(t time.Time) string {
	key := "when.day_month"
	if w.region.MonthFirst {
		key = "when.month_day"
	}
	return w.T(key, Args{"day": t.Day(), "month": w.month(t)})
}

// Date formats a day with its year: "3 November 2026", "November 3, 2026".
func (w *Catalog) Date(t time.Time) string {
	key := "when.day_month_year"
	if w.region.MonthFirst {
		key = "when.month_day_year"
	}
	return w.T(key, Args{"day": t.Day(), "month": w.month(t), "year": t.Year()})
}

// Weekday formats a day with its name: "Sunday 22 November".
func (w *Catalog) Weekday(t time.Time) string {
	key := "when.weekday_date"
	if w.region.MonthFirst {
		key = "when.weekday_month_day"
	}
	return w.T(key, Args{"weekday": w.T(fmt.Sprintf("when.weekday.%d", int(t.Weekday()))), "date": w.dayMonth(t)})
}

func (w *Catalog) month(t time.Time) string { return w.T(fmt.Sprintf("when.month.%d", int(t.Month()))) }

// Moment formats a time briefly: the time of day if it is today, else the day ("09:41",
// "Yesterday", "3 November").
func (w *Catalog) Moment(now, t time.Time) string {
	if days(now, t.In(now.Location())) == 0 {
		return w.Clock(t.In(now.Location()))
	}
	return w.Day(now, t)
}

// DayAndClock formats a day and a time of day: "Yesterday, 21:07".
func (w *Catalog) DayAndClock(now, t time.Time) string {
	return w.T("when.day_clock", Args{"day": w.Day(now, t), "time": w.Clock(t.In(now.Location()))})
}

// Ago formats the time since t: "Just now", "2 minutes ago", "3 hours ago", "12 days
// ago".
func (w *Catalog) Ago(now, t time.Time) string {
	d := now.Sub(t)
	switch {
	case d < time.Minute:
		return w.T("when.just_now")
	case d < time.Hour:
		return w.N("when.minutes_ago", int(d/time.Minute))
	case d < 24*time.Hour:
		return w.N("when.hours_ago", int(d/time.Hour))
	}
	return w.N("when.days_ago", int(d/(24*time.Hour)))
}

// Digits formats a duration for a countdown: "0:21", "58:12", "1:02:03". It rounds up to
// whole seconds, so that 0:00 means the end.
func Digits(d time.Duration) string {
	s := int64((max(d, 0) + time.Second - 1) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// Span formats a duration in words, in the largest unit that is exact: "20 seconds", "90
// minutes", "1 hour", "30 days". It rounds down to whole seconds.
func (w *Catalog) Span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= day && d%day == 0:
		return w.N("when.days", int(d/day))
	case d >= time.Hour && d%time.Hour == 0:
		return w.N("when.hours", int(d/time.Hour))
	case d >= time.Minute && d%time.Minute == 0:
		return w.N("when.minutes", int(d/time.Minute))
	}
	return w.N("when.seconds", int(d/time.Second))
}

// days is the number of midnights from now to t, which are in the same time zone.
func days(now, t time.Time) int {
	day := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	}
	return int(day(t).Sub(day(now)) / (24 * time.Hour))
}
