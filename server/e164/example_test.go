package e164

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// examples are the national numbers that the metadata has as examples of a
// region, one for each type of number.
func examples(m *phonenumbers.PhoneMetadata) []string {
	var out []string
	for _, d := range []*phonenumbers.PhoneNumberDesc{
		m.GetFixedLine(), m.GetMobile(), m.GetTollFree(), m.GetPremiumRate(), m.GetSharedCost(), m.GetPersonalNumber(),
		m.GetVoip(), m.GetPager(), m.GetUan(), m.GetEmergency(), m.GetVoicemail(), m.GetShortCode(), m.GetStandardRate(),
		m.GetCarrierSpecific(), m.GetSmsServices(), m.GetNoInternationalDialling(),
	} {
		if e := d.GetExampleNumber(); e != "" {
			out = append(out, e)
		}
	}
	return out
}

// digits writes s in the digits of a script whose zero is zero.
func digits(zero rune, s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return zero + r - '0'
		}
		return r
	}, s)
}

// usual returns the ways in which most people write a national number of a region.
func usual(m *phonenumbers.PhoneMetadata, n *phonenumbers.PhoneNumber) []string {
	code, number := fmt.Sprint(m.GetCountryCode()), phonenumbers.GetNationalSignificantNumber(n)
	national, international := phonenumbers.Format(n, phonenumbers.NATIONAL), phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
	out := []string{
		"+" + code + number, international, phonenumbers.Format(n, phonenumbers.RFC3966), "+" + code + " (0) " + number,
		number, national, m.GetNationalPrefix() + number, code + number, abroad(m) + code + number, "00 " + international, "011" + code + number,
	}
	for _, cut := range []int{1, 2, 3} {
		out = append(out, "+"+code+number[:len(number)-min(cut, len(number)-1)], number[min(cut, len(number)-1):])
	}
	for _, more := range []string{"1", "12", "123456"} {
		out = append(out, "+"+code+number+more, number+more)
	}
	return out
}

// abroad returns an international prefix of a region.
func abroad(m *phonenumbers.PhoneMetadata) string {
	prefix := strings.NewReplacer("\\d", "1", "~", "").Replace(m.GetInternationalPrefix())
	if i := strings.IndexAny(prefix, "([|"); i >= 0 {
		prefix = prefix[:i]
	}
	return prefix
}

