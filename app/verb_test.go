package main

import (
	"context"
	"errors"
	"flag"
	"strings"
	"testing"
)

type testCommand struct {
	file string
	yes  bool
}

var testVerbs = verbs[testCommand]{
	{
		name: "copy", synopsis: "[--yes] FILE", help: "copy a file",
		flags: func(c *testCommand, f *flag.FlagSet) { f.BoolVar(&c.yes, "yes", false, "confirm") },
		file:  func(c *testCommand) *string { return &c.file },
		run:   func(*testCommand, context.Context) error { return nil },
	},
	{
		name: "list", help: "list files",
		flags: func(c *testCommand, f *flag.FlagSet) { f.BoolVar(&c.yes, "yes", false, "confirm") },
		needs: func(c *testCommand) error {
			if !c.yes {
				return usagef("list needs --yes")
			}
			return nil
		},
		run: func(*testCommand, context.Context) error { return nil },
	},
}

func TestVerbs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args, file string
		yes        bool
		problem    string // "" for none
	}{
		{args: "copy a", file: "a"},
		{args: "copy a --yes", file: "a", yes: true},
		{args: "copy --yes a", file: "a", yes: true},
		{args: "copy", problem: "needs a FILE"},
		{args: "copy --yes", problem: "needs a FILE"},
		{args: "copy a b", problem: `unexpected argument "b"`},
		{args: "copy a --yes b", problem: `unexpected argument "b"`},
		{args: "copy a --no", problem: "-no"},
		{args: "list --yes", yes: true},
		{args: "list", problem: "list needs --yes"},
		{args: "list a", problem: `unexpected argument "a"`},
		{args: "move", problem: "use one of copy, list"},
		{args: "", problem: "needs a verb: copy, list"},
	} {
		var c testCommand
		v, help, err := testVerbs.parse(terminal{out: &strings.Builder{}}, "test", &c, strings.Fields(tt.args))
		if tt.problem != "" {
			var use *usageError
			if !errors.As(err, &use) || !strings.Contains(use.reason, tt.problem) {
				t.Errorf("%q: %v; want %q", tt.args, err, tt.problem)
			}
			continue
		}
		if err != nil || help || v == nil || c.file != tt.file || c.yes != tt.yes {
			t.Errorf("%q: %+v, help %v: %v", tt.args, c, help, err)
		}
	}
}

func TestVerbHelp(t *testing.T) {
	t.Parallel()
	for _, arg := range []string{"help", "-h", "-help", "--help"} {
		if v, help, err := testVerbs.parse(terminal{}, "test", &testCommand{}, []string{arg}); v != nil || !help || err != nil {
			t.Errorf("%s: %v, %v, %v", arg, v, help, err)
		}
	}
	var out strings.Builder
	if _, _, err := testVerbs.parse(terminal{out: &out}, "test", &testCommand{}, []string{"copy", "a", "-h"}); !errors.Is(err, flag.ErrHelp) {
		t.Error(err)
	}
	if got := out.String(); !strings.HasPrefix(got, "Usage: nightlatch test copy [--yes] FILE\n") || strings.Count(got, "-yes") != 2 {
		t.Errorf("the help of a verb is\n%s", got)
	}
}

// Every verb has what parse and the help need.
func TestVerbsAreComplete(t *testing.T) {
	t.Parallel()
	for _, v := range keyVerbs {
		if v.name == "" || v.help == "" || v.flags == nil || v.run == nil {
			t.Errorf("key %s lacks something", v.name)
		}
	}
	for _, v := range adminVerbs {
		if v.name == "" || v.help == "" || v.flags == nil || (v.run == nil) == (v.operation == nil) {
			t.Errorf("admin %s lacks something", v.name)
		}
	}
}
