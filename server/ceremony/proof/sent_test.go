package proof

import (
	"errors"
	"testing"
	"testing/quick"

	"nightlatch/server/ceremony"
)

// All million codes are equally likely: none is short, and every digit is equally frequent
// at every position.
func TestNewDigits(t *testing.T) {
	t.Parallel()
	const n = 20000
	var count [6][10]int
	for range n {
		code := newDigits(6)
		if len(code) != 6 {
			t.Fatalf("%q", code)
		}
		for place := range code {
			count[place][code[place]-'0']++
		}
	}
	for place := range count {
		for digit, got := range count[place] {
			// Eight standard deviations of a binomial with p = 1/10 are 340.
			if got < n/10-340 || got > n/10+340 {
				t.Errorf("position %d: digit %d came %d times of %d", place, digit, got, n)
			}
		}
	}
}

// An input that can't be a code is rejected and costs no try.
func TestDigits(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"123456": "123456", " 123 456 ": "123456", "123-456": "123456", "１２３４５６": "123456", "١٢٣٤٥٦": "123456",
		"": "", "12345": "", "1234567": "", "12345x": "",
	} {
		got, err := Digits(in)
		var rejection *ceremony.Rejection
		if got != want || (err != nil) != (want == "") || err != nil && (!errors.As(err, &rejection) || rejection.Refusal.Field != "code") {
			t.Errorf("Digits(%q) = %q, %v", in, got, err)
		}
	}
	six := func(in string) bool {
		got, err := Digits(in)
		return err != nil && got == "" || err == nil && len(got) == 6
	}
	if err := quick.Check(six, nil); err != nil {
		t.Error(err)
	}
}
