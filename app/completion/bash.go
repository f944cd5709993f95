package completion

import (
	"fmt"
	"strings"

	"nightlatch/app/commandline"
)

// bash returns the script for bash. It uses the functions of bash-completion 2.
func bash(all []commandline.Command) string {
	var b strings.Builder
	b.WriteString(`# bash completion for nightlatch                              -*- shell-script -*-

# _nightlatch_source completes where a secret is: -, fd:N or file:PATH.
_nightlatch_source()
{
    if [[ $cur == file:* ]]; then
        cur=${cur#file:}
        _filedir
        COMPREPLY=("${COMPREPLY[@]/#/file:}")
        cur=file:$cur
    else
        COMPREPLY=($(compgen -W '- fd: file:' -- "$cur"))
        [[ ${COMPREPLY[0]} == *: ]] && compopt -o nospace
    fi
    __ltrim_colon_completions "$cur"
}

_nightlatch()
{
    local cur prev words cword split
    _init_completion -s -n : || return

    # The command: its first word and, where that has verbs, the second one.
    local at= flags= below= argument=
    if ((cword > 1)) && [[ ${words[1]} != -* ]]; then
        at=${words[1]}
`)
	fmt.Fprintf(&b, "        case $at in\n            %s) ((cword > 2)) && at+=\" ${words[2]}\" ;;\n        esac\n    fi\n\n", strings.Join(groups(all), " | "))
	b.WriteString("    case \"$at $prev\" in\n")
	for _, c := range all {
		for _, f := range offered(c) {
			if f.Kind == commandline.Switch {
				continue
			}
			fmt.Fprintf(&b, "        %s)\n            %s\n            return\n            ;;\n", quote(path(c)+" --"+f.Name), bashValue(f.Kind, f.Values))
		}
	}
	b.WriteString("    esac\n    $split && return\n\n    case $at in\n")
	for _, c := range all {
		var names []string
		for _, f := range offered(c) {
			names = append(names, "--"+f.Name)
		}
		fmt.Fprintf(&b, "        %s)\n            flags=%s\n            below=%s\n", quote(path(c)), quote(strings.Join(names, " ")), quote(strings.Join(words(all, c), " ")))
		if a := c.Argument; a != nil {
			fmt.Fprintf(&b, "            argument=%s\n", quote(bashValue(a.Kind, a.Values)))
		}
		b.WriteString("            ;;\n")
	}
	b.WriteString(`        *) return ;;
    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$flags" -- "$cur"))
    elif [[ $below ]]; then
        [[ $at != "" || $cword -eq 1 ]] && COMPREPLY=($(compgen -W "$below" -- "$cur"))
    elif [[ $argument ]]; then
        eval "$argument"
    fi
} &&
    complete -F _nightlatch nightlatch
`)
	return b.String()
}

// bashValue returns the command that completes a value.
func bashValue(kind commandline.Kind, values []string) string {
	switch kind {
	case commandline.Choice:
		return `COMPREPLY=($(compgen -W "` + strings.Join(values, " ") + `" -- "$cur"))`
	case commandline.File:
		return "_filedir"
	case commandline.Directory:
		return "_filedir -d"
	case commandline.Source:
		return "_nightlatch_source"
	}
	return ":"
}
