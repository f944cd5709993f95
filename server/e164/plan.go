package e164

import (
	_ "embed" // the table
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// table has a block for each country code. The fields of a line are separated by tabs:
//
//	+CODE
//	REGION, prefix for calls abroad, national prefix, what that becomes, possible
//	  lengths, lengths for calls within the area, pattern of all numbers
//	=, pattern of the groups, pattern of the first digits, groups
//
// The first region is the main one of the code. Patterns are in RE2 syntax and match the
// national (significant) number unless noted. If several formats match, the first one is
// used.
//
//go:embed table.txt
var table string

// A plan is the numbering plan of a country code (ITU-T E.164, clause 6).
type plan struct {
	territories []*territory
	formats     []format
}

// A territory is a region (ISO 3166-1 alpha-2; 001 for codes without a country) with its
// dialling rules.
type territory struct {
	code, region string
	idd          pattern // prefix for calls abroad
	prefix       pattern // digits dialled before a national number; nil for none
	becomes      string  // replaces the prefix if its last group matched
	all          pattern // matches every valid number, and some others
	whole        lengths
	local        lengths // possible within an area only
}

// A format groups the digits of some numbers of a plan.
type format struct {
	groups pattern
	first  pattern // matches the beginning of the number; nil matches any
	as     string  // "$1 $2"
}

// A pattern is a regular expression that is compiled on first use.
type pattern func() *regexp.Regexp

func compile(expr string) pattern {
	if expr == "" {
		return nil
	}
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

func beginning(expr string) pattern {
	if expr == "" {
		return nil
	}
	return compile("^(?:" + expr + ")")
}

// lengths is a set of number lengths. Bit n is set if n digits are possible.
type lengths uint32

// A fit is the result of comparing the length of a number with the possible lengths.
type fit int

const (
	possible fit = iota
	local        // possible within an area
	short
	long
	between // longer than one possible number, shorter than another
)

// A directory is an index of the table.
type directory struct {
	plans map[string]func() *plan // by country code; parsed on first use
	codes map[string]string       // the country code of a region

	extension pattern
}

// opened has the directory. contents makes it on first use, so that the program starts
// faster.
var opened struct {
	once sync.Once
	directory
}

func contents() *directory {
	opened.once.Do(func() { opened.directory = open(table) })
	return &opened.directory
}

func open(table string) directory {
	d := directory{map[string]func() *plan{}, map[string]string{}, compile(extension)}
	_, blocks, _ := strings.Cut(table, "\n+") // after the comments
	for block := range strings.SplitSeq(blocks, "\n+") {
		code, lines, _ := strings.Cut(block, "\n")
		d.plans[code] = sync.OnceValue(func() *plan { return readPlan(code, lines) })
		for line := range strings.Lines(lines) {
			if region, _, _ := strings.Cut(line, "\t"); len(region) == 2 {
				d.codes[region] = code
			}
		}
	}
	return d
}

// planOf returns the plan of a country code that is in the table.
func planOf(code string) *plan { return contents().plans[code]() }

// territoryOf returns a region, nil if it is unknown.
func territoryOf(region string) *territory {
	code, ok := contents().codes[region]
	if !ok {
		return nil
	}
	all := planOf(code).territories
	return all[slices.IndexFunc(all, func(t *territory) bool { return t.region == region })]
}

// codeOf returns the country code at the start of digits, "" if there is none. Codes have
// one to three digits, and no code is a prefix of another (ITU-T E.164, clause 6).
func codeOf(digits string) string {
	for n := 1; n <= 3 && n <= len(digits); n++ {
		if contents().plans[digits[:n]] != nil {
			return digits[:n]
		}
	}
	return ""
}

// readPlan parses the block of a country code.
func readPlan(code, lines string) *plan {
	p := &plan{}
	for line := range strings.Lines(lines) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if f[0] == "=" {
			p.formats = append(p.formats, format{groups: compile("^(?:" + f[1] + ")$"), first: beginning(f[2]), as: f[3]})
			continue
		}
		p.territories = append(p.territories, &territory{
			code: code, region: f[0],
			idd: beginning(f[1]), prefix: beginning(f[2]), becomes: f[3],
			whole: readLengths(f[4]), local: readLengths(f[5]),
			all: compile("^(?:" + f[6] + ")$"),
		})
	}
	return p
}

func readLengths(list string) (l lengths) {
	for n := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' }) {
		i, _ := strconv.Atoi(n)
		l |= 1 << i
	}
	return l
}

// main returns the territory whose rules apply to a number with a country code.
func (p *plan) main() *territory { return p.territories[0] }

// grouped returns a national number with spaces and dashes.
func (p *plan) grouped(national string) string {
	for _, f := range p.formats {
		if f.first != nil && !f.first().MatchString(national) {
			continue
		}
		if groups := f.groups(); groups.MatchString(national) {
			return groups.ReplaceAllString(national, f.as)
		}
	}
	return national
}

// abroad removes the international prefix. No country code begins with 0.
func (t *territory) abroad(dialled string) (rest string, ok bool) {
	at := t.idd().FindStringIndex(dialled)
	if at == nil || strings.HasPrefix(dialled[at[1]:], "0") {
		return "", false
	}
	return dialled[at[1]:], true
}

func (t *territory) valid(national string) bool { return t.all().MatchString(national) }

func (t *territory) length(national string) fit {
	n := len(national)
	switch bit := lengths(1) << min(n, 31); {
	case t.local&bit != 0:
		return local
	case t.whole&bit != 0:
		return possible
	case n < bits.TrailingZeros32(uint32(t.whole)):
		return short
	case n >= bits.Len32(uint32(t.whole)):
		return long
	}
	return between
}

// significant removes the national prefix of a number, unless the number would not be
// possible without it.
func (t *territory) significant(dialled string) string {
	if rest := t.withoutPrefix(dialled); t.length(rest) == possible {
		return rest
	}
	return dialled
}

// withoutPrefix removes the national prefix, or replaces it as the region requires. A valid
// number is not changed if the result would be invalid.
func (t *territory) withoutPrefix(dialled string) string {
	if t.prefix == nil {
		return dialled
	}
	prefix := t.prefix()
	at := prefix.FindStringSubmatchIndex(dialled)
	if at == nil {
		return dialled
	}
	rest := dialled[at[1]:]
	if lastGroup := at[len(at)-2]; t.becomes != "" && lastGroup >= 0 {
		rest = string(prefix.ExpandString(nil, t.becomes, dialled, at)) + rest
	}
	if t.valid(dialled) && !t.valid(rest) {
		return dialled
	}
	return rest
}
