package e164

import (
	"errors"
	"testing"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in, region, want, international string
		err                                   error
	}{
		{name: "north america", in: "(202) 555-0143", region: "US", want: "+12025550143", international: "+1 202-555-0143"},
		{name: "with the trunk prefix", in: "1 202 555 0143", region: "US", want: "+12025550143", international: "+1 202-555-0143"},
		{name: "country code without a plus sign", in: "44 20 7946 0018", region: "GB", want: "+442079460018", international: "+44 20 7946 0018"},
		{name: "zero in brackets", in: "+49 (0)30 23125 0", want: "+4930231250", international: "+49 30 231250"},
		{name: "italy keeps its zero", in: "06 698 12345", region: "IT", want: "+390669812345", international: "+39 06 6981 2345"},
		{name: "argentine mobile", in: "011 15-2345-6789", region: "AR", want: "+5491123456789", international: "+54 9 11 2345-6789"},
		{name: "brazilian carrier", in: "0 15 11 96123-4567", region: "BR", want: "+5511961234567", international: "+55 11 96123-4567"},
		{name: "brazilian carrier left open", in: "0xx1133334444", region: "BR", want: "+551133334444", international: "+55 11 3333-4444"},
		{name: "area of an island", in: "412 3456", region: "BB", want: "+12464123456", international: "+1 246-412-3456"},
		{name: "called from abroad", in: "011 44 20 7946 0018", region: "US", want: "+442079460018", international: "+44 20 7946 0018"},
		{name: "prefix after a plus sign", in: "+00 1 202 555 0143", region: "DE", want: "+12025550143", international: "+1 202-555-0143"},
		{name: "no country", in: "+800 1234 5678", want: "+80012345678", international: "+800 1234 5678"},
		{name: "uri", in: "tel:+1-202-555-0143", want: "+12025550143", international: "+1 202-555-0143"},
		{name: "keypad", in: "1-800-FLOWERS", region: "US", want: "+18003569377", international: "+1 800-356-9377"},
		{name: "arabic digits", in: "٢٠٢٥٥٥٠١٤٣", region: "US", want: "+12025550143", international: "+1 202-555-0143"},

		{name: "no region", in: "202 555 0143", err: ErrCountry},
		{name: "no such region", in: "202 555 0143", region: "ZZ", err: ErrCountry},
		{name: "region in lower case", in: "202 555 0143", region: "us", err: ErrCountry},
		{name: "no such country code", in: "+999 555 01 43 12", region: "US", err: ErrCountry},
		{name: "within the area", in: "555-0143", region: "US", err: ErrLength},
		{name: "within the area, with a country code", in: "+1 555-0143", err: ErrLength},
		{name: "emergency", in: "112", region: "DE", err: ErrLength},
		{name: "17 digits", in: "+49 123456789012345", err: ErrLength},
		{name: "extension", in: "+1 202 555 0143 x5", err: ErrMalformed},
		{name: "two numbers", in: "+1 202 555 0143/x0144", err: ErrMalformed},
		{name: "two prefixes", in: "+49 00 30 231250", err: ErrMalformed},
		{name: "words", in: "call me", region: "US", err: ErrMalformed},
		{name: "nothing", region: "US", err: ErrMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Parse(tt.in, tt.region)
			if got.String() != tt.want || got.International() != tt.international || !errors.Is(err, tt.err) {
				t.Errorf("Parse(%q, %q) = %q, %q, %v; want %q, %q, %v", tt.in, tt.region, got, got.International(), err, tt.want, tt.international, tt.err)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		n, err := Parse("(202) 555-0143", "US")
		if err != nil || n.International() != "+1 202-555-0143" {
			b.Fatal(n, err)
		}
	}
}
