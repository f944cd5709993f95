// Package otp checks the codes of authenticator apps: TOTP (RFC 6238) with
// SHA-1, six digits, 30 seconds and a secret of 160 bits (R20).
//
// pquerna/otp computes the codes. The time steps are tried here one by one, because it
// does not return which step matched. That is needed to accept a code only once (R22) and
// to report a wrong clock (R23).
package otp

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"strings"
	"time"
	"unicode"

	pquerna "github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"nightlatch/server/rawtext"
)

const (
	Digits = 6
	Period = 30 * time.Second

	secretBytes = 20 // 160 bits, RFC 4226 §4 R6
	window      = 1  // R21: steps accepted on either side
	driftWindow = 20 // R23: ten minutes; used to report the drift only
)

var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewSecret returns 160 random bits in base32 without padding.
func NewSecret() (string, error) {
	b := make([]byte, secretBytes)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	return encoding.EncodeToString(b), nil
}

// URI returns the secret in Key URI format, for a QR code. The issuer is in the label and
// in a parameter (R20). Colons in the names are removed, because a colon separates them.
func URI(issuer, account, secret string) string {
	clean := strings.NewReplacer(":", "")
	issuer, account = clean.Replace(issuer), clean.Replace(account)
	// Not url.Values: it encodes a space as "+", which apps show as a plus sign.
	return "otpauth://totp/" + url.PathEscape(issuer) + ":" + url.PathEscape(account) +
		"?secret=" + url.QueryEscape(secret) +
		"&issuer=" + url.PathEscape(issuer) +
		"&algorithm=SHA1&digits=6&period=30"
}

// An Outcome is the result of checking a code.
type Outcome int

// The outcomes. The zero value is a refusal.
const (
	Wrong    Outcome = iota
	Accepted         // correct for a step within the window and not used before
	Replayed         // correct, but for the last accepted step or an earlier one (R22)
	Drifted          // correct for a step outside the window (R23)
)

// A Match is the outcome for a code, and the step that it belongs to.
type Match struct {
	Outcome Outcome
	Step    int64 // if Accepted, the new lastStep to store
	Drift   int   // if Drifted, the steps that the app's clock is ahead; negative if behind
	Zone    bool  // Drifted by the difference of a wrong time zone
}

// DriftTime returns how far the app's clock is ahead.
func (m Match) DriftTime() time.Duration { return time.Duration(m.Drift) * Period }

// Verify checks a code at the given time. lastStep is the last accepted step,
// or 0. Verify accepts the current step and one on either side (R21), but not
// lastStep or earlier ones (R22). It also tries ten minutes in both directions
// and the offsets of other time zones, only to report how much the clocks
// differ (R23).
func Verify(secret, code string, at time.Time, lastStep int64) Match {
	code, ok := ParseCode(code)
	if !ok {
		return Match{}
	}
	now := step(at)
	best := search(secret, code, now, lastStep, -window, window)
	if best.Outcome != Wrong {
		return best
	}
	before := search(secret, code, now, lastStep, -driftWindow, -window-1)
	after := search(secret, code, now, lastStep, window+1, driftWindow)
	zone := searchZones(secret, code, now)
	if lastStep > 0 { // an accepted code is always AlreadyUsed, not a sign of a wrong zone
		before = better(search(secret, code, now, lastStep, lastStep-now, lastStep-now), before)
	}
	if best = better(before, after); best.Outcome == Wrong {
		return zone
	}
	return best
}

// search tries every step between two offsets and does not stop at a match, so that the
// time does not depend on the code.
func search(secret, code string, now, lastStep, from, to int64) (best Match) {
	for offset := from; offset <= to; offset++ {
		want, err := codeAt(secret, now+offset)
		if err != nil {
			return Match{}
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			best = better(best, judge(now, offset, lastStep))
		}
	}
	return best
}

// ClockSetBack reports whether the last accepted step is later than any step
// that can be accepted now. Then the clock was ahead when that code was
// accepted, and was set back (R86). Until that time comes again, every code
// counts as used (R22).
func ClockSetBack(lastStep int64, now time.Time) bool { return lastStep > step(now)+window }

// LastAccepted returns the latest step whose code could have been accepted at a time.
func LastAccepted(at time.Time) int64 { return step(at) + window }

// Acceptable reports whether codes of a step can still be accepted.
func Acceptable(n int64, now time.Time) bool { return n >= step(now)-window }

// StepEnd returns the end of a time step.
func StepEnd(n int64) time.Time { return time.Unix((n+1)*int64(Period/time.Second), 0).UTC() }

func judge(now, offset, lastStep int64) Match {
	m := Match{Step: now + offset, Drift: int(offset), Outcome: Drifted}
	switch {
	case lastStep > 0 && m.Step <= lastStep:
		m.Outcome, m.Drift = Replayed, 0
	case -window <= offset && offset <= window:
		m.Outcome, m.Drift = Accepted, 0
	}
	return m
}

// better chooses between two steps that happen to have the same code; a is the earlier
// one. It prefers accepted to used, used to drifted, then the smaller drift, then the
// later step.
func better(a, b Match) Match {
	rank := map[Outcome]int{Wrong: 0, Drifted: 1, Replayed: 2, Accepted: 3}
	switch {
	case rank[b.Outcome] != rank[a.Outcome]:
		if rank[b.Outcome] > rank[a.Outcome] {
			return b
		}
		return a
	case b.Outcome == Drifted && abs(b.Drift) > abs(a.Drift):
		return a
	}
	return b
}

func abs(n int) int { return max(n, -n) }

func step(at time.Time) int64 {
	// Round down, also before 1970.
	s, p := at.Unix(), int64(Period/time.Second)
	if s < 0 {
		s -= p - 1
	}
	return s / p
}

func codeAt(secret string, step int64) (string, error) {
	return hotp.GenerateCodeCustom(secret, uint64(step), hotp.ValidateOpts{
		Digits:    pquerna.DigitsSix,
		Algorithm: pquerna.AlgorithmSHA1,
	})
}

// Code returns the code that an app shows at a time.
func Code(secret string, at time.Time) (string, error) { return codeAt(secret, step(at)) }

// codeInputMax is the maximum size of a typed code in bytes: six digits, each
// with marks and spaces around it.
const codeInputMax = 128

// ParseCode reads a six-digit code as people type it: with spaces or dashes, or in the
// digits of another script. The result has six ASCII digits.
func ParseCode(s string) (code string, ok bool) {
	if len(s) > codeInputMax {
		return "", false
	}
	out := make([]byte, 0, Digits)
	for _, r := range rawtext.Parsed(s) {
		switch {
		case r == ' ', rawtext.Dash(r):
			continue
		case !unicode.IsDigit(r) || len(out) == Digits:
			return "", false
		}
		out = append(out, '0'+digit(r))
	}
	return string(out), len(out) == Digits
}

// digit returns the value of a decimal digit. In Unicode the ten digits of a script are
// adjacent, from zero on (chapter 4.6), and some scripts follow one another directly.
func digit(r rune) byte {
	n := rune(0)
	for unicode.IsDigit(r - n - 1) {
		n++
	}
	return byte(n % 10)
}
