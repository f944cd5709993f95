package secret

import (
	"bytes"
	"context"
	"errors"
	"io"

	"nightlatch/server/rawtext"
)

// An input is a source of bytes. Its read ends when ctx ends.
type input interface {
	read(ctx context.Context, into []byte) (int, error)
}

// memory is an input that never blocks, for tests.
type memory struct{ io.Reader }

func (m memory) read(_ context.Context, into []byte) (int, error) { return m.Read(into) }

// A stream splits a source into lines.
type stream struct {
	input input
	lines []string // complete lines so far, without their ends
	rest  []byte   // after the last line end
	ended bool
}

// line returns line n, from 0. It does not read past that line, because the user may not have
// typed the next one yet.
func (s *stream) line(ctx context.Context, n int) (string, error) {
	for len(s.lines) <= n && !s.ended {
		if err := s.more(ctx); err != nil {
			return "", err
		}
	}
	if len(s.lines) <= n {
		return "", ErrEnded
	}
	return s.lines[n], nil
}

func (s *stream) more(ctx context.Context) error {
	part := make([]byte, 4096)
	n, err := s.input.read(ctx, part)
	s.rest = append(s.rest, part[:n]...)
	clear(part)
	switch {
	case errors.Is(err, io.EOF):
		s.ended = true
	case err != nil:
		return err
	}
	if len(s.lines) == 0 {
		if other := rawtext.Encoding(s.rest); other != "" {
			return &rawtext.FileError{Why: "it is " + other + "; save it as UTF-8"}
		}
	}
	for {
		line, rest, found := bytes.Cut(s.rest, []byte("\n"))
		switch {
		case found:
			s.rest = rest
		case s.ended && len(line) > 0:
			s.rest = nil
		case len(line) > maxLine:
			return ErrTooLong
		default:
			return nil
		}
		// Some programs add a byte order mark or ^Z, also within a file that was joined from others.
		text, err := rawtext.File(bytes.TrimRight(line, "\r"))
		if err != nil {
			return err // so that it is not tried as a secret
		}
		s.lines = append(s.lines, text)
	}
}
