// Package region knows what differs from place to place and not from language to
// language: paper, the clock, the order of a date, the country of a phone number. It is
// read from the region that the user set in the operating system (LC_PAPER, LC_TIME …),
// never from the language of the interface.
//
// The tables are from the Unicode CLDR 47, supplementalData.xml.
package region

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Settings are the facts of a region. The zero value is that of an unknown region: A4, a
// 24-hour clock, the day before the month.
type Settings struct {
	Letter     bool   // paper is US Letter, not A4
	TwelveHour bool   // times are like 9:41 PM
	MonthFirst bool   // dates are like November 3
	Country    string // ISO 3166-1 alpha-2, of phone numbers without a country code; "" if unknown
}

// From reads the settings from POSIX environment variables (POSIX.1-2024, XBD 8.2): LC_ALL
// replaces all categories, and LANG is for categories that are not set.
func From(env func(name string) string) Settings {
	category := func(name string) locale {
		for _, v := range []string{"LC_ALL", name, "LANG"} {
			if s := env(v); s != "" {
				return parse(s)
			}
		}
		return locale{}
	}
	country := category("LC_TELEPHONE") // a category of glibc, like LC_PAPER
	return facts(category("LC_PAPER"), category("LC_TIME"), country)
}

// Of is the settings of a locale as systems without such variables name it: "en-US".
func Of(name string) Settings {
	l := parse(name)
	return facts(l, l, l)
}

func facts(paper, clock, country locale) Settings {
	return Settings{
		Letter:     in(letter, paper.region),
		TwelveHour: in(twelveHour, clock.region) && !in(twentyFourHour, clock.language+"_"+clock.region),
		MonthFirst: in(monthFirst, clock.region),
		Country:    country.region,
	}
}

// A locale is a language and a region; both are "" for "C".
type locale struct{ language, region string }

// parse reads "de_DE.UTF-8@euro" and "de-DE". A language alone stands for the region
// where most of its speakers live.
func parse(name string) locale {
	name, _, _ = strings.Cut(name, "@")
	name, _, _ = strings.Cut(name, ".")
	if name == "C" || name == "POSIX" {
		return locale{}
	}
	tag, err := language.Parse(strings.ReplaceAll(name, "_", "-"))
	if err != nil {
		return locale{}
	}
	base, _ := tag.Base()
	region, sure := tag.Region()
	if sure == language.No || !region.IsCountry() {
		return locale{}
	}
	return locale{language: base.String(), region: region.String()}
}

func in(list, one string) bool { return one != "" && slices.Contains(strings.Fields(list), one) }

const (
	// letter is <paperSize type="US-Letter">.
	letter = "BZ CA CL CO CR GT MX NI PA PH PR SV US VE"
	// twelveHour is <hours preferred="h">, regions without a language.
	twelveHour = "AS BT DJ ER GH IN LS PG PW SO TO VU WS CY GR AL TD BO CO CR CU DO EC GT HN KP KR MX NI NA PA PE PR SV VE " +
		"AG AU BB BM BS CA DM FJ FM GD GM GU GY JM KI KN KY LC LR MH MP MW NZ SB SG SL SS SZ TC TT UM US VC VG VI ZM BD PK " +
		"AE BH DZ EG EH HK IQ JO KW LB LY MO MR OM PH PS QA SA SD SY TN YE BN MY KH TW ET"
	// twentyFourHour are languages that differ from their region, <hours preferred="H">.
	twentyFourHour = "fr_CA ku_SY"
	// monthFirst are the regions whose English dates are like "November 3, 2026".
	monthFirst = "AS CA FM GU MH MP PH PR PW UM US VI"
)
