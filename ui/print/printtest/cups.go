// Package printtest runs a print system for tests: a CUPS scheduler on a socket in a
// temporary directory, with one queue that writes PDF files.
//
// It needs root, because the scheduler starts its filters as another user and the
// PDF back end reads its settings from /etc/cups, and the Debian packages cups,
// cups-client, printer-driver-cups-pdf and poppler-utils.
package printtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Paths of the files in Debian.
const (
	scheduler = "/usr/sbin/cupsd"
	driver    = "/usr/share/ppd/cups-pdf/CUPS-PDF_noopt.ppd"
	settings  = "/etc/cups"
)

// A CUPS is a running print system.
type CUPS struct {
	Server string // for CUPS_SERVER: the path of its socket
	Queue  string // the only printer, which is the default
	Spool  string // the directory for documents

	dir, out string
	log      *bytes.Buffer
}

// Start runs a print system until the test ends. Every program that the test
// starts must have CUPS_SERVER in its environment: call t.Setenv("CUPS_SERVER",
// c.Server), or hand it on.
func Start(t testing.TB) *CUPS {
	t.Helper()
	for _, need := range []string{scheduler, driver, "/usr/lib/cups/backend/cups-pdf", "/usr/bin/pdftops"} {
		if _, err := os.Stat(need); err != nil {
			t.Fatalf("printtest: %v: install cups, cups-client, printer-driver-cups-pdf and poppler-utils", err)
		}
	}
	if os.Geteuid() != 0 {
		t.Fatal("printtest: needs root")
	}
	// The path of a socket has at most 107 bytes, so it must be short. The user of the
	// filters must be able to read it.
	dir, err := os.MkdirTemp("/tmp", "nl-cups-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	c := &CUPS{
		Server: filepath.Join(dir, "sock"), Queue: "nl-" + strings.ToLower(rand.Text()[:10]),
		Spool: filepath.Join(dir, "spool"), dir: dir, out: filepath.Join(dir, "out"), log: &bytes.Buffer{},
	}
	if err := c.write(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.Remove(c.pdfSettings()); err != nil {
			t.Error(err)
		}
	})
	c.run(t)
	// Poppler's conversion to PostScript keeps the text readable; the usual one of
	// Ghostscript turns it into shapes.
	c.client(t, "lpadmin", "-p", c.Queue, "-v", "cups-pdf:/"+c.Queue, "-P", driver, "-D", "Test printer", "-o", "pdftops-renderer-default=pdftops", "-E")
	c.client(t, "lpadmin", "-d", c.Queue)
	return c
}

// pdfSettings is the file with the settings of a queue for the PDF back end. Its
// directory is fixed.
func (c *CUPS) pdfSettings() string {
	return filepath.Join(settings, "cups-pdf-"+c.Queue+".conf")
}

