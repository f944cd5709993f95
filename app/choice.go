package main

import (
	"errors"
	"flag"
	"strings"

	"nightlatch/app/commandline"
)

// A choiceFlag is a flag with a closed list of values. It checks nothing: its Value does.
type choiceFlag struct {
	flag.Value
	values []string
}

// String implements flag.Value. Package flag also calls it on the zero value.
func (c *choiceFlag) String() string {
	if c.Value == nil {
		return ""
	}
	return c.Value.String()
}

// Values implements commandline.Valued.
func (c *choiceFlag) Values() (commandline.Kind, []string) { return commandline.Choice, c.values }

// choices says what the values of a flag of f are.
func choices(f *flag.FlagSet, name string, values ...string) {
	known := f.Lookup(name)
	known.Value = &choiceFlag{known.Value, values}
}

// A refusedFlag is not accepted. It notes that it was given, and not its value, which may be
// a secret.
type refusedFlag struct{ given *bool }

func (r refusedFlag) String() string { return "" }

// Set implements flag.Value.
func (r refusedFlag) Set(string) error { *r.given = true; return nil }

// Values implements commandline.Valued.
func (r refusedFlag) Values() (commandline.Kind, []string) { return commandline.Refused, nil }

// A pathsFlag is a flag for the path of a file that can be given several times.
type pathsFlag []string

func (p *pathsFlag) String() string { return strings.Join(*p, " ") }

// Set implements flag.Value.
func (p *pathsFlag) Set(s string) error {
	if s == "" {
		return errors.New("give a path")
	}
	var one pathFlag
	if err := one.Set(s); err != nil {
		return err
	}
	*p = append(*p, string(one))
	return nil
}

// Values implements commandline.Valued.
func (p *pathsFlag) Values() (commandline.Kind, []string) { return commandline.File, nil }

// Values implements commandline.Valued. A path whose name is `directory` is one.
func (p *pathFlag) Values() (commandline.Kind, []string) { return commandline.File, nil }

// Values implements commandline.Valued.
func (s *sourceFlag) Values() (commandline.Kind, []string) {
	return commandline.Source, []string{"-", "fd:", "file:"}
}
