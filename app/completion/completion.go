// Package completion writes the scripts by which shells complete the program's commands and
// flags. They are made from the description in commandline, so that a new flag appears in
// each of them.
package completion

import (
	"slices"
	"strings"

	"nightlatch/app/commandline"
)

// Shells are the shells that Script knows.
func Shells() []string { return []string{"bash", "zsh", "fish"} }

// Script returns the script for a shell of Shells.
func Script(shell string, all []commandline.Command) string {
	all = slices.DeleteFunc(slices.Clone(all), func(c commandline.Command) bool { return c.Hidden })
	switch shell {
	case "bash":
		return bash(all)
	case "zsh":
		return zsh(all)
	case "fish":
		return fish(all)
	}
	panic("completion: no shell " + shell)
}

// path is the key of a command in the scripts.
func path(c commandline.Command) string { return strings.Join(c.Path, " ") }

// last is the word that is typed for a command.
func last(c commandline.Command) string { return c.Path[len(c.Path)-1] }

// offered are the flags that are completed.
func offered(c commandline.Command) (flags []commandline.Flag) {
	for _, f := range c.Flags {
		if f.Kind != commandline.Refused {
			flags = append(flags, f)
		}
	}
	return flags
}

// brief is the first sentence of a usage: short enough for a list.
func brief(usage string) string {
	first, _, _ := strings.Cut(usage, ". ")
	first, _, _ = strings.Cut(first, "; ")
	return strings.TrimSuffix(first, ".")
}

// quote quotes a word for a POSIX shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// groups are the commands that have verbs.
func groups(all []commandline.Command) (names []string) {
	for _, c := range all {
		if c.Group {
			names = append(names, path(c))
		}
	}
	return names
}

// words are the names of the commands below one.
func words(all []commandline.Command, c commandline.Command) (names []string) {
	for _, below := range commandline.Below(all, c) {
		names = append(names, last(below))
	}
	return names
}
