package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"nightlatch/app/commandline"
	"nightlatch/app/manual"
	"nightlatch/ui/chooser"
)

// manualCommand is the hidden command that writes the manual pages, for packagers.
const manualCommand = "man"

// homepage is where users read more.
const homepage = "https://nightlatch.org"

// manuals runs `nightlatch man DIR`.
func (t terminal) manuals(args []string) error {
	var dir string
	f := t.flags(manualCommand, manualCommand+" DIR")
	if err := parseWithFile(f, args, &dir); err != nil {
		return err
	}
	if dir == "" {
		return usagef("man needs a directory for the pages: nightlatch man DIR")
	}
	date := time.Now()
	if text := os.Getenv("SOURCE_DATE_EPOCH"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return usagef("SOURCE_DATE_EPOCH is not a number of seconds")
		}
		date = time.Unix(n, 0)
	}
	m, err := describe(date.UTC())
	if err != nil {
		return err
	}
	for _, c := range m.Commands {
		if c.Hidden {
			continue
		}
		path := filepath.Join(chooser.Expand(dir), manual.File(c))
		if err := os.WriteFile(path, []byte(m.Page(c)), 0o644); err != nil {
			return refuse(err, "The manual page %s cannot be written (%s). Choose another directory.", shortened(path), reason(err))
		}
	}
	return nil
}

// describe returns the manual of this program.
func describe(date time.Time) (manual.Manual, error) {
	m := manual.Manual{
		Version: version, Date: date, See: []string{homepage},
		Statuses: []commandline.Entry{
			{Name: strconv.Itoa(statusOK), Text: "It was done."},
			{Name: strconv.Itoa(statusRefused), Text: "It was refused or failed. Standard error has the reason, and what helps, in one line."},
			{Name: strconv.Itoa(statusUsage), Text: "The command line is wrong."},
		},
	}
	var err error
	m.Commands, err = commands()
	return m, err
}

// commands describes every command. Flags come from the flag sets, and the rest from the
// tables of verbs and from guides. No default depends on this computer.
func commands() (all []commandline.Command, err error) {
	defer withoutComputer()()
	add := func(c commandline.Command, flags func(*flag.FlagSet)) {
		g, known := guides[strings.Join(c.Path, " ")]
		if !known {
			err = errors.Join(err, fmt.Errorf("app: no guide to %q", c.Line()))
		}
		c.About, c.Examples, c.Environment, c.Files = g.about, g.examples, g.environment, g.files
		if flags != nil {
			set := flag.NewFlagSet(c.Line(), flag.ContinueOnError)
			flags(set)
			c.Flags = commandline.Flags(set)
		}
		all = append(all, c)
	}
	add(commandline.Command{Brief: "account server for two-factor authentication, and its window", Synopsis: consoleSynopsis}, new(consoleCommand).flags)
	add(commandline.Command{Path: []string{"serve"}, Brief: "run the account server without a window"}, new(serveConfig).flags)
	addVerbs(add, "key", "use and manage security keys from a terminal", keyVerbs, func() *keyCommand { return &keyCommand{secrets: newKeySecrets()} })
	addVerbs(add, "admin", "manage accounts, delivery and backups of this computer", adminVerbs, func() *adminCommand { return &adminCommand{} })
	add(commandline.Command{Path: []string{"version"}, Brief: "print the version and the features of this build"}, nil)
	add(commandline.Command{Path: []string{licensesCommand}, Brief: "print the licences of everything in this program"}, nil)
	add(commandline.Command{
		Path: []string{completionCommand}, Brief: "print the completion of a shell", Synopsis: "SHELL",
		Argument: &commandline.Argument{Name: "SHELL", Kind: commandline.Choice, Values: completionShells},
	}, nil)
	add(commandline.Command{
		Path: []string{manualCommand}, Brief: "write the manual pages", Synopsis: "DIR", Hidden: true,
		Argument: &commandline.Argument{Name: "DIR", Kind: commandline.Directory},
	}, nil)
	return all, err
}

// addVerbs describes a command with verbs.
func addVerbs[C any](add func(commandline.Command, func(*flag.FlagSet)), name, brief string, vs verbs[C], fresh func() *C) {
	add(commandline.Command{Path: []string{name}, Brief: brief, Synopsis: "VERB [flags]", Group: true}, nil)
	for _, v := range vs {
		c := commandline.Command{Path: []string{name, v.name}, Brief: v.help, Synopsis: v.synopsis}
		if v.file != nil {
			c.Argument = &commandline.Argument{Name: "FILE", Kind: commandline.File, Optional: v.fileOptional}
		}
		state := fresh()
		add(c, func(f *flag.FlagSet) { v.flags(state, f) })
	}
}

// withoutComputer makes the defaults of flags the same on every computer until the returned
// function is called.
func withoutComputer() (restore func()) {
	data, home, service := os.Getenv("XDG_DATA_HOME"), os.Getenv("HOME"), serviceDirectory
	os.Setenv("XDG_DATA_HOME", "")
	os.Setenv("HOME", "~")
	serviceDirectory = ""
	return func() {
		os.Setenv("XDG_DATA_HOME", data)
		os.Setenv("HOME", home)
		serviceDirectory = service
	}
}
