//go:build !windows

package print

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// run runs a program of CUPS with English messages and returns its output. It keeps
// the user's environment, such as CUPS_SERVER.
func run(ctx context.Context, stdin []byte, name string, args ...string) (stdout, stderr string, err error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "LANGUAGE=C")
	var out, bad bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &bad
	cmd.WaitDelay = 2 * time.Second
	err = cmd.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", "", fmt.Errorf("%w: %s is not installed", ErrPrintSystemMissing, name)
	case ctx.Err() != nil:
		return "", "", fmt.Errorf("print: %s: %w", name, ctx.Err())
	}
	return out.String(), strings.TrimSpace(bad.String()), err
}

// unreachable reports whether a message means that the scheduler did not answer.
func unreachable(says string) bool {
	for _, s := range []string{"Bad file descriptor", "Connection refused", "Unable to connect", "scheduler is not running", "Scheduler is not running", "No such file or directory", "Transport endpoint is not connected"} {
		if strings.Contains(says, s) {
			return true
		}
	}
	return false
}

// running returns nil if the scheduler answers.
func running(ctx context.Context) error {
	out, says, err := run(ctx, nil, "lpstat", "-r")
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		return err
	}
	if err != nil || !strings.Contains(out, "scheduler is running") {
		return fmt.Errorf("%w: %s", ErrPrintSystemMissing, strings.TrimSpace(out+" "+says))
	}
	return nil
}

// Printers lists the printers of this computer, the default printer first. Errors:
// ErrNoPrinter, ErrPrintSystemMissing.
func Printers(ctx context.Context) ([]Printer, error) {
	if err := running(ctx); err != nil {
		return nil, err
	}
	names, says, err := run(ctx, nil, "lpstat", "-e")
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		return nil, err
	}
	if names == "" && unreachable(says) {
		return nil, fmt.Errorf("%w: %s", ErrPrintSystemMissing, says)
	}
	usual, _, err := run(ctx, nil, "lpstat", "-d")
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		return nil, err
	}
	long, _, err := run(ctx, nil, "lpstat", "-l", "-p")
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		return nil, err
	}
	list := parsePrinters(names, usual, long)
	if len(list) == 0 {
		return nil, ErrNoPrinter
	}
	return list, nil
}

// parsePrinters parses the output of lpstat -e, -d and -l -p in the C locale.
func parsePrinters(names, usual, long string) []Printer {
	_, usual, _ = strings.Cut(strings.TrimSpace(usual), "system default destination: ")
	described := map[string]string{}
	name := ""
	for line := range strings.Lines(long) {
		if rest, ok := strings.CutPrefix(line, "printer "); ok {
			name, _, _ = strings.Cut(rest, " ")
		}
		if d, ok := strings.CutPrefix(strings.TrimSpace(line), "Description: "); ok && name != "" {
			described[name] = d
		}
	}
	var list []Printer
	for _, n := range strings.Fields(names) {
		list = append(list, newPrinter(n, described[n], n == usual))
	}
	slices.SortStableFunc(list, func(a, b Printer) int {
		if a.Default != b.Default {
			return map[bool]int{true: -1, false: 1}[a.Default]
		}
		return strings.Compare(a.Description, b.Description)
	})
	return list
}

var requestID = regexp.MustCompile(`request id is (\S+)`)

// Print sends a PDF to a printer and returns the job ID. The PDF goes through a pipe and
// is not written to a file. CUPS itself keeps the document in its spool directory,
// which root and its own user can read, by default for a day: see Remove.
func Print(ctx context.Context, printer string, pdf []byte, copies int) (jobID string, err error) {
	if err := checkJob(printer, pdf, copies); err != nil {
		return "", err
	}
	out, says, err := run(ctx, pdf, "lp", "-d", printer, "-n", strconv.Itoa(copies), "-t", jobTitle, "-o", "document-format=application/pdf", "--", "-")
	if err != nil {
		switch {
		case !errors.As(err, new(*exec.ExitError)):
			return "", err
		case strings.Contains(says, "does not exist"), unreachable(says):
			// lp also prints "does not exist" when no scheduler runs.
			if err := running(ctx); err != nil {
				return "", err
			}
			return "", fmt.Errorf("%w: %q", ErrNoPrinter, printer)
		}
		return "", &FailedError{Printer: printer, Says: strings.TrimPrefix(says, "lp: ")}
	}
	m := requestID.FindStringSubmatch(out)
	if m == nil {
		return "", &FailedError{Printer: printer, Says: strings.TrimSpace(out)}
	}
	return m[1], nil
}
