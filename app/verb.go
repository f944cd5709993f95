package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
)

// A verb is one subcommand of `nightlatch key` or `nightlatch admin`. C is the state
// of one run of the command.
type verb[C any] struct {
	name     string
	synopsis string // flags and arguments, for the help
	help     string // what it does, for the help
	flags    func(*C, *flag.FlagSet)
	file     func(*C) *string // where the FILE argument goes; nil if there is none
	needs    func(*C) error   // checks flags that may not be missing; may be nil
	run      func(*C, context.Context) error

	// A verb of admin that works on the database has an operation instead of run.
	operation operation
	ask       func(*C, context.Context) error // reads secrets for the request; may be nil
	finish    func(*C) error                  // after the operation succeeded; may be nil
	creates   bool                            // it makes the database if there is none
	reads     bool                            // it changes nothing: without a server the data are opened for reading

	// With FILE given, here runs instead of the operation.
	fileOptional bool
	here         func(*C, context.Context) error
}

// verbs are the verbs of one command, in the order of its help.
type verbs[C any] []verb[C]

func (vs verbs[C]) names() string {
	var names []string
	for _, v := range vs {
		names = append(names, v.name)
	}
	return strings.Join(names, ", ")
}

// help describes every verb.
func (vs verbs[C]) help() string {
	var b strings.Builder
	for _, v := range vs {
		fmt.Fprintf(&b, "  %s\n      %s\n", strings.TrimSpace(v.name+" "+v.synopsis), v.help)
	}
	return b.String()
}

// find returns the verb with a name, or nil.
func (vs verbs[C]) find(name string) *verb[C] {
	for i := range vs {
		if vs[i].name == name {
			return &vs[i]
		}
	}
	return nil
}

// parse finds the verb that args begin with and parses the rest into c. asked is true
// if the help of the whole command was asked for; the verb is then nil.
func (vs verbs[C]) parse(t terminal, command string, c *C, args []string) (v *verb[C], asked bool, err error) {
	if len(args) == 0 {
		return nil, false, usagef("%s needs a verb: %s", command, vs.names())
	}
	name, args := args[0], args[1:]
	if isHelp(name) {
		return nil, true, nil
	}
	if v = vs.find(name); v == nil {
		return nil, false, usagef("%s has no verb %q; use one of %s", command, name, vs.names())
	}
	f := t.flags(command+" "+name, strings.TrimSpace(command+" "+name+" "+v.synopsis))
	v.flags(c, f)
	var file *string
	if v.file != nil {
		file = v.file(c)
	}
	if err := parseWithFile(f, args, file); err != nil {
		return nil, false, err
	}
	if file != nil && *file == "" && !v.fileOptional {
		return nil, false, usagef("%s %s needs a FILE: nightlatch %s %s %s", command, name, command, name, v.synopsis)
	}
	if v.needs != nil {
		err = v.needs(c)
	}
	return v, false, err
}
