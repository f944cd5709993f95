// Package main is the program nightlatch: the console, the account server without a
// window, and the terminal commands.
//
// It parses flags, chooses directories, starts the packages and stops them. Rules and
// screens are in other packages; the messages of the terminal commands are here.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"

	"nightlatch/assets"
	"nightlatch/ui/chooser"
)

// version is the program's version. The build sets it from FyneApp.toml.
var version = "0.1.0"

// The exit statuses.
const (
	statusOK      = 0
	statusRefused = 1 // it failed; standard error has the reason in one line
	statusUsage   = 2 // the command line is wrong
)

const usage = `Nightlatch is an account server for two-factor authentication, and its window.

  nightlatch                         open the console
  nightlatch --lab                   open the console with a temporary lab
  nightlatch --policy hardened       open the console with the stricter policy
  nightlatch serve [flags]           run the account server without a window
  nightlatch key VERB [flags]        use and manage security keys from a terminal
  nightlatch admin VERB [flags]      manage accounts, delivery and backups of this computer
  nightlatch version                 print the version and the features of this build
  nightlatch licenses                print the licences of everything in this program
  nightlatch completion SHELL        print the completion of bash, zsh or fish

"nightlatch COMMAND -h" lists the flags of a command.
`

func main() {
	t, end := openTerminal()
	status := t.run(os.Args[1:])
	end(status)
	os.Exit(status)
}

// A terminal is where a command reads and writes.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

// say tells the user what the program waits for.
func (t terminal) say(what string) { fmt.Fprintln(t.err, "nightlatch: "+what) }

// told says that the user has seen in a window what the command will print. Where nobody
// reads standard error, it is not shown again.
func (t terminal) told() {
	if box, ok := t.err.(interface{ Told() }); ok {
		box.Told()
	}
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
	switch command, rest := args[0], args[1:]; {
	case command == "serve":
		return t.serve(rest)
	case command == "key":
		return t.key(rest)
	case command == "admin":
		return t.admin(rest)
	case slices.Contains([]string{"version", "--version", "-version"}, command):
		if len(rest) > 0 {
			return usagef("version takes no arguments")
		}
		t.printVersion()
		return nil
	case command == licensesCommand:
		return t.licenses(rest)
	case command == completionCommand:
		return t.completion(rest)
	case command == manualCommand:
		return t.manuals(rest)
	case command == noticeCommand:
		return t.notice()
	case isHelp(command):
		fmt.Fprint(t.out, usage)
		return nil
	case command[:min(1, len(command))] == "-":
		return t.console(args)
	default:
		return usagef("there is no command %q; nightlatch help lists the commands", command)
	}
}

// licensesCommand is the command that prints the licences of others' work in the program.
const licensesCommand = "licenses"

// licenses runs `nightlatch licenses`.
func (t terminal) licenses(args []string) error {
	if err := parse(t.flags(licensesCommand, licensesCommand), args); err != nil {
		return err
	}
	_, err := io.WriteString(t.out, assets.Licenses())
	return err
}

// isHelp reports whether an argument asks for help.
func isHelp(arg string) bool {
	return slices.Contains([]string{"help", "-h", "-help", "--help"}, arg)
}

// A usageError is a mistake in the command line.
type usageError struct{ reason string }

func (e *usageError) Error() string { return e.reason }

func usagef(format string, args ...any) error {
	return &usageError{reason: fmt.Sprintf(format, args...)}
}

// flags makes the flag set of a command. Its help goes to standard output.
func (t terminal) flags(command, synopsis string) *flag.FlagSet {
	f := flag.NewFlagSet("nightlatch "+command, flag.ContinueOnError)
	f.SetOutput(io.Discard) // terminal.run prints errors, in one line
	f.Usage = func() {
		fmt.Fprintf(t.out, "Usage: nightlatch %s\n", synopsis)
		f.SetOutput(t.out)
		f.PrintDefaults()
		f.SetOutput(io.Discard)
	}
	return f
}

// parse parses flags and refuses other arguments.
func parse(f *flag.FlagSet, args []string) error { return parseWithFile(f, args, nil) }

// parseWithFile parses flags and, unless file is nil, one other argument, which may
// stand before, between or after the flags.
func parseWithFile(f *flag.FlagSet, args []string, file *string) error {
	help := f.Usage
	f.Usage = func() {} // FlagSet also calls it for errors
	err := f.Parse(args)
	if err == nil && file != nil && f.NArg() > 0 {
		*file = chooser.Expand(f.Arg(0))
		err = f.Parse(f.Args()[1:])
	}
	if errors.Is(err, flag.ErrHelp) {
		help()
		return err
	}
	if err != nil {
		return usagef("%v", err)
	}
	if f.NArg() > 0 {
		return usagef("unexpected argument %q", f.Arg(0))
	}
	return nil
}