// odd returns unusual and invalid ways to write a number.
func odd(m *phonenumbers.PhoneMetadata, n *phonenumbers.PhoneNumber) []string {
	code, number := fmt.Sprint(m.GetCountryCode()), phonenumbers.GetNationalSignificantNumber(n)
	national, international := phonenumbers.Format(n, phonenumbers.NATIONAL), phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
	out := []string{
		"tel:" + number + ";phone-context=+" + code, "tel:" + number + ";phone-context=example.com",
		"TEL:+" + code + number + ";isub=12", "tel:+" + code + "-" + number + ";ext=5",
		abroad(m) + " " + international, "+" + abroad(m) + code + number,
		m.GetPreferredInternationalPrefix() + code + number, "++" + code + number, "+ " + code + " " + number,
		"(" + international + ")", "+" + code + " (0)" + national, "+" + code + "00" + number,
		"+" + code + m.GetNationalPrefix() + number, "0" + number, "00" + number, "1" + number, "8" + number, "9" + number, "15" + number,
		"Mobile: " + international, national + ".", national + "!", national + " home", "call " + national + " now", "x" + national,
		number + " / " + number, international + " or " + international, national + "/x23", national + " \\x23", national + "*", "*31#" + number,
		national + "\n", "\u200e" + international, national + "\u200e", "\xff" + international, number + "\xff", "&" + number + "x&&y]",
		number[:len(number)-3] + "ABC", "+" + code + number[:3] + "FLOWERS", number[:3] + " TAXI", number[:1] + "o" + number[1:], "1-800-FLOWERS",
		"+" + code + strings.Repeat("0", len(number)-1) + "०", "+" + code + number[:len(number)-3] + "ABC１",
		number[:len(number)-2] + "xx" + number[len(number)-2:], number + "xxx", "0xx" + number, "0xx" + number[:2] + " " + number[2:],
	}
	for _, zero := range []rune{'٠', '۰', '０', '०', '߀'} {
		out = append(out, digits(zero, international), digits(zero, national), digits(zero, "+"+code)+number, number[:3]+digits(zero, number[3:]))
	}
	for _, between := range []string{"-", ".", "/", "\u2011", "－", "\u00a0", "\u3000", "\u200b", "~", ",", "_", "\t", "･", "*", "  "} {
		out = append(out, strings.ReplaceAll(international, " ", between), strings.Join(strings.Split(number, ""), between))
	}
	for _, between := range phonenumbers.VALID_PUNCTUATION + "‑‒–—`'´·•" {
		out = append(out, "+"+code+string(between)+number[:2]+string(between)+number[2:])
	}
	for _, extension := range []string{
		" ext. 5", " x5", "x5", "#5", " # 5", ",5", ",,5", ";5", " доб 5", " anexo 5", "~5", " int 5", " - 503#", "ext:5", " extn 55555",
		" Extensión 7", " extensio\u0301n 7", "ｅｘｔｎ5", "ext", " x", "#", " int", " x123456789", " x1234567890", "xt 12345678901234567890",
	} {
		out = append(out, international+extension, number+extension)
	}
	for cut := 4; cut < len(number); cut++ {
		out = append(out, number[:len(number)-cut], "+"+code+number[:len(number)-cut], number[cut:], "+"+code+number[cut:])
	}
	return out
}

// raceDetector is set in builds with the race detector.
var raceDetector bool

// TestLikeTheLibrary: this package and the library agree on every example number of every
// region, written in many ways.
func TestLikeTheLibrary(t *testing.T) {
	t.Parallel()
	collection, err := phonenumbers.MetadataCollection()
	if err != nil {
		t.Fatal(err)
	}
	var total struct {
		sync.Mutex
		asked, accepted int
		refused         map[string]int
	}
	total.refused = map[string]int{}
	t.Run("regions", func(t *testing.T) {
		for _, m := range collection.GetMetadata() {
			t.Run(fmt.Sprintf("+%d %s", m.GetCountryCode(), m.GetId()), func(t *testing.T) {
				t.Parallel()
				all := examples(m)
				if len(all) == 0 {
					t.Error("no examples")
				}
				asked, accepted, refused := 0, 0, map[string]int{}
				for i, number := range all {
					n, err := phonenumbers.Parse(fmt.Sprintf("+%d%s", m.GetCountryCode(), number), "")
					if err != nil {
						t.Fatal(err)
					}
					typed := usual(m, n)
					for j, way := range odd(m, n) {
						if j%len(all) == i { // each unusual way once in a region, since there are many
							typed = append(typed, way)
						}
					}
					if raceDetector {
						typed = typed[:2]
					}
					for _, typed := range typed {
						for _, region := range []string{m.GetId(), ""} {
							if region == "" && !strings.ContainsAny(typed, pluses) {
								continue // TestParse has one
							}
							ok, why := compare(t, typed, region)
							asked++
							if ok {
								accepted++
							} else if why != "" {
								refused[why]++
							}
						}
					}
				}
				total.Lock()
				defer total.Unlock()
				total.asked += asked
				total.accepted += accepted
				for why, n := range refused {
					total.refused[why] += n
				}
			})
		}
	})
	t.Logf("%d ways to write numbers, %d accepted", total.asked, total.accepted)
	if total.accepted < total.asked/5 {
		t.Error("too few numbers were accepted for a useful comparison")
	}
	for _, d := range differences {
		t.Logf("%6d refused: %s", total.refused[d.why], d.why)
		if total.refused[d.why] == 0 && !raceDetector {
			t.Errorf("no number has this difference: %s", d.why)
		}
	}
}
