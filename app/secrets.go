package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

var errNoLine = errors.New("app: standard input has ended")

// secrets reads password and PIN from standard input, a line each, in this
// order. A person at a terminal is asked for each and does not see it typed.
type secrets struct {
	terminal
	lines        *bufio.Reader
	passwordRead bool
}

func newSecrets(t terminal) *secrets {
	return &secrets{terminal: t, lines: bufio.NewReader(io.LimitReader(t.in, 64<<10))}
}

func (s *secrets) password() (string, error) {
	s.passwordRead = true
	line, err := s.ask("Password: ")
	if err != nil {
		return "", refuse(err, "No password was given. Write it to standard input, in a line of its own.")
	}
	return line, nil
}

// pin returns the second line. A caller that knew that no password would be
// asked for may have sent the PIN alone: then it is the only line.
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

// ask reads one line, without showing it if a person types it.
func (s *secrets) ask(prompt string) (string, error) {
	file, ok := s.in.(*os.File)
	if !ok || !isTerminal(file) {
		return s.line()
	}
	fmt.Fprint(s.err, prompt)
	restore := hideTyping(file)
	defer func() {
		restore()
		fmt.Fprintln(s.err)
	}()
	return s.line()
}

func (s *secrets) line() (string, error) {
	line, err := s.lines.ReadString('\n')
	line = strings.TrimRight(line, "\r\n")
	if err != nil && line == "" {
		return "", errors.Join(errNoLine, err)
	}
	return line, nil
}
