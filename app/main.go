// Package main is the program nightlatch: the console, the account server
// without a window, and the terminal tools beside them.
//
// It reads flags, chooses directories, wires the rooms together and ends them
// again. Rules and screens live elsewhere; a sentence that a person reads in a
// terminal lives here.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// version is the program's; the build sets it from FyneApp.toml.
var version = "0.1.0"

// The exit statuses.
const (
	statusOK      = 0
	statusRefused = 1 // it could not be done; standard error says why, in a sentence
	statusUsage   = 2 // the command line makes no sense
)

const usage = `Nightlatch protects accounts with a second factor.

  nightlatch                         open the console
  nightlatch --lab                   open the console over a throw-away lab
  nightlatch serve [flags]           run the account server without a window
  nightlatch key VERB [flags]        use and look after security keys from a terminal
  nightlatch admin VERB [flags]      the owner's tools
  nightlatch version                 print the version, and what this build can do

"nightlatch COMMAND -h" lists the flags of a command.
`

func main() {
	os.Exit(terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr}.run(os.Args[1:]))
}

// A terminal is where a command reads and writes.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

// run runs one command line and returns its exit status.
func (t terminal) run(args []string) int {
	err := t.dispatch(args)
	var use *usageError
	var no *refusal
	switch {
	case err == nil:
		return statusOK
	case errors.Is(err, flag.ErrHelp):
		return statusOK
	case errors.As(err, &use):
		fmt.Fprintln(t.err, "nightlatch:", use.reason)
		return statusUsage
	case errors.As(err, &no):
		fmt.Fprintln(t.err, "nightlatch:", no.sentence)
		return statusRefused
	default:
		fmt.Fprintln(t.err, "nightlatch:", err)
		return statusRefused
	}
}

func (t terminal) dispatch(args []string) error {
	if len(args) == 0 {
		return t.console(args)
	}
	switch command, rest := args[0], args[1:]; command {
	case "serve":
		return t.serve(rest)
	case "key":
		return t.key(rest)
	case "admin":
		return t.admin(rest)
	case "version", "--version", "-version":
		if len(rest) > 0 {
			return usagef("version takes no arguments")
		}
		t.printVersion()
		return nil
	case "help", "-h", "-help", "--help":
		fmt.Fprint(t.out, usage)
		return nil
	default:
		if command[:min(1, len(command))] == "-" {
			return t.console(args)
		}
		return usagef("there is no command %q; nightlatch help lists them", command)
	}
}

// A usageError is a command line that makes no sense.
type usageError struct{ reason string }

func (e *usageError) Error() string { return e.reason }

func usagef(format string, args ...any) error {
	return &usageError{reason: fmt.Sprintf(format, args...)}
}

// flags makes the flag set of a command; its help goes to standard output.
func (t terminal) flags(command, synopsis string) *flag.FlagSet {
	f := flag.NewFlagSet("nightlatch "+command, flag.ContinueOnError)
	f.SetOutput(io.Discard) // run prints the one line that says what was wrong
	f.Usage = func() {
		fmt.Fprintf(t.out, "Usage: nightlatch %s\n", synopsis)
		f.SetOutput(t.out)
		f.PrintDefaults()
		f.SetOutput(io.Discard)
	}
	return f
}

// parse reads flags and refuses anything after them.
func parse(f *flag.FlagSet, args []string) error {
	quiet := f.Usage
	f.Usage = func() {}
	err := f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		quiet()
		return err
	}
	if err != nil {
		return usagef("%v", err)
	}
	if f.NArg() > 0 {
		return usagef("%q is one argument too many", f.Arg(0))
	}
	return nil
}
