package completion

import (
	"fmt"
	"strings"

	"nightlatch/app/commandline"
)

// fish returns the script for fish.
func fish(all []commandline.Command) string {
	var b strings.Builder
	b.WriteString(`# fish completion for nightlatch

# __nightlatch_words prints the words before the one that is typed, without the program.
function __nightlatch_words
    set -l typed (commandline -opc)
    test (count $typed) -gt 1; and printf '%s\n' $typed[2..-1]
end

# __nightlatch_after is true right after the words of a command.
function __nightlatch_after
    set -l typed (__nightlatch_words)
    test "$typed" = "$argv"
end

# __nightlatch_in is true in a command: its first word and, where that has verbs, the second.
function __nightlatch_in
    set -l typed (__nightlatch_words)
    set -l at
    if set -q typed[1]; and not string match -q -- '-*' $typed[1]
        set at $typed[1]
`)
	fmt.Fprintf(&b, "        if contains -- $at %s; and set -q typed[2]\n            set at \"$at $typed[2]\"\n        end\n    end\n    test \"$at\" = \"$argv\"\nend\n", strings.Join(groups(all), " "))
	b.WriteString(`
# __nightlatch_source prints where a secret can be: -, fd:N or file:PATH.
function __nightlatch_source
    set -l typed (string replace -r -- '^--[^=]*=' '' (commandline -ct))
    if string match -q -- 'file:*' $typed
        for path in (__fish_complete_path (string replace -- 'file:' '' $typed))
            echo file:$path
        end
    else
        printf '%s\n' - fd: file:
    end
end

complete -c nightlatch -f
`)
	for _, c := range all {
		for _, v := range commandline.Below(all, c) {
			fmt.Fprintf(&b, "complete -c nightlatch -n %s -a %s -d %s\n", fishQuote("__nightlatch_after "+path(c)), last(v), fishQuote(v.Brief))
		}
		in := fishQuote(strings.TrimSpace("__nightlatch_in " + path(c)))
		if a := c.Argument; a != nil {
			fmt.Fprintf(&b, "complete -c nightlatch -n %s %s\n", in, strings.TrimPrefix(fishValue(a.Kind, a.Values), "-x "))
		}
		for _, f := range offered(c) {
			value := ""
			if f.Kind != commandline.Switch {
				value = fishValue(f.Kind, f.Values) + " "
			}
			fmt.Fprintf(&b, "complete -c nightlatch -n %s -l %s %s-d %s\n", in, f.Name, value, fishQuote(brief(f.Usage)))
		}
	}
	return b.String()
}

// fishQuote quotes a word for fish.
func fishQuote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(strings.TrimSpace(s)) + "'"
}

// fishValue returns how `complete` completes a value.
func fishValue(kind commandline.Kind, values []string) string {
	switch kind {
	case commandline.Choice:
		return "-x -a " + fishQuote(strings.Join(values, " "))
	case commandline.File:
		return "-r -F"
	case commandline.Directory:
		return "-x -a '(__fish_complete_directories)'"
	case commandline.Source:
		return "-x -a '(__nightlatch_source)'"
	}
	return "-x"
}
