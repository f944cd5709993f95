// Package commandline describes the commands of the program and their flags, for the manual
// pages and for the completion of shells. Package main fills it from its own flag sets, so
// that a new flag appears in both.
package commandline

import (
	"flag"
	"slices"
	"strings"
)

// Name is the name of the program.
const Name = "nightlatch"

// A Kind is what a value is.
type Kind int

// The kinds of values.
const (
	Text      Kind = iota // any text
	Switch                // no value
	Choice                // one of Values
	File                  // the path of a file
	Directory             // the path of a directory
	Source                // where a secret is: -, fd:N or file:PATH
	Refused               // the flag exists only to say why it is not accepted
)

// A Flag is one flag of a command.
type Flag struct {
	Name    string // without dashes
	Arg     string // name of the value: "DIR"; "" for a switch
	Usage   string // what it is for: words without a full stop
	Default string
	Kind    Kind
	Values  []string // of a Choice
}

// An Argument is what a command takes beside its flags.
type Argument struct {
	Name     string
	Kind     Kind
	Values   []string // of a Choice
	Optional bool
}

// An Entry explains a name: a variable, a file.
type Entry struct{ Name, Text string }

// An Example is a command and what it does.
type Example struct{ Text, Command string }

// A Command is the program, or one of its commands or verbs.
type Command struct {
	Path        []string // the words after the program's name
	Brief       string   // what it does: words without a full stop
	Synopsis    string   // flags and arguments as its help shows them; other flags are added
	About       []string // paragraphs
	Flags       []Flag
	Argument    *Argument
	Group       bool // it only has verbs
	Environment []Entry
	Files       []Entry
	Examples    []Example
	Hidden      bool // for packagers: not completed
}

// Page is the name of the command's manual page.
func (c Command) Page() string { return strings.Join(append([]string{Name}, c.Path...), "-") }

// Line is the command as it is typed.
func (c Command) Line() string { return strings.Join(append([]string{Name}, c.Path...), " ") }

// Below returns the commands directly below c, in their order.
func Below(all []Command, c Command) (below []Command) {
	for _, other := range all {
		if len(other.Path) == len(c.Path)+1 && slices.Equal(other.Path[:len(c.Path)], c.Path) {
			below = append(below, other)
		}
	}
	return below
}

// A Valued is a flag.Value that says what its values are.
type Valued interface {
	Values() (Kind, []string)
}

// Flags returns the flags of a set, sorted by name.
func Flags(set *flag.FlagSet) (all []Flag) {
	set.VisitAll(func(f *flag.Flag) {
		arg, usage := flag.UnquoteUsage(f)
		one := Flag{Name: f.Name, Arg: strings.ToUpper(arg), Usage: usage, Default: f.DefValue}
		if one.Arg == "DIRECTORY" {
			one.Arg = "DIR"
		}
		if b, ok := f.Value.(interface{ IsBoolFlag() bool }); ok && b.IsBoolFlag() {
			one.Kind, one.Arg, one.Default = Switch, "", ""
		}
		if v, ok := f.Value.(Valued); ok {
			one.Kind, one.Values = v.Values()
			switch {
			case one.Kind == File && one.Arg == "DIR":
				one.Kind = Directory
			case one.Kind == Source:
				one.Arg = "SOURCE"
			}
		}
		all = append(all, one)
	})
	return all
}
