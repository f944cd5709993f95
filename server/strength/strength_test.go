package strength

import (
	"bytes"
	"compress/gzip"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/trustelem/zxcvbn"
	"github.com/trustelem/zxcvbn/frequency"
)

// lists are the names of zxcvbn's lists, in packed order.
var lists = []string{"passwords", "english_wikipedia", "us_tv_and_film", "female_names", "male_names", "surnames"}

// The packed lists equal those of the library. NIGHTLATCH_UPDATE_WORDS=1
// writes them.
func TestWordsAreCurrent(t *testing.T) {
	var want strings.Builder
	for _, name := range lists {
		for _, word := range frequency.FrequencyLists[name] {
			want.WriteString(word + "\n")
		}
		want.WriteString("\n")
	}
	if os.Getenv("NIGHTLATCH_UPDATE_WORDS") != "" {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if _, err := w.Write([]byte(want.String())); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("words.txt.gz", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		packed = b.Bytes()
	}
	if words() != want.String() {
		t.Error("words.txt.gz is not made from the library's lists: run this test with NIGHTLATCH_UPDATE_WORDS=1")
	}
}

// The estimate agrees with the library's within a factor of a hundred. The
// library knows more dates and substitutions; this package knows years up to
// 2099.
func TestLikeTheLibrary(t *testing.T) {
	t.Parallel()
	var all []string
	for _, word := range []string{"password", "P@ssw0rd", "dragon", "steven", "drowssap", "refrigerator", "qwertyuiop", "abcdefgh", "aaaaaaaa", "abcabcabc", "1qaz2wsx"} {
		for _, more := range []string{"", "1", "123", "!", "xK", "2015", " horse", "x7!k"} {
			all = append(all, word+more, more+word)
		}
	}
	all = append(all, "xK9#mP2q", "correct horse battery staple", "wei-ßbier-glas", "пароль123", "Tr0ub4dor&3", strings.Repeat("password", 7))
	for _, password := range all {
		got, _ := Judge(password, "nobody")
		want := zxcvbn.PasswordStrength(password, []string{"nobody"}).Guesses
		if math.Abs(math.Log10(got)-math.Log10(want)) > 2 {
			t.Errorf("%q: %.3g guesses, the library says %.3g", password, got, want)
		}
	}
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]Pattern{
		"refrigerator": Word, "drowssap": Word, "R3fr1gerator": Word, "fghjkl;'": Keyboard, "nopqrstuv": Sequence, "xqxqxqxqxq": Repeat, "k#q!zv&w": None,
	} {
		if _, got := Judge(password); got != want {
			t.Errorf("%q: %q; want %q", password, got, want)
		}
	}
	if guesses, _ := Judge("annlee42", "annlee"); guesses > 1e5 {
		t.Errorf("the user name and two digits: %.3g guesses", guesses)
	}
}

// The work is limited for every password that R0 allows. The library takes
// seconds for some.
func TestHardestPasswords(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"a", "a1", "password", "4@8({[<369&#!1/|0$5+7%2", "ß", "1.2.1999", "qazwsxedc", "p4$$w0rd!@", "😀", "abcdefghijklmnopqrstuvwxyz0123456789"} {
		password := string([]rune(strings.Repeat(unit, 128))[:128])
		began := time.Now()
		Judge(password)
		if took := time.Since(began); took > 5*time.Second { // some 20 ms on an idle core
			t.Errorf("%.20q… takes %v", password, took)
		}
	}
}

func FuzzJudge(f *testing.F) {
	for _, s := range []string{"", "a", "\xff", "ßß", "Password2026!", strings.Repeat("ab", 64)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 2048 {
			return
		}
		if guesses, _ := Judge(s, s); !(guesses >= 1) {
			t.Errorf("%q: %v guesses", s, guesses)
		}
	})
}

func BenchmarkJudge(b *testing.B) {
	for b.Loop() {
		Judge("correct horse battery staple", "annlee")
	}
}
