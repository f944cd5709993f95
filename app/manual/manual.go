// Package manual writes the manual pages of commands, in the language mdoc(7).
package manual

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"nightlatch/app/commandline"
)

// Section is the section of the manual that the pages belong to.
const Section = "1"

// A Manual is the set of pages of a program.
type Manual struct {
	Commands []commandline.Command // the program first
	Statuses []commandline.Entry   // the exit statuses of every command
	See      []string              // where to read on
	Version  string
	Date     time.Time
}

// File is the name of the file with a command's page.
func File(c commandline.Command) string { return c.Page() + "." + Section }

// Page returns the manual page of a command.
func (m Manual) Page(c commandline.Command) string {
	var p page
	p.macro("Dd", m.Date.Format("January 2, 2006"))
	p.macro("Dt", strings.ToUpper(c.Page()), Section)
	p.macro("Os", "Nightlatch", m.Version)
	p.macro("Sh", "NAME")
	p.macro("Nm", c.Page())
	p.macro("Nd", escape(c.Brief))
	p.macro("Sh", "SYNOPSIS")
	p.synopsis(c)
	p.macro("Sh", "DESCRIPTION")
	for i, text := range c.About {
		if i > 0 {
			p.macro("Pp")
		}
		p.text(text)
	}
	p.verbs(slices.DeleteFunc(commandline.Below(m.Commands, c), func(c commandline.Command) bool { return c.Hidden }))
	p.options(c.Flags)
	p.entries("ENVIRONMENT", "Ev", c.Environment)
	p.entries("FILES", "Pa", c.Files)
	p.macro("Sh", "EXIT STATUS")
	p.list("Er", m.Statuses)
	p.examples(c.Examples)
	p.see(m, c)
	return p.String()
}

// A page is a page that is being written.
type page struct{ strings.Builder }

