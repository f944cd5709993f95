package print

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// powershell runs a script. Its arguments are in environment variables, so that the
// name of a printer cannot be executed as a command.
func powershell(ctx context.Context, script string, env ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "powershell.exe", "-NoProfile", "-NonInteractive", "-Command", "[Console]::OutputEncoding = [Text.Encoding]::UTF8; $ErrorActionPreference = 'Stop'; "+script)
	cmd.Env = append(os.Environ(), env...)
	var out, bad bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &bad
	cmd.WaitDelay = 2 * time.Second
	err := cmd.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("%w: powershell is not installed", ErrPrintSystemMissing)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("print: %w", ctx.Err())
	case err != nil:
		return nil, &FailedError{Printer: "Windows", Says: strings.TrimSpace(bad.String())}
	}
	return out.Bytes(), nil
}

// Printers lists the printers of this computer, the default printer first.
func Printers(ctx context.Context) ([]Printer, error) {
	out, err := powershell(ctx, `ConvertTo-Json -Compress @(Get-CimInstance Win32_Printer | Select-Object Name, Default)`)
	if err != nil {
		return nil, err
	}
	var found []struct {
		Name    string
		Default bool
	}
	if err := json.Unmarshal(bytes.TrimSpace(out), &found); err != nil {
		return nil, fmt.Errorf("print: reading the list of printers: %w", err)
	}
	var list []Printer
	for _, p := range found {
		one := newPrinter(p.Name, "", p.Default)
		if p.Default {
			list = append([]Printer{one}, list...)
		} else {
			list = append(list, one)
		}
	}
	if len(list) == 0 {
		return nil, ErrNoPrinter
	}
	return list, nil
}

// Print sends a PDF to a printer with the shell verb PrintTo, which needs a file and an
// installed program that prints PDFs. Only the user can read the file, and it is
// removed afterwards.
func Print(ctx context.Context, printer string, pdf []byte, copies int) (jobID string, err error) {
	if err := checkJob(printer, pdf, copies); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "nightlatch-print-")
	if err != nil {
		return "", fmt.Errorf("print: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "sheet.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		return "", fmt.Errorf("print: %w", err)
	}
	script := `foreach ($i in 1..[int]$env:NIGHTLATCH_COPIES) { Start-Process -FilePath $env:NIGHTLATCH_FILE -Verb PrintTo -ArgumentList ('"' + $env:NIGHTLATCH_PRINTER + '"') -WindowStyle Hidden -Wait }`
	if _, err := powershell(ctx, script, "NIGHTLATCH_FILE="+file, "NIGHTLATCH_PRINTER="+printer, fmt.Sprintf("NIGHTLATCH_COPIES=%d", copies)); err != nil {
		return "", err
	}
	return printer, nil
}

// Follow reports that the outcome is unknown. The program that prints the PDF
// creates its own job in Windows, whose ID this program does not learn.
func Follow(_ context.Context, _ string, tell func(Job)) error {
	tell(Job{State: Unknown})
	return nil
}

// Remove does nothing: Windows deletes a document after printing it.
func Remove(context.Context, string) error { return nil }
