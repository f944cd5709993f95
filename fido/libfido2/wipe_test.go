//go:build cgo && !nofido && linux

package libfido2_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// After use, a PIN is not in C memory any more: the copies made for libfido2 are
// overwritten, and libfido2 overwrites its own.
func TestPINIsWiped(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	k := plug(t, b, "")
	c := newClient(t, b, 10*time.Second)
	first, second := letters(60), letters(60)
	if err := c.SetPIN(t.Context(), device(k), "", first); err != nil {
		t.Fatal(err)
	}
	if err := c.SetPIN(t.Context(), device(k), first, second); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Create(t.Context(), device(k), creation(t, verifying), &person{PINs: []string{first, second}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Credentials(t.Context(), device(k), second); err != nil {
		t.Fatal(err)
	}
	for _, pin := range []string{first, second} {
		// free overwrites the first bytes.
		if where := remembers(t, []byte(pin[32:])); where != "" {
			t.Errorf("the PIN is still in memory: %s", where)
		}
	}
}

func letters(n int) string {
	text := make([]byte, 0, n)
	for len(text) < n {
		for _, b := range random() {
			text = append(text, 'a'+b%26)
		}
	}
	return string(text[:n])
}

// remembers searches C memory for a secret and returns where it is.
func remembers(t *testing.T, secret []byte) string {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	memory, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = memory.Close() }()
	looked := 0
	for line := range strings.Lines(string(maps)) {
		var from, to uint64
		var mode string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &mode); err != nil {
			t.Fatal(err)
		}
		// malloc's arenas and the threads' stacks. Go's heap is at lower addresses.
		isC := strings.Contains(line, "[heap]") || from>>40 == 0x7f && !strings.Contains(line, "/")
		if !isC || !strings.HasPrefix(mode, "rw") || to-from > 128<<20 {
			continue
		}
		looked++
		r := bufio.NewReaderSize(io.NewSectionReader(memory, int64(from), int64(to-from)), 1<<20)
		for tail := []byte(nil); ; {
			chunk := make([]byte, 1<<16)
			n, err := io.ReadFull(r, chunk)
			if bytes.Contains(append(tail, chunk[:n]...), secret) {
				return strings.TrimSpace(line)
			}
			if err != nil {
				break // the end, or an unmapped page
			}
			tail = append([]byte(nil), chunk[n-len(secret):n]...)
		}
	}
	if looked == 0 {
		t.Fatal("no memory was searched")
	}
	return ""
}