// macro writes one line that begins with a macro.
func (p *page) macro(words ...string) {
	p.WriteString("." + strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ") + "\n")
}

// text writes a paragraph, with a line for each sentence: so a formatter knows where
// sentences end.
func (p *page) text(text string) {
	for _, sentence := range sentences(text) {
		for _, line := range wrapped(escape(sentence), 78) {
			p.WriteString(protect(line) + "\n")
		}
	}
}

var sentenceEnd = regexp.MustCompile(`([.?!][)"]?) +([A-Z~$/"(]|nightlatch )`)

func sentences(text string) []string {
	return strings.Split(sentenceEnd.ReplaceAllString(text, "$1\n$2"), "\n")
}

func wrapped(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// escape returns text in which no character has a meaning for the formatter. A hyphen stays
// what is typed, a dash of a flag.
func escape(text string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, "…", `\&...`).Replace(text)
}

// protect returns a line that does not begin with a macro.
func protect(line string) string {
	if strings.HasPrefix(line, ".") {
		return `\&` + line
	}
	return line
}

// word returns an argument of a macro: one word, whatever it is.
func word(text string) string {
	text = escape(text)
	switch {
	case strings.ContainsAny(text, ` "`):
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	case len(text) <= 3: // it could be the name of a macro, or punctuation
		return `\&` + text
	}
	return text
}

// synopsis writes how a command is called. Flags that its synopsis leaves out follow.
func (p *page) synopsis(c commandline.Command) {
	p.macro("Nm", word(c.Line()))
	given := c.Synopsis
	if c.Group {
		given = strings.ReplaceAll(given, "[flags]", "")
	}
	for _, group := range groups(given) {
		if inside, ok := strings.CutPrefix(group, "["); ok {
			p.macro("Oo")
			for _, alternative := range strings.SplitAfter(strings.TrimSuffix(inside, "]"), " | ") { // a line may end after each
				p.macro(usage(alternative)...)
			}
			p.macro("Oc")
			continue
		}
		p.macro(usage(group)...)
	}
	for _, f := range c.Flags {
		if f.Kind == commandline.Refused || mentions(given, f.Name) {
			continue
		}
		p.macro(append([]string{"Op", "Fl", word("-" + f.Name)}, value(f)...)...)
	}
}

// mentions reports whether a synopsis has a flag.
func mentions(synopsis, name string) bool {
	return slices.Contains(strings.FieldsFunc(synopsis, func(r rune) bool { return strings.ContainsRune(" []|", r) }), "--"+name)
}

func value(f commandline.Flag) []string {
	if f.Arg == "" {
		return nil
	}
	return []string{"Ar", word(f.Arg)}
}

// groups returns the parts of a synopsis: what is in brackets, flags with their values, and
// arguments.
func groups(synopsis string) (all []string) {
	depth := 0
	var now []string
	for _, w := range strings.Fields(synopsis) {
		begins := depth == 0 && len(now) > 0 && (strings.HasPrefix(w, "[") || strings.HasPrefix(w, "--") || !strings.HasPrefix(now[len(now)-1], "--"))
		if begins {
			all, now = append(all, strings.Join(now, " ")), nil
		}
		now = append(now, w)
		depth += strings.Count(w, "[") - strings.Count(w, "]")
	}
	if len(now) > 0 {
		all = append(all, strings.Join(now, " "))
	}
	return all
}

// usage returns words of a synopsis as macros.
func usage(text string) (words []string) {
	for _, w := range strings.Fields(text) {
		if name, ok := strings.CutPrefix(w, "--"); ok {
			words = append(words, "Fl", word("-"+name))
		} else if w == "|" {
			words = append(words, "|")
		} else {
			words = append(words, "Ar", word(w))
		}
	}
	return words
}

// verbs lists the commands below one.
func (p *page) verbs(below []commandline.Command) {
	if len(below) == 0 {
		return
	}
	p.macro("Sh", "COMMANDS")
	p.text("Each has a page of its own.")
	p.macro("Bl", "-tag", "-width", "Ds")
	for _, c := range below {
		p.macro("It", "Xr", c.Page(), Section)
		p.text(sentence(c.Brief))
	}
	p.macro("El")
}

func (p *page) options(flags []commandline.Flag) {
	if len(flags) == 0 {
		return
	}
	p.macro("Sh", "OPTIONS")
	p.text("A value follows its option, or an equals sign: --name VALUE, --name=VALUE.")
	p.macro("Bl", "-tag", "-width", "Ds")
	for _, f := range flags {
		p.macro(append([]string{"It", "Fl", word("-" + f.Name)}, value(f)...)...)
		p.text(sentence(f.Usage))
		if f.Default != "" {
			p.text("The default is " + f.Default + ".")
		}
	}
	p.macro("El")
}

// sentence makes words a sentence.
func sentence(words string) string {
	if words == "" {
		return ""
	}
	words = strings.ToUpper(words[:1]) + words[1:]
	if strings.HasSuffix(words, ".") {
		return words
	}
	return words + "."
}

func (p *page) entries(heading, macro string, all []commandline.Entry) {
	if len(all) == 0 {
		return
	}
	p.macro("Sh", heading)
	p.list(macro, all)
}

func (p *page) list(macro string, all []commandline.Entry) {
	p.macro("Bl", "-tag", "-width", "Ds")
	for _, e := range all {
		p.macro("It", macro, word(e.Name))
		p.text(e.Text)
	}
	p.macro("El")
}

func (p *page) examples(all []commandline.Example) {
	p.macro("Sh", "EXAMPLES")
	for i, e := range all {
		if i > 0 {
			p.macro("Pp")
		}
		p.text(e.Text)
		p.macro("Bd", "-literal", "-offset", "indent")
		for line := range strings.SplitSeq(e.Command, "\n") {
			p.WriteString(protect(escape(line)) + "\n")
		}
		p.macro("Ed")
	}
}

// see refers to the page above, to the others of the same level, and to other documents.
func (p *page) see(m Manual, c commandline.Command) {
	var pages []string
	for _, other := range m.Commands {
		above := len(other.Path) < len(c.Path) && slices.Equal(other.Path, c.Path[:len(other.Path)])
		beside := len(c.Path) > 0 && len(other.Path) == len(c.Path) && slices.Equal(other.Path[:len(c.Path)-1], c.Path[:len(c.Path)-1])
		below := len(c.Path) == 0 && len(other.Path) == 1
		if (above || beside || below) && other.Page() != c.Page() && !other.Hidden {
			pages = append(pages, other.Page())
		}
	}
	slices.Sort(pages)
	p.macro("Sh", "SEE ALSO")
	for i, name := range pages {
		comma := ","
		if i == len(pages)-1 {
			comma = ""
		}
		p.macro("Xr", name, Section, comma)
	}
	for _, at := range m.See {
		p.macro("Pp")
		fmt.Fprintf(p, ".Lk %s\n", at)
	}
}
