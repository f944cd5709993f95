package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

var errNoLine = errors.New("app: standard input has ended")

// secrets reads the password and then the PIN from standard input, one per line.
// At a terminal it prompts for each and does not echo what is typed.
type secrets struct {
	terminal
	lines        *bufio.Reader // used if standard input is no terminal
	passwordRead bool
}

func newSecrets(t terminal) *secrets {
	return &secrets{terminal: t, lines: bufio.NewReader(io.LimitReader(t.in, 64<<10))}
}

func (s *secrets) password() (string, error) {
	s.passwordRead = true
	line, err := s.ask("Password: ")
	if err != nil {
		return "", refuse(err, "No password was given. Write it to standard input, on a line by itself.")
	}
	return line, nil
}

// pin returns the PIN: the second line, or the only line if no password was read.
func (s *secrets) pin() (string, error) {
	line, err := s.ask("PIN of the security key: ")
	if err != nil || s.passwordRead || isTerminal(s.in) {
		return line, err
	}
	if second, err := s.line(); err == nil {
		return second, nil
	}
	return line, nil
}

// ask reads one line. At a terminal it prompts for it and turns echo off.
func (s *secrets) ask(prompt string) (string, error) {
	if !isTerminal(s.in) {
		return s.line()
	}
	fmt.Fprint(s.err, prompt)
	line, err := term.ReadPassword(int(s.in.(*os.File).Fd()))
	fmt.Fprintln(s.err) // the user's Enter was not echoed
	if err != nil {
		return "", errors.Join(errNoLine, err)
	}
	return string(line), nil
}

func (s *secrets) line() (string, error) {
	line, err := s.lines.ReadString('\n')
	line = strings.TrimRight(line, "\r\n")
	if err != nil && line == "" {
		return "", errors.Join(errNoLine, err)
	}
	return line, nil
}

// isTerminal reports whether a reader or writer is a terminal.
func isTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
