//go:build !windows

package print_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"nightlatch/assets"
	"nightlatch/ui/print"
	"nightlatch/ui/print/printtest"
)

func sheet() print.Sheet {
	return print.Sheet{
		Account: "margarethe", Strict: true, Date: time.Date(2026, 11, 22, 9, 41, 0, 0, time.UTC),
		Codes: []print.Code{{Number: 4, Code: "7kmq-2xwd-9hfz-3r8n"}, {Number: 5, Code: "q4tc-m8ze-1vja-6y0p"}},
	}
}

// R77: a sheet sent to a real printer queue is printed unchanged, and the print system
// keeps nothing of it.
func TestPrintOnARealQueue(t *testing.T) {
	cups := printtest.Start(t)
	t.Setenv("CUPS_SERVER", cups.Server)
	ctx := t.Context()

	printers, err := print.Printers(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if want := (print.Printer{Name: cups.Queue, Description: "Test printer", Default: true}); len(printers) != 1 || printers[0] != want {
		t.Errorf("Printers() = %+v; want %+v", printers, want)
	}
	pdf, err := print.PDF(sheet())
	if err != nil {
		t.Fatal(err)
	}
	job, err := print.Print(ctx, cups.Queue, pdf, 1)
	if err != nil {
		t.Fatal(err)
	}
	files := cups.Printed(t, 1)
	out, err := exec.CommandContext(ctx, "pdftotext", "-layout", files[0], "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	words, err := assets.New("en")
	if err != nil {
		t.Fatal(err)
	}
	flat := strings.Join(strings.Fields(string(out)), " ")
	for _, want := range []string{"margarethe", "22 November 2026", "4 7kmq 2xwd 9hfz 3r8n", "5 q4tc m8ze 1vja 6y0p", words.T("print.order-classic")} {
		if !strings.Contains(flat, want) {
			t.Errorf("the print has no %q:\n%s", want, out)
		}
	}
	if len(cups.Kept(t)) == 0 {
		t.Error("this print system keeps no documents, so the next check proves nothing")
	}
	if got := follow(t, job, func(print.Job) {}); got.State != print.Printed {
		t.Errorf("the job ended as %+v", got)
	}
	if err := print.Remove(ctx, job); err != nil {
		t.Error(err)
	}
	if kept := cups.Kept(t); len(kept) != 0 {
		t.Errorf("the print system still has %v", kept)
	}
	if _, err := print.Print(ctx, "no-such-printer", pdf, 1); !errors.Is(err, print.ErrNoPrinter) {
		t.Errorf("an unknown printer: %v", err)
	}
}

func TestNoPrintSystem(t *testing.T) {
	t.Setenv("CUPS_SERVER", filepath.Join(t.TempDir(), "nobody"))
	if _, err := print.Printers(t.Context()); !errors.Is(err, print.ErrPrintSystemMissing) {
		t.Errorf("no scheduler: %v", err)
	}
	if _, err := print.Print(t.Context(), "any", []byte("%PDF-"), 1); !errors.Is(err, print.ErrPrintSystemMissing) {
		t.Errorf("printing without a scheduler: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := print.Printers(t.Context()); !errors.Is(err, print.ErrPrintSystemMissing) {
		t.Errorf("no programs: %v", err)
	}
}

func TestPrintRefusesInvalidJobs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		printer string
		pdf     string
		copies  int
	}{{"", "x", 1}, {"p", "", 1}, {"p", "x", 0}, {"p", "x", 21}, {"p", "x", -1}} {
		if _, err := print.Print(t.Context(), tt.printer, []byte(tt.pdf), tt.copies); err == nil {
			t.Errorf("%+v was accepted", tt)
		}
	}
}

func TestPrintStopsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "lp"), []byte("#!/bin/sh\nexec /bin/sleep 60\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := print.Print(ctx, "slow", []byte("%PDF-"), 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestOpenStartsTheViewer(t *testing.T) {
	dir := t.TempDir()
	seen := filepath.Join(dir, "seen")
	if err := syscall.Mkfifo(seen, 0o600); err != nil {
		t.Fatal(err)
	}
	opened, err := os.OpenFile(seen, os.O_RDWR, 0) // not read-only, which waits for a writer
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	script := "#!/bin/sh\necho \"$1\" > '" + seen + "'\n"
	for _, name := range []string{"xdg-open", "open"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "-a sheet 'quoted'.pdf")
	if err := os.WriteFile(file, []byte("%PDF-"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	if err := print.Open(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if err := opened.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	got, err := bufio.NewReader(opened).ReadString('\n')
	if err != nil {
		t.Fatalf("the viewer was not started: %v", err)
	}
	if strings.TrimSpace(got) != file {
		t.Errorf("opened %q; want %q", got, file)
	}
	t.Setenv("PATH", t.TempDir())
	if err := print.Open(t.Context(), file); !errors.Is(err, print.ErrNoViewer) {
		t.Errorf("no viewer: %v", err)
	}
	if err := print.Open(t.Context(), file+"x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
