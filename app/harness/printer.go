package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A PrintServer is a private CUPS server with one queue that prints to PDF files
// (cups-pdf). The system's print service is not used.
type PrintServer struct {
	Queue string
	Out   string // directory of the printed files

	dir    string
	socket string
	cmd    *exec.Cmd
	log    *tail
}

// OpenPrintServer starts cupsd and makes the queue. cups-pdf needs root, which is also
// needed for its private configuration.
func OpenPrintServer(ctx context.Context) (_ *PrintServer, err error) {
	if os.Getuid() != 0 {
		return nil, errors.New("harness: cups-pdf needs root: run the tests as root, as .ci/run does")
	}
	dir, err := os.MkdirTemp("", "nightlatch-cups-")
	if err != nil {
		return nil, err
	}
	p := &PrintServer{
		Queue: "Nightlatch_test", Out: filepath.Join(dir, "out"),
		dir: dir, socket: filepath.Join(dir, "cups.sock"), log: &tail{},
	}
	if err := p.configure(dir); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	// Hide the system's configuration of cups-pdf, for this process only.
	p.cmd = exec.Command("unshare", "--mount", "sh", "-ec",
		`mount --bind "$0/cups-pdf.conf" /etc/cups/cups-pdf.conf; exec /usr/sbin/cupsd -f -c "$0/cupsd.conf" -s "$0/cups-files.conf"`, dir)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := start(p.cmd); err != nil {
		return nil, fmt.Errorf("harness: cupsd: %w", err)
	}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	err = Within(ctx, 20*time.Second, "cupsd", func() (bool, error) {
		out, err := p.run(ctx, "lpstat", "-r")
		return err == nil && strings.Contains(out, "is running"), nil
	})
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log", "error"))
		return nil, fmt.Errorf("%w\n%s%s", err, p.log, log)
	}
	// This renderer to PostScript keeps text readable.
	_, err = p.run(ctx, "lpadmin", "-p", p.Queue, "-E", "-v", "cups-pdf:/", "-P", "/usr/share/ppd/cups-pdf/CUPS-PDF_noopt.ppd",
		"-o", "pdftops-renderer-default=pdftops")
	if err == nil {
		_, err = p.run(ctx, "lpadmin", "-d", p.Queue)
	}
	return p, err
}

func (p *PrintServer) configure(dir string) error {
	if err := os.Chmod(dir, 0o755); err != nil { // filters run as lp
		return err
	}
	for _, sub := range []string{"root/ppd", "spool", "cache", "state", "tmp", "log", "out", "cups-pdf"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return err
		}
	}
	if err := os.Chmod(filepath.Join(dir, "tmp"), 0o777); err != nil {
		return err
	}
	for name, text := range map[string]string{
		"cupsd.conf": `LogLevel warn
Listen $dir/cups.sock
Browsing No
DefaultAuthType None
WebInterface No
<Location />
Order allow,deny
Allow all
</Location>
<Policy default>
<Limit All>
Order deny,allow
</Limit>
</Policy>
`,
		"cups-files.conf": `ServerRoot $dir/root
ServerBin /usr/lib/cups
DataDir /usr/share/cups
RequestRoot $dir/spool
CacheDir $dir/cache
StateDir $dir/state
TempDir $dir/tmp
AccessLog $dir/log/access
ErrorLog $dir/log/error
PageLog $dir/log/page
User lp
Group lp
SystemGroup root
Sandboxing relaxed
`,
		"cups-pdf.conf": `Out $dir/out
AnonDirName $dir/out
Spool $dir/cups-pdf
Log $dir/log
`,
	} {
		text = strings.ReplaceAll(text, "$dir", dir)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Env returns the environment for programs that print here.
func (p *PrintServer) Env() []string { return []string{"CUPS_SERVER=" + p.socket} }

func (p *PrintServer) run(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), p.Env()...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("harness: %s: %w: %s", name, err, out)
	}
	return string(out), nil
}

// Printed waits for a printed PDF and returns its text, as pdftotext reads it.
func (p *PrintServer) Printed(ctx context.Context) (text string, err error) {
	err = Within(ctx, 60*time.Second, "a printed page", func() (bool, error) {
		files, err := filepath.Glob(filepath.Join(p.Out, "*.pdf"))
		if err != nil || len(files) == 0 {
			return false, err
		}
		text, err = Run(ctx, "", "pdftotext", "-layout", files[0], "-")
		return err == nil && strings.TrimSpace(text) != "", nil // the file may not be complete yet
	})
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, p.log)
	}
	return text, nil
}

// Close ends cupsd and removes the printed files.
func (p *PrintServer) Close() {
	if p.cmd.Process != nil {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		_ = p.cmd.Wait() // the process is ending
	}
	_ = os.RemoveAll(p.dir) // a directory that stays behind does no harm
}
