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

// table has a block for each country code, in lines whose fields are set apart
// by tabs:
//
//	+CODE
//	REGION, prefix for calls abroad, national prefix, what that becomes, possible
//	  lengths, lengths for calls within the area, pattern of all numbers
//	=, pattern of the groups, pattern of the first digits, groups
//
// The first region is the main one of the code. Patterns are RE2's, of the
// national (significant) number unless said otherwise; where two formats match,
// the first one is meant.
//
//go:embed table.txt
var table string

// A plan is how the numbers of a country code are written (ITU-T E.164, clause 6).
type plan struct {
	territories []*territory
	formats     []format
}

// A territory is a region (ISO 3166-1 alpha-2; 001 for what belongs to no
// country) with its habits of dialling.
type territory struct {
	code, region string
	idd          pattern // prefix for calls abroad
	prefix       pattern // what is dialled before a national number, nil for nothing
	becomes      string  // what the prefix turns into, when its last group is there
	all          pattern // every number, roughly
	whole        lengths
	local        lengths // dialled within an area only
}

// A format is how some numbers of a plan are grouped.
type format struct {
	groups pattern
	first  pattern // what the number begins with, nil for anything
	as     string  // "$1 $2"
}

// A pattern is a regular expression that is compiled when it is first asked for.
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

// lengths has the bit n set for a possible length of n digits.
type lengths uint32

// A fit says how the length of a number goes with those that are possible.
type fit int

const (
	possible fit = iota
	local        // possible within an area
	short
	long
	between // longer than one possible number, shorter than another
)

// A directory says where in the table things are.
type directory struct {
	plans map[string]func() *plan // by country code; read when first asked for
	codes map[string]string       // the country code of a region

	extension pattern
}

// opened is the directory once somebody has asked for a number: programs that
// start pay nothing for it.
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
	_, blocks, _ := strings.Cut(table, "\n+") // after the remarks
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

// planOf is the plan of a country code of the table.
func planOf(code string) *plan { return contents().plans[code]() }

// territoryOf finds a region, nil when there is none of that name.
func territoryOf(region string) *territory {
	code, ok := contents().codes[region]
	if !ok {
		return nil
	}
	all := planOf(code).territories
	return all[slices.IndexFunc(all, func(t *territory) bool { return t.region == region })]
}

// codeOf is the country code that digits begin with, "" when there is none.
// Codes have one to three digits, and none begins another (ITU-T E.164, clause 6).
func codeOf(digits string) string {
	for n := 1; n <= 3 && n <= len(digits); n++ {
		if contents().plans[digits[:n]] != nil {
			return digits[:n]
		}
	}
	return ""
}

// readPlan reads the block of a country code.
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

// main is the territory whose rules hold for a number with its country code.
func (p *plan) main() *territory { return p.territories[0] }

// grouped is a national number with spaces and dashes.
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

// abroad takes away the prefix for calls abroad. No country code begins with 0.
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

// significant is a number as dialled nationally without the national prefix: it
// stays when the number would not be possible then.
func (t *territory) significant(dialled string) string {
	if rest := t.withoutPrefix(dialled); t.length(rest) == possible {
		return rest
	}
	return dialled
}

// withoutPrefix takes away the national prefix, or puts another in its place. A
// valid number is left alone when it would no longer be one.
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
