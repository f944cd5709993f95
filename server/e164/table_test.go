package e164

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

//go:generate go test -run ^TestTable$ -update

var update = flag.Bool("update", false, "write table.txt")

// source returns the module and version of the library that the table is generated from.
func source(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Path}} {{.Version}}", "github.com/nyaruka/phonenumbers").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// TestTable: table.txt agrees with the library's metadata.
func TestTable(t *testing.T) {
	t.Parallel()
	want := generate(t, source(t))
	if *update {
		if err := os.WriteFile("table.txt", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table != want {
		t.Error("table.txt differs from the library's metadata: run go generate ./server/e164")
	}
}

// generate returns the table that belongs to the library's metadata.
func generate(t *testing.T, from string) string {
	t.Helper()
	collection, err := phonenumbers.MetadataCollection()
	if err != nil {
		t.Fatal(err)
	}
	plans := map[int][]*phonenumbers.PhoneMetadata{}
	for _, m := range collection.GetMetadata() {
		plans[int(m.GetCountryCode())] = append(plans[int(m.GetCountryCode())], m)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Numbering plans, drawn by go generate ./server/e164 from the metadata in\n"+
		"# %s, which is libphonenumber's:\n"+
		"# Copyright (C) The Libphonenumber Authors, Apache License 2.0.\n", from)
	for _, code := range slices.Sorted(maps.Keys(plans)) {
		regions := plans[code]
		order := phonenumbers.GetRegionCodesForCountryCode(code)
		slices.SortFunc(regions, func(a, b *phonenumbers.PhoneMetadata) int {
			return cmp.Compare(slices.Index(order, a.GetId()), slices.Index(order, b.GetId()))
		})
		if len(regions) != len(order) || regions[0].GetId() != order[0] {
			t.Fatalf("+%d: regions %v", code, order)
		}
		row(t, &b, fmt.Sprintf("+%d", code))
		for _, m := range regions {
			g := m.GetGeneralDesc()
			row(t, &b, m.GetId(), m.GetInternationalPrefix(), m.GetNationalPrefixForParsing(), m.GetNationalPrefixTransformRule(),
				list(t, g.GetPossibleLength()), list(t, g.GetPossibleLengthLocalOnly()), g.GetNationalNumberPattern())
			if g.GetNationalNumberPattern() == "" || len(g.GetPossibleLength()) == 0 || m.GetId() != "001" && m.GetInternationalPrefix() == "" {
				t.Errorf("%s lacks a pattern, lengths or a prefix, which the code expects", m.GetId())
			}
		}
		formats := regions[0].GetIntlNumberFormat()
		if len(formats) == 0 {
			formats = regions[0].GetNumberFormat()
		}
		for _, f := range formats {
			first := ""
			if l := f.GetLeadingDigitsPattern(); len(l) > 0 {
				first = l[len(l)-1] // the most detailed one
			}
			row(t, &b, "=", f.GetPattern(), first, f.GetFormat())
		}
	}
	return b.String()
}

func row(t *testing.T, b *strings.Builder, fields ...string) {
	t.Helper()
	line := strings.Join(fields, "\t")
	if strings.Count(line, "\t") != len(fields)-1 || strings.Contains(line, "\n") {
		t.Errorf("a field holds a separator: %q", fields)
	}
	b.WriteString(line + "\n")
}

func list(t *testing.T, lengths []int32) string {
	t.Helper()
	var out []string
	for _, l := range lengths {
		if l < 2 || l > 17 {
			t.Errorf("a length of %d", l)
		}
		out = append(out, fmt.Sprint(l))
	}
	return strings.Join(out, ",")
}

// TestEveryPlanIsReadable: Go can compile every pattern of the table.
func TestEveryPlanIsReadable(t *testing.T) {
	t.Parallel()
	for code := range phonenumbers.GetSupportedCallingCodes() {
		p := planOf(fmt.Sprint(code))
		if codeOf(fmt.Sprint(code, "12345")) != fmt.Sprint(code) || len(p.territories) == 0 {
			t.Fatalf("+%d: not in the table", code)
		}
		for _, a := range p.territories {
			for _, p := range []pattern{a.idd, a.prefix, a.all} {
				if p != nil {
					p()
				}
			}
			if (territoryOf(a.region) == nil) != (a.region == "001") {
				t.Errorf("region %s: %v", a.region, territoryOf(a.region))
			}
		}
		for _, f := range p.formats {
			f.groups()
			if f.first != nil {
				f.first()
			}
		}
	}
	for region := range phonenumbers.GetSupportedRegions() {
		if at := territoryOf(region); at == nil || at.code != fmt.Sprint(phonenumbers.GetCountryCodeForRegion(region)) {
			t.Errorf("region %s: %+v", region, at)
		}
	}
}
