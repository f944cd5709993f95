package main

import (
	"bytes"
	"io"
	"log"
	"os"
	"strings"
	"sync"

	"golang.org/x/sys/windows"
)

// fromConsole is set by nightlatch.com, which starts this program from a terminal.
const fromConsole = "NIGHTLATCH_CONSOLE"

var attachConsole = windows.NewLazySystemDLL("kernel32.dll").NewProc("AttachConsole")

// openTerminal returns the standard streams, and a function to call with the exit status.
// Windows gives a program with a window no console: this one attaches itself to the console
// of the process that started it, if that was a terminal. After a start from the desktop
// there are no streams, so a failure is shown in a message box.
func openTerminal() (terminal, func(status int)) {
	asked := os.Getenv(fromConsole) != ""
	_ = os.Unsetenv(fromConsole) // processes that this one starts belong to no terminal
	verb := len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-")
	if asked || verb {
		const parent = ^uintptr(0)
		_, _, _ = attachConsole.Call(parent) // fails if the parent has no console
		os.Stdin = opened(os.Stdin, windows.STD_INPUT_HANDLE, "CONIN$")
		os.Stdout = opened(os.Stdout, windows.STD_OUTPUT_HANDLE, "CONOUT$")
		os.Stderr = opened(os.Stderr, windows.STD_ERROR_HANDLE, "CONOUT$")
	}
	t := terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	if !usable(os.Stdin) {
		t.in = strings.NewReader("")
	}
	if !usable(os.Stdout) {
		t.out = io.Discard
	}
	if asked || usable(os.Stderr) && (verb || !isNull(os.Stderr)) {
		if !usable(os.Stderr) {
			t.err = io.Discard
		}
		return t, func(int) {} // in a script, nobody would close a message box
	}
	box := &messageBox{show: showMessage}
	t.err = box
	log.SetOutput(box) // Fyne logs why it cannot open a window, and ends the program
	return t, box.end
}

// opened returns a stream, or the console if the stream does not exist.
func opened(f *os.File, which uint32, console string) *os.File {
	if usable(f) {
		return f
	}
	name, err := windows.UTF16PtrFromString(console)
	if err != nil {
		return f
	}
	h, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		return f // there is no console
	}
	_ = windows.SetStdHandle(which, h) // for processes that this one starts
	return os.NewFile(uintptr(h), console)
}

// usable reports whether a stream exists: a file, a pipe or a console.
func usable(f *os.File) bool {
	if f == nil || f.Fd() == 0 || f.Fd() == uintptr(windows.InvalidHandle) {
		return false
	}
	kind, err := windows.GetFileType(windows.Handle(f.Fd()))
	return err == nil && kind != windows.FILE_TYPE_UNKNOWN
}

// isNull reports whether a stream is the device NUL, which a launcher may give to a program.
func isNull(f *os.File) bool {
	h := windows.Handle(f.Fd())
	kind, err := windows.GetFileType(h)
	var mode uint32
	return err == nil && kind == windows.FILE_TYPE_CHAR && windows.GetConsoleMode(h, &mode) != nil
}

// A messageBox stands in for standard error after a start from the desktop. It shows what
// was written last when the program fails.
type messageBox struct {
	mu   sync.Mutex
	show func(text string)
	last []string // the last lines
	told bool     // a window has shown the failure
}

// Write keeps the last lines. If Fyne reports that it cannot open a window, the message is
// shown at once, because Fyne then ends the program.
func (b *messageBox) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for line := range bytes.Lines(p) {
		text := strings.TrimSpace(string(line))
		if text == "" {
			continue
		}
		before := ""
		if n := len(b.last); n > 0 {
			before = b.last[n-1]
		}
		if _, cause, ok := strings.Cut(text, "Cause: "); ok && noWindowOf(before) && !b.told {
			b.told = true
			b.show("Nightlatch could not open its window (" + cause + "). It needs a graphics driver with OpenGL 2.1. Install the driver of the maker of your graphics card and start Nightlatch again.")
		}
		b.last = append(b.last, text)
		b.last = b.last[max(0, len(b.last)-5):]
	}
	return len(p), nil
}

// noWindowOf reports whether a line of Fyne's log says that there is no window.
func noWindowOf(line string) bool {
	return strings.Contains(line, "failed to initialise GLFW") || strings.Contains(line, "window creation error")
}

// Told says that a window has shown the failure.
func (b *messageBox) Told() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.told = true
}

// end shows the last line if the program failed.
func (b *messageBox) end(status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if status == statusOK || b.told || len(b.last) == 0 {
		return
	}
	b.show(strings.TrimPrefix(b.last[len(b.last)-1], "nightlatch: "))
}

func showMessage(text string) {
	body, err := windows.UTF16PtrFromString(text)
	if err != nil {
		return
	}
	title, err := windows.UTF16PtrFromString("Nightlatch")
	if err != nil {
		return
	}
	_, _ = windows.MessageBox(0, body, title, windows.MB_OK|windows.MB_ICONERROR|windows.MB_SETFOREGROUND)
}
