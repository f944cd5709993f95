package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Passwords and PINs that are typed at a terminal are not shown on it.
func TestTypedSecretsAreNotEchoed(t *testing.T) {
	t.Parallel()
	screen, keyboard := openTerminal(t)
	s := newSecrets(terminal{in: keyboard, out: keyboard, err: keyboard})
	read := make(chan string)
	go func() {
		password, err := s.password()
		read <- fmt.Sprint(password, " ", err)
		pin, err := s.pin()
		read <- fmt.Sprint(pin, " ", err)
	}()
	shown := bufio.NewReader(screen)
	for _, tt := range []struct{ prompt, typed string }{{"Password: ", "secret"}, {"PIN of the security key: ", "123456"}} {
		prompt := make([]byte, len(tt.prompt))
		if _, err := io.ReadFull(shown, prompt); err != nil || string(prompt) != tt.prompt {
			t.Fatalf("the prompt is %q: %v", prompt, err)
		}
		for echoes(t, keyboard) { // it is turned off after the prompt
			runtime.Gosched()
		}
		if _, err := screen.WriteString(tt.typed + "\n"); err != nil {
			t.Fatal(err)
		}
		if got := <-read; got != tt.typed+" <nil>" {
			t.Errorf("read %q", got)
		}
		line, err := shown.ReadString('\n')
		if err != nil || strings.TrimSpace(line) != "" {
			t.Errorf("the terminal shows %q: %v", line, err)
		}
	}
	if !echoes(t, keyboard) {
		t.Error("echo stays off")
	}
}

// openTerminal returns the two ends of a pseudo-terminal (pty(7)).
func openTerminal(t *testing.T) (screen, keyboard *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	fd := int(screen.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	keyboard, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keyboard.Close() })
	return screen, keyboard
}

func echoes(t *testing.T, tty *os.File) bool {
	t.Helper()
	mode, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return mode.Lflag&unix.ECHO != 0
}