func (c *CUPS) write() error {
	lp, err := user.Lookup("lp")
	if err != nil {
		return fmt.Errorf("printtest: %w", err)
	}
	uid, _ := strconv.Atoi(lp.Uid)
	gid, _ := strconv.Atoi(lp.Gid)
	if err := os.Chmod(c.dir, 0o755); err != nil {
		return err
	}
	for _, d := range []string{"root", "root/ppd", "cache", "spool", "state", "log", "tmp", "out"} {
		if err := os.Mkdir(filepath.Join(c.dir, d), 0o755); err != nil {
			return err
		}
	}
	for _, d := range []string{"tmp", "out"} {
		if err := os.Chown(filepath.Join(c.dir, d), uid, gid); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{
		filepath.Join(c.dir, "root/cupsd.conf"): `Listen {dir}/sock
LogLevel debug
MaxLogSize 0
Browsing No
WebInterface No
DefaultAuthType None
PreserveJobFiles Yes
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  JobPrivateAccess default
  JobPrivateValues default
  SubscriptionPrivateAccess default
  SubscriptionPrivateValues default
  <Limit Cancel-Job>
    Require user @OWNER @SYSTEM
    Order allow,deny
    Allow all
  </Limit>
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
`,
		filepath.Join(c.dir, "root/cups-files.conf"): `ServerRoot {dir}/root
RequestRoot {dir}/spool
CacheDir {dir}/cache
StateDir {dir}/state
TempDir {dir}/tmp
DataDir /usr/share/cups
ServerBin /usr/lib/cups
AccessLog {dir}/log/access
ErrorLog {dir}/log/error
PageLog {dir}/log/page
SystemGroup root
User lp
Group lp
`,
		c.pdfSettings(): `Out {dir}/out
AnonDirName {dir}/out
Spool {dir}/tmp/pdf
Log {dir}/log
Label 2
`,
	} {
		if err := os.WriteFile(name, []byte(strings.ReplaceAll(text, "{dir}", c.dir)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// run starts the scheduler and waits until it answers.
func (c *CUPS) run(t testing.TB) {
	t.Helper()
	cmd := exec.Command(scheduler, "-f", "-c", filepath.Join(c.dir, "root/cupsd.conf"), "-s", filepath.Join(c.dir, "root/cups-files.conf"))
	cmd.Stdout, cmd.Stderr = c.log, c.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() { c.stop(t, cmd, ended) })
	for until := time.Now().Add(30 * time.Second); ; {
		out, _ := c.command(t.Context(), "lpstat", "-r").Output()
		if strings.Contains(string(out), "scheduler is running") {
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("printtest: the scheduler ended: %v\n%s", err, c.logTail())
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(until) {
			t.Fatalf("printtest: the scheduler does not answer\n%s", c.logTail())
		}
	}
}

// stop stops the scheduler and, with it, its filters.
func (c *CUPS) stop(t testing.TB, cmd *exec.Cmd, ended chan error) {
	if err := cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Error(err)
	}
	select {
	case <-ended:
		return
	case <-time.After(10 * time.Second):
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	<-ended
}

// command runs a program of CUPS against this print system.
func (c *CUPS) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "CUPS_SERVER="+c.Server, "LC_ALL=C")
	return cmd
}

func (c *CUPS) client(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := c.command(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("printtest: %s: %v\n%s\n%s", name, err, out, c.logTail())
	}
}

// Pause stops the queue: it takes jobs and prints none.
func (c *CUPS) Pause(t testing.TB) { t.Helper(); c.client(t, "/usr/sbin/cupsdisable", c.Queue) }

// Resume starts the queue again.
func (c *CUPS) Resume(t testing.TB) { t.Helper(); c.client(t, "/usr/sbin/cupsenable", c.Queue) }

// Hold holds a job until it is released.
func (c *CUPS) Hold(t testing.TB, job string) { t.Helper(); c.client(t, "lp", "-i", job, "-H", "hold") }

// Cancel cancels a job, as a person does in the desktop's print queue.
func (c *CUPS) Cancel(t testing.TB, job string) { t.Helper(); c.client(t, "cancel", job) }

// logTail is the end of the scheduler's log.
func (c *CUPS) logTail() string {
	log, err := os.ReadFile(filepath.Join(c.dir, "log/error"))
	if err != nil {
		log = c.log.Bytes()
	}
	return string(log[max(0, len(log)-4000):])
}

// Printed waits until n documents have been printed and returns the paths of the
// PDFs.
func (c *CUPS) Printed(t testing.TB, n int) []string {
	t.Helper()
	for until := time.Now().Add(2 * time.Minute); time.Now().Before(until); <-time.After(100 * time.Millisecond) {
		waiting, err := c.command(t.Context(), "lpstat", "-W", "not-completed", "-o").Output()
		if err != nil {
			t.Fatalf("printtest: %v\n%s", err, c.logTail())
		}
		files, err := filepath.Glob(filepath.Join(c.out, "*.pdf"))
		if err != nil {
			t.Fatal(err)
		}
		if len(waiting) == 0 && len(files) >= n {
			return files
		}
	}
	t.Fatalf("printtest: nothing was printed\n%s", c.logTail())
	return nil
}

// Kept returns the documents that the print system still has.
func (c *CUPS) Kept(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(c.Spool, "d*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}
