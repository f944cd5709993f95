package main

import (
	"flag"
	"strings"

	"nightlatch/ui/chooser"
)

// A pathFlag is a flag for the path of a file or a directory. ~ stands for the home directory:
// shells replace it in --data ~/x, but not in --data=~/x.
type pathFlag string

func (p *pathFlag) String() string { return string(*p) }

// Set implements flag.Value.
func (p *pathFlag) Set(s string) error { *p = pathFlag(chooser.Expand(s)); return nil }

func pathVar(f *flag.FlagSet, p *string, name, usage string) { f.Var((*pathFlag)(p), name, usage) }

// A sourceFlag is a flag for the source of a secret: `-`, fd:N or file:PATH.
type sourceFlag string

func (s *sourceFlag) String() string { return string(*s) }

// Set implements flag.Value.
func (s *sourceFlag) Set(v string) error {
	if p, ok := strings.CutPrefix(v, "file:"); ok {
		v = "file:" + chooser.Expand(p)
	}
	*s = sourceFlag(v)
	return nil
}
