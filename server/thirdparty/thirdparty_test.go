package thirdparty

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"nightlatch/server/api"
)

// TestText: every refusal has a text of its own, printable and without quotes (RFC
// 6749 §5.2). Unknown codes have that of invalid_credentials.
func TestText(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, r := range []Refusal{
		{Code: api.InvalidCredentials},
		{Code: api.TemporaryPasswordRequired},
		{Code: api.TemporaryPasswordRequired, Texted: true},
		{Code: api.TemporaryPasswordExpired},
		{Code: api.TemporaryPasswordExpired, Off: true},
		{Code: api.BackupCodeNotAccepted},
		{Code: api.Throttled},
		{Code: api.Unavailable},
	} {
		code := r.Code
		title, detail := r.Text()
		if other, twice := seen[detail]; twice {
			t.Errorf("%s and %s have the same text", code, other)
		}
		seen[detail] = code
		for _, text := range []string{title, detail} {
			if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
				t.Errorf("%s: %q", code, text)
			}
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		at   time.Time
		want int
	}{{time.Time{}, 0}, {now, 1}, {now.Add(-time.Hour), 1}, {now.Add(time.Millisecond), 1}, {now.Add(time.Second), 1}, {now.Add(1001 * time.Millisecond), 2}, {now.Add(1500 * time.Millisecond), 2}, {now.Add(time.Hour), 3600}, {now.Add(time.Minute), 60}} {
		if got := RetryAfter(tt.at, now); got != tt.want {
			t.Errorf("%v: %d, want %d", tt.at, got, tt.want)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	r := &Refusal{Code: api.Throttled}
	if Refused(fmt.Errorf("on the way: %w", r)) != r || Refused(errors.New("x")) != nil || Refused(nil) != nil {
		t.Error("a refusal is not recognised")
	}
}
