package bolt

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// An event is a system call that affects the disk, or a printed line.
type event struct {
	call     string // the system call, without the 64 and at of its variants
	name, to string // file names without the directory; "." is the directory
	at       int64  // offset, or size
	data     []byte
}

// traced runs a role under strace. It returns the system calls on files in the directory of
// path, and the printed lines, in order.
func traced(t *testing.T, role, path string) []event {
	t.Helper()
	log := filepath.Join(t.TempDir(), "trace")
	run(t, role, path, func(c *exec.Cmd) {
		strace, err := exec.LookPath("strace")
		if err != nil {
			t.Fatal("strace is missing: install what the tests need with .ci/setup test")
		}
		c.Args = []string{
			strace, "-f", "-y", "-xx", "-s", "16777216", "-o", log,
			"-e", "trace=openat,write,pwrite64,ftruncate,fdatasync,fsync,linkat,renameat,renameat2,unlinkat", c.Path,
		}
		c.Path = strace
	})
	f, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var events []event
	begun := map[string]string{} // by thread: the first part of a call that strace splits
	lines := bufio.NewReader(f)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return events // the last line is incomplete: the process was killed
		}
		thread, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		text = strings.TrimLeft(text, " ")
		if start, ok := strings.CutSuffix(text, " <unfinished ...>"); ok {
			begun[thread] = start
			// A write may reach the disk, and a printed line its reader, as soon as
			// the call begins. A sync is done when the call ends.
			if e, ok := read(t, start, filepath.Dir(path)); ok && !strings.HasSuffix(e.call, "sync") {
				events = append(events, e)
			}
			continue
		}
		if strings.HasPrefix(text, "<... ") {
			text = begun[thread] + text[strings.Index(text, " resumed>")+len(" resumed>"):]
			if e, ok := read(t, text, filepath.Dir(path)); ok && strings.HasSuffix(e.call, "sync") {
				events = append(events, e)
			}
			continue
		}
		if e, ok := read(t, text, filepath.Dir(path)); ok {
			events = append(events, e)
		}
	}
}

// Everything except names of calls and flags is hexadecimal (-xx).
var (
	callLine = regexp.MustCompile(`^(\w+)\(`)
	fdPath   = regexp.MustCompile(`^(\w+)<([^>]*)>`)
	quoted   = regexp.MustCompile(`"((?:\\x[0-9a-f]{2})*)"`)
	numbers  = regexp.MustCompile(`, (\d+)`)
)

// read parses a line of strace. ok is false for calls that failed and for those that do not
// concern dir.
func read(t *testing.T, line, dir string) (e event, ok bool) {
	t.Helper()
	m := callLine.FindStringSubmatch(line)
	if m == nil || strings.Contains(line, ") = -1 ") {
		return e, false
	}
	e.call = m[1]
	arguments := line[len(m[0]):]
	fd := fdPath.FindStringSubmatch(arguments)
	var strs []string
	for _, q := range quoted.FindAllStringSubmatch(arguments, -1) {
		strs = append(strs, unhex(t, q[1]))
	}
	inside := func(path string) (string, bool) {
		name, err := filepath.Rel(dir, path)
		return name, err == nil && name != ".." && !strings.Contains(name, "/")
	}
	switch e.call {
	case "write", "pwrite64", "ftruncate", "fdatasync", "fsync":
		if fd == nil {
			t.Fatalf("unexpected line of strace: %.100s", line)
		}
		if e.call == "write" && fd[1] == "1" {
			return event{call: "print", data: []byte(strs[0])}, true
		}
		if e.name, ok = inside(unhex(t, fd[2])); !ok {
			return e, false
		}
		if e.call == "write" {
			t.Fatalf("%s is written with a call that this test does not support", e.name)
		}
		rest := quoted.ReplaceAllString(arguments[len(fd[0]):], "")
		n := numbers.FindAllStringSubmatch(rest, -1)
		switch e.call {
		case "pwrite64":
			e.call, e.data = "write", []byte(strs[0])
			e.at = number(t, n[len(n)-1][1])
			if length := number(t, n[len(n)-2][1]); length != int64(len(e.data)) {
				t.Fatalf("strace shows %d bytes of %d", len(e.data), length)
			}
		case "ftruncate":
			e.call, e.at = "truncate", number(t, n[0][1])
		default:
			e.call = "sync"
		}
		return e, true
	case "openat":
		e.call = "create"
		ok = strings.Contains(arguments, "O_CREAT")
	case "linkat":
		e.call = "link"
		ok = len(strs) == 2
	case "renameat", "renameat2":
		e.call = "rename"
		ok = len(strs) == 2
	case "unlinkat":
		e.call = "unlink"
		ok = len(strs) == 1
	}
	if !ok {
		return e, false
	}
	if e.name, ok = inside(strs[0]); ok && len(strs) == 2 {
		e.to, ok = inside(strs[1])
	}
	return e, ok
}

func unhex(t *testing.T, s string) string {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, `\x`, ""))
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSuffix(b, []byte(" (deleted)")))
}

func number(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (e event) String() string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", e.call, e.name, e.to))
}
