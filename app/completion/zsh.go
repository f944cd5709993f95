package completion

import (
	"fmt"
	"strings"

	"nightlatch/app/commandline"
)

// zsh returns the script for zsh, an autoloaded function. It can be sourced as well.
func zsh(all []commandline.Command) string {
	var b strings.Builder
	b.WriteString(`#compdef nightlatch

# _nightlatch_source completes where a secret is: -, fd:N or file:PATH.
_nightlatch_source() {
  if compset -P 'file:'; then
    _files
  else
    compadd -S '' -- fd: file:
    compadd -- -
  fi
}

_nightlatch() {
  local at= ret=1
  local -a below
  # The command: its first word and, where that has verbs, the second one.
  if (( CURRENT > 2 )) && [[ $words[2] != -* ]]; then
    at=$words[2]
    shift words
    (( CURRENT-- ))
`)
	fmt.Fprintf(&b, "    case $at in\n      (%s)\n        if (( CURRENT > 2 )); then\n          at+=\" $words[2]\"\n          shift words\n          (( CURRENT-- ))\n        fi\n        ;;\n    esac\n  fi\n\n  case $at in\n", strings.Join(groups(all), "|"))
	for _, c := range all {
		fmt.Fprintf(&b, "    (%s)\n", quote(path(c)))
		if below := commandline.Below(all, c); len(below) > 0 {
			b.WriteString("      below=(\n")
			for _, v := range below {
				fmt.Fprintf(&b, "        %s\n", quote(last(v)+":"+v.Brief))
			}
			b.WriteString("      )\n      if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n        _describe -t commands command below && ret=0\n      fi\n")
			if c.Group {
				b.WriteString("      ;;\n")
				continue
			}
			b.WriteString("      [[ $words[2] == -* ]] &&\n")
		}
		b.WriteString("      _arguments")
		for _, f := range offered(c) {
			fmt.Fprintf(&b, " \\\n        %s", zshFlag(f))
		}
		if a := c.Argument; a != nil {
			colon := ":"
			if a.Optional {
				colon = "::"
			}
			fmt.Fprintf(&b, " \\\n        %s", quote(colon+a.Name+":"+zshValue(a.Kind, a.Values)))
		}
		if len(offered(c)) == 0 && c.Argument == nil {
			b.WriteString(" ':'")
		}
		b.WriteString(" && ret=0\n      ;;\n")
	}
	b.WriteString(`  esac
  return ret
}

if [[ $funcstack[1] == _nightlatch ]]; then
  _nightlatch "$@"
else
  compdef _nightlatch nightlatch
fi
`)
	return b.String()
}

var zshEscaper = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, ":", `\:`)

// zshFlag returns a flag as _arguments takes it.
func zshFlag(f commandline.Flag) string {
	text := "[" + zshEscaper.Replace(brief(f.Usage)) + "]"
	if f.Kind == commandline.Switch {
		return quote("--" + f.Name + text)
	}
	return quote("*--" + f.Name + "=" + text + ":" + f.Arg + ":" + zshValue(f.Kind, f.Values))
}

// zshValue returns how _arguments completes a value.
func zshValue(kind commandline.Kind, values []string) string {
	switch kind {
	case commandline.Choice:
		return "(" + strings.Join(values, " ") + ")"
	case commandline.File:
		return "_files"
	case commandline.Directory:
		return "_files -/"
	case commandline.Source:
		return "_nightlatch_source"
	}
	return " "
}
