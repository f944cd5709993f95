package main

import (
	"fmt"
	"slices"
	"strings"

	"nightlatch/app/completion"
)

// completionCommand is the command that prints the completion of a shell.
const completionCommand = "completion"

// completionShells are the shells that it knows.
var completionShells = completion.Shells()

// completion runs `nightlatch completion SHELL`.
func (t terminal) completion(args []string) error {
	f := t.flags(completionCommand, completionCommand+" "+strings.Join(completionShells, "|"))
	var shell string
	if err := parseWithFile(f, args, &shell); err != nil {
		return err
	}
	if !slices.Contains(completionShells, shell) {
		return usagef("completion needs one of %s", strings.Join(completionShells, ", "))
	}
	all, err := commands()
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(t.out, completion.Script(shell, all))
	return err
}
