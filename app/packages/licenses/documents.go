package licenses

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"nightlatch/app/packages/release"
)

// FileName is the name of the file with the licences of the program's parts.
const FileName = "THIRD-PARTY-LICENSES.txt"

// ThirdParty returns the licences of everything in the program that others made, for people.
// A text that several parts have is there once.
func (b *Build) ThirdParty() []byte {
	var out strings.Builder
	out.WriteString("Nightlatch contains the work of others, under the licences below. Nightlatch itself is\nunder the Apache License 2.0, which is in the file LICENSE.\n\n")
	type shared struct{ body, of string }
	var texts []shared
	for _, c := range b.Components {
		fmt.Fprintf(&out, "%s: %s\n", title(c), c.Expression())
		for _, t := range c.Texts {
			if at := slices.IndexFunc(texts, func(s shared) bool { return s.body == t.Body }); at >= 0 {
				texts[at].of += "\n" + title(c)
			} else {
				texts = append(texts, shared{t.Body, title(c)})
			}
		}
	}
	for _, t := range texts {
		fmt.Fprintf(&out, "\n%s\n%s\n%s\n\n%s", rule, t.of, rule, t.body)
	}
	return []byte(out.String())
}

const rule = "------------------------------------------------------------------------------------"

func title(c Component) string {
	text := c.Name
	if c.Version != "" {
		text += " " + c.Version
	}
	if c.Note != "" {
		text += " (" + c.Note + ")"
	}
	return text
}

// Debian returns the file copyright of a Debian package, in the format DEP 5. The Apache
// License is on every Debian system.
func (b *Build) Debian(root string) ([]byte, error) {
	own, err := read(filepath.Join(root, "LICENSE"), "LICENSE")
	if err != nil {
		return nil, err
	}
	if len(own.Body) < 10000 {
		return nil, fmt.Errorf("licenses: LICENSE is not complete")
	}
	var out strings.Builder
	fmt.Fprintf(&out, `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Nightlatch
Upstream-Contact: %s
Source: %s
Comment: The paths below linked/ are the parts of /usr/bin/nightlatch that others made.

Files: *
Copyright: The Nightlatch maintainers
License: Apache-2.0
`, release.Maintainer, release.Homepage)
	for _, c := range b.Components {
		fmt.Fprintf(&out, "\nFiles: linked/%s/*\nCopyright: %s\nLicense: %s\n", strings.ReplaceAll(c.Name, " ", "-"), strings.Join(holders(c), "\n           "), strings.ReplaceAll(c.Expression(), " AND ", " and "))
		if c.Note != "" {
			fmt.Fprintf(&out, "Comment: %s\n", c.Note)
		}
	}
	for _, l := range b.paragraphs() {
		fmt.Fprintf(&out, "\nLicense: %s\n", l.id)
		for line := range strings.Lines(l.body) {
			if line = strings.TrimRight(line, "\n"); line == "" {
				line = "."
			}
			out.WriteString(" " + line + "\n")
		}
	}
	return []byte(out.String()), nil
}

// A paragraph has the text of a licence.
type paragraph struct{ id, body string }

// paragraphs returns a text for each licence: the texts of all parts that have it, without
// repetition.
func (b *Build) paragraphs() (all []paragraph) {
	bodies := map[string][]string{"Apache-2.0": {"On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.\n"}}
	var notices []string
	for _, c := range b.Components {
		for _, t := range c.Texts {
			switch {
			case len(t.IDs) == 0:
				notices = append(notices, title(c)+" has this notice:\n\n"+t.Body)
			case slices.Equal(t.IDs, []string{"Apache-2.0"}):
			default:
				for _, id := range t.IDs {
					if !slices.Contains(bodies[id], t.Body) {
						bodies[id] = append(bodies[id], t.Body)
					}
				}
			}
		}
	}
	bodies["Apache-2.0"] = append(bodies["Apache-2.0"], notices...)
	for id, texts := range bodies {
		all = append(all, paragraph{id, strings.Join(texts, "\n"+rule[:40]+"\n\n")})
	}
	slices.SortFunc(all, func(x, y paragraph) int { return strings.Compare(x.id, y.id) })
	return all
}

var copyrightLine = regexp.MustCompile(`(?i)^\W*(?:copyright\s|©|fonts are \(c\)|portions copyright)`)

// holders returns the lines of a component's texts that say whose work it is.
func holders(c Component) (lines []string) {
	for _, t := range c.Texts {
		for line := range strings.Lines(t.Body) {
			line = strings.Join(strings.Fields(strings.TrimLeft(line, " /*#")), " ")
			year := strings.ContainsAny(line, "0123456789©") || strings.Contains(strings.ToLower(line), "(c)")
			if copyrightLine.MatchString(line) && year && !strings.Contains(line, "[yyyy]") && !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	if len(lines) == 0 {
		return []string{"the authors of " + c.Name}
	}
	return lines
}
