package otp

import (
	"net/url"
	"strings"
	"testing"
	"time"

	pquerna "github.com/pquerna/otp"
)

// rfcSecret is the secret of RFC 6238, appendix B: the twenty ASCII bytes
// "12345678901234567890".
const rfcSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

func at(unix int64) time.Time { return time.Unix(unix, 0).UTC() }

func code(t *testing.T, secret string, when time.Time) string {
	t.Helper()
	c, err := Code(secret, when)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestRFC6238 checks the SHA-1 rows of appendix B; our six digits are the last
// six of its eight.
func TestRFC6238(t *testing.T) {
	t.Parallel()
	for unix, want := range map[int64]string{
		59:          "94287082",
		1111111109:  "07081804",
		1111111111:  "14050471",
		1234567890:  "89005924",
		2000000000:  "69279037",
		20000000000: "65353130",
	} {
		if got := code(t, rfcSecret, at(unix)); got != want[2:] {
			t.Errorf("at %d: %s, want %s", unix, got, want[2:])
		}
		if m := Verify(rfcSecret, want[2:], at(unix), 0); m.Outcome != Accepted || m.Step != unix/30 {
			t.Errorf("at %d: %+v", unix, m)
		}
	}
}

func TestR21Window(t *testing.T) {
	t.Parallel()
	when := at(1_700_000_010)
	for steps := -25; steps <= 25; steps++ {
		m := Verify(rfcSecret, code(t, rfcSecret, when.Add(time.Duration(steps)*Period)), when, 0)
		want := Match{Outcome: Drifted, Step: when.Unix()/30 + int64(steps), Drift: steps}
		switch {
		case steps >= -1 && steps <= 1:
			want.Outcome, want.Drift = Accepted, 0
		case steps < -20 || steps > 20: // R23 looks ten minutes either way
			want = Match{Outcome: Wrong}
		}
		if m != want {
			t.Errorf("%d steps off: %+v, want %+v", steps, m, want)
		}
		if want := time.Duration(m.Drift) * 30 * time.Second; m.DriftTime() != want {
			t.Errorf("%d steps off: drift %v, want %v", steps, m.DriftTime(), want)
		}
	}
}

// TestWindowEdges: a code is accepted from the first to the last moment of the step
// before and after its own.
func TestWindowEdges(t *testing.T) {
	t.Parallel()
	c := code(t, rfcSecret, at(1_700_000_010)) // the step from …010 to …039
	for unix, want := range map[int64]Outcome{
		1_699_999_979: Drifted, 1_699_999_980: Accepted, 1_700_000_069: Accepted, 1_700_000_070: Drifted,
	} {
		if m := Verify(rfcSecret, c, at(unix), 0); m.Outcome != want {
			t.Errorf("at %d: %+v, want outcome %d", unix, m, want)
		}
	}
}

func TestR22WorksOnce(t *testing.T) {
	t.Parallel()
	when := at(1_700_000_010)
	now := code(t, rfcSecret, when)
	m := Verify(rfcSecret, now, when, 0)
	if m.Outcome != Accepted {
		t.Fatalf("first use: %+v", m)
	}
	last := m.Step
	for name, tt := range map[string]struct {
		code string
		want Outcome
	}{
		"the same again":        {now, Replayed},
		"the one before":        {code(t, rfcSecret, when.Add(-Period)), Replayed},
		"one of minutes before": {code(t, rfcSecret, when.Add(-5*time.Minute)), Replayed},
		"the next one":          {code(t, rfcSecret, when.Add(Period)), Accepted},
		"a later one":           {code(t, rfcSecret, when.Add(5*time.Minute)), Drifted},
		"another":               {"000000", Wrong},
	} {
		if m := Verify(rfcSecret, tt.code, when, last); m.Outcome != tt.want {
			t.Errorf("%s: %+v, want outcome %d", name, m, tt.want)
		}
	}
	// Later the same code is still refused as used, and not reported as drift.
	if m := Verify(rfcSecret, now, when.Add(4*time.Minute), last); m.Outcome != Replayed || m.Drift != 0 {
		t.Errorf("four minutes later: %+v", m)
	}
	// After the code of the next step was used, this step's code is refused.
	if m := Verify(rfcSecret, now, when, last+1); m.Outcome != Replayed {
		t.Errorf("after the next one: %+v", m)
	}
}

// TestCollision: if two steps have the same code, the one that can be accepted counts.
func TestCollision(t *testing.T) {
	t.Parallel()
	accepted, used := Match{Outcome: Accepted, Step: 7}, Match{Outcome: Replayed, Step: 6}
	near, far := Match{Outcome: Drifted, Drift: -3}, Match{Outcome: Drifted, Drift: 9}
	for _, tt := range [][3]Match{
		{accepted, used, accepted},
		{used, near, used},
		{near, far, near},
		{{}, far, far},
		{{Outcome: Accepted, Step: 6}, accepted, accepted},
	} {
		if got := better(tt[0], tt[1]); got != tt[2] {
			t.Errorf("of %+v and %+v it took %+v", tt[0], tt[1], got)
		}
	}
	if got := better(far, near); got != near {
		t.Errorf("the farther drift was taken: %+v", got)
	}
	if got := better(accepted, used); got != accepted {
		t.Errorf("a used one hides an accepted one: %+v", got)
	}
}

func TestVerifyRefusesMalformedCodes(t *testing.T) {
	t.Parallel()
	when := at(1_700_000_010)
	for _, c := range []string{"", " ", "12345", "1234567", "12345a", "-", strings.Repeat("1", 1<<20), "１２３"} {
		if m := Verify(rfcSecret, c, when, 0); m != (Match{}) {
			t.Errorf("%.20q: %+v", c, m)
		}
	}
	if m := Verify("not base32!", "123456", when, 0); m != (Match{}) {
		t.Errorf("a broken secret: %+v", m)
	}
}

func TestParseCode(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"123456":                                 "123456",
		" 123 456\n":                             "123456",
		"123-456":                                "123456",
		"123\u00a0456":                           "123456",
		"１２３４５６":                                 "123456", // full width
		"١٢٣٤٥٦":                                 "123456", // Arabic-Indic
		"۰۱۲۳۴۵":                                 "012345", // Persian
		"९८७६५४":                                 "987654", // Devanagari
		"𝟘𝟙𝟚𝟳𝟴𝟵":                                 "012789", // mathematical, five rows of ten in one run
		"12345":                                  "",
		"1234567":                                "",
		"12345x":                                 "",
		"12345²":                                 "", // not a decimal digit
		"":                                       "",
		"1 2 3 4 5 6 7":                          "",
		"123456\x00":                             "",
		"\u202a123456\u202c\r\n":                 "123456",
		"1" + strings.Repeat(" ", 130) + "23456": "",
	} {
		got, ok := ParseCode(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, ok, want)
		}
	}
}

