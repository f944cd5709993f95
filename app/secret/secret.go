// Package secret reads passwords, PINs and tokens for terminal commands.
//
// A command declares each secret that it may need. The secret's flag names its source: a line
// of standard input, a descriptor or a file. Without the flag, the user types the secret at a
// terminal. The package never guesses which secret a line contains: a password that is sent to
// a security key as its PIN uses up one of the few tries that the key allows.
//
// Every read ends when its context ends, and the terminal's echo is restored.
package secret

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// The errors of Read. A source that is not UTF-8 is a *rawtext.FileError. All others come from
// the system.
var (
	ErrUnnamed = errors.New("secret: no source was named, and standard input is no terminal")
	ErrEnded   = errors.New("secret: the source has no line for it")
	ErrTooLong = errors.New("secret: the line is too long")
	ErrSource  = errors.New("secret: a source is -, fd:N or file:PATH")
)

// maxLine is the maximum length of a line in bytes.
const maxLine = 64 << 10

// A Source is the value of a flag such as --pin-from: "-" is standard input, "fd:N" a
// descriptor that was inherited, "file:PATH" a file. "" means that the flag was not given.
type Source string

const standardInput Source = "-"

// Check returns ErrSource if the source is invalid. The error does not contain the value,
// which may be a misplaced secret.
func (s Source) Check() error {
	kind, at, _ := strings.Cut(string(s), ":")
	switch {
	case s == "", s == standardInput:
		return nil
	case kind == "file" && at != "":
		return nil
	case kind == "fd":
		if n, err := strconv.Atoi(at); err == nil && n >= 0 && n != 1 && n != 2 {
			return nil
		}
	}
	return ErrSource
}

// same returns the normal form of the source, which is equal for equal sources.
func (s Source) same() Source {
	if s == "fd:0" {
		return standardInput
	}
	return s
}

// A Secret is one secret that a command may need.
type Secret struct {
	Name  string // "PIN of the security key": for the prompt
	Flag  string // "--pin-from"
	From  Source // the flag's value
	Plain bool   // without a flag, the first line of standard input is this secret

	// Skip reports whether a line is a remark and not the secret. It may be nil.
	Skip func(line string) bool
}

// A Reader reads the secrets of one run of a command.
type Reader struct {
	in      io.Reader
	prompts io.Writer
	lines   map[*Secret]int // the line number of a secret in its source, from 0
	sources map[Source]*stream
}

// NewReader returns a reader of the given secrets. If secrets have the same source, each has
// one line there, in the given order, even if it is not needed.
func NewReader(in io.Reader, prompts io.Writer, all ...*Secret) *Reader {
	r := &Reader{in: in, prompts: prompts, lines: make(map[*Secret]int), sources: make(map[Source]*stream)}
	taken := make(map[Source]int)
	for _, s := range all {
		if from := s.From.same(); from != "" {
			r.lines[s] = taken[from]
			taken[from]++
		}
	}
	for _, s := range all {
		if s.From == "" && s.Plain && taken[standardInput] == 0 && !IsTerminal(in) {
			s.From = standardInput
			r.lines[s], taken[standardInput] = 0, 1
		}
	}
	return r
}

// Read returns a secret. The error is ErrUnnamed if the secret has no source, and ctx's error
// if ctx ends first.
func (r *Reader) Read(ctx context.Context, s *Secret) (string, error) {
	if s.From == "" {
		return r.Ask(ctx, s.Name)
	}
	from := s.From.same()
	source := r.sources[from]
	if source == nil {
		opened, err := r.open(from)
		if err != nil {
			return "", err
		}
		source = &stream{input: opened}
		r.sources[from] = source
	}
	if from == standardInput && IsTerminal(r.in) {
		return r.Ask(ctx, s.Name)
	}
	for {
		line, err := source.line(ctx, r.lines[s])
		if err != nil || s.Skip == nil || !s.Skip(line) {
			return line, err
		}
		r.lines[s]++
	}
}

// Ask reads a secret at a terminal without echo.
func (r *Reader) Ask(ctx context.Context, name string) (string, error) {
	if !IsTerminal(r.in) {
		return "", ErrUnnamed
	}
	line, err := readHidden(ctx, r.in.(*os.File), func() { fmt.Fprint(r.prompts, name+": ") })
	fmt.Fprintln(r.prompts) // the user's Enter was not echoed
	if err == nil {
		line = strings.TrimRight(line, "\r\n")
	}
	return line, err
}

func (r *Reader) open(from Source) (input, error) {
	if from == standardInput {
		if f, ok := r.in.(*os.File); ok {
			return descriptor(int(f.Fd())), nil
		}
		return memory{r.in}, nil
	}
	if at, ok := strings.CutPrefix(string(from), "file:"); ok {
		return openFile(at)
	}
	n, err := strconv.Atoi(strings.TrimPrefix(string(from), "fd:"))
	if err != nil {
		return nil, ErrSource
	}
	return inherited(n)
}

// File reads the first line of a file.
func File(ctx context.Context, path string) (string, error) {
	in, err := openFile(path)
	if err != nil {
		return "", err
	}
	return (&stream{input: in}).line(ctx, 0)
}

// IsTerminal reports whether a reader or writer is a terminal.
func IsTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