func TestNewSecret(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for range 100 {
		s, err := NewSecret()
		if err != nil {
			t.Fatal(err)
		}
		if raw, err := encoding.DecodeString(s); err != nil || len(raw) != 20 || len(s) != 32 || seen[s] {
			t.Fatalf("secret of %d characters, %d bytes, %v", len(s), len(raw), err)
		}
		seen[s] = true
	}
}

// TestR20URI parses the URI with pquerna/otp.
func TestR20URI(t *testing.T) {
	t.Parallel()
	uri := URI("Night latch: test", "ann.lee_1", rfcSecret)
	if want := "otpauth://totp/Night%20latch%20test:ann.lee_1?secret=" + rfcSecret +
		"&issuer=Night%20latch%20test&algorithm=SHA1&digits=6&period=30"; uri != want {
		t.Errorf("got  %s\nwant %s", uri, want)
	}
	key, err := pquerna.NewKeyFromURL(uri)
	if err != nil {
		t.Fatal(err)
	}
	if key.Type() != "totp" || key.Issuer() != "Night latch test" || key.AccountName() != "ann.lee_1" ||
		key.Secret() != rfcSecret || key.Period() != 30 || key.Digits() != pquerna.DigitsSix {
		t.Errorf("read back as %v", key)
	}
	u, err := url.Parse(uri)
	if err != nil || u.Query().Get("issuer") != "Night latch test" || u.Query().Get("algorithm") != "SHA1" {
		t.Errorf("the issuer is not there twice: %v, %v", u, err)
	}
}

func FuzzParseCode(f *testing.F) {
	for _, s := range []string{"123456", "123 456", "１２３４５６", "12345x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, ok := ParseCode(s)
		if !ok {
			return
		}
		if len(c) != Digits || strings.Trim(c, "0123456789") != "" {
			t.Errorf("%q became %q", s, c)
		}
		if again, ok := ParseCode(c); again != c || !ok {
			t.Errorf("%q became %q, and then %q", s, c, again)
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add(rfcSecret, "287082", int64(59), int64(0))
	f.Add("", "000000", int64(-1), int64(-1))
	f.Fuzz(func(t *testing.T, secret, c string, unix, last int64) {
		unix %= 1 << 40
		m := Verify(secret, c, at(unix), last)
		if m.Outcome == Accepted && last > 0 && m.Step <= last {
			t.Errorf("accepted step %d after step %d", m.Step, last)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	for name, c := range map[string]string{"right": "287082", "wrong": "123456"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Verify(rfcSecret, c, at(59), 0)
			}
		})
	}
}
