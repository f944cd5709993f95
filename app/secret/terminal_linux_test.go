package secret

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// asProgram is set in the environment of the test binary when it runs as a program that reads
// a secret.
const asProgram = "NIGHTLATCH_TEST_ASKS"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT, unix.SIGTERM)
	defer stop()
	s := &Secret{Name: "PIN"}
	got, err := NewReader(os.Stdin, os.Stderr, s).Read(ctx, s)
	fmt.Printf("read <%s> %v\n", got, err)
}

// A terminal has both ends of a pseudo-terminal.
type terminal struct {
	t             *testing.T
	window, shell *os.File
}

func openTerminal(t *testing.T) *terminal {
	t.Helper()
	window, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := window.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if cerr := conn.Control(func(fd uintptr) {
		if err = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); err == nil {
			n, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		}
	}); cerr != nil || err != nil {
		t.Fatal(cerr, err)
	}
	shell, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(shell.Close(), window.Close()) })
	return &terminal{t, window, shell}
}

// echoes reports whether the terminal shows typed characters.
func (w *terminal) echoes() bool {
	s, err := unix.IoctlGetTermios(int(w.shell.Fd()), unix.TCGETS)
	if err != nil {
		w.t.Fatal(err)
	}
	return s.Lflag&unix.ECHO != 0
}

// run starts a command whose controlling terminal this is.
func (w *terminal) run(command ...string) *exec.Cmd {
	cmd := exec.CommandContext(w.t.Context(), command[0], command[1:]...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = w.shell, w.shell, w.shell
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	return cmd
}

// until reads what the terminal shows until it shows want.
func (w *terminal) until(want string) {
	w.t.Helper()
	if err := w.window.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		w.t.Fatal(err)
	}
	var shown strings.Builder
	for b := make([]byte, 1); !strings.HasSuffix(shown.String(), want); {
		if _, err := w.window.Read(b); err != nil {
			w.t.Fatalf("%v after %q, not %q", err, shown.String(), want)
		}
		shown.Write(b)
	}
}

func (w *terminal) typing(text string) {
	if _, err := w.window.WriteString(text); err != nil {
		w.t.Fatal(err)
	}
}

// A prompt ends with the program, without an Enter. Afterwards the terminal shows typed
// characters again.
func TestPromptEndsWithTheProgram(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*terminal, *os.Process){
		"Ctrl-C":      func(w *terminal, _ *os.Process) { w.typing("\x03") },
		"SIGTERM":     func(_ *terminal, p *os.Process) { _ = p.Signal(unix.SIGTERM) },
		"half a line": func(w *terminal, _ *os.Process) { w.typing("24\x03") },
	} {
		w := openTerminal(t)
		cmd := w.run(os.Args[0])
		w.until("PIN: ")
		if w.echoes() {
			t.Errorf("%s: what is typed is shown", name)
		}
		end(w, cmd.Process)
		w.until("read <> context canceled")
		if err := cmd.Wait(); err != nil || !w.echoes() {
			t.Errorf("%s: %v; the terminal echoes: %v", name, err, w.echoes())
		}
	}
}

// While the program is suspended at a prompt (Ctrl-Z), the terminal echoes. After the program
// continues, the prompt hides typed characters again.
func TestPromptIsSuspended(t *testing.T) {
	t.Parallel()
	w := openTerminal(t)
	cmd := w.run("bash", "-m", "-c", os.Args[0]+`; stty -a | grep -o -- '-*echo '; fg`)
	w.until("PIN: ")
	w.typing("\x1a")
	w.until("\necho ")
	w.until("PIN: ")
	if w.echoes() {
		t.Error("after it was continued, what is typed is shown")
	}
	w.typing("2468\n")
	w.until("read <2468> <nil>")
	if err := cmd.Wait(); err != nil || !w.echoes() {
		t.Errorf("%v; the terminal echoes: %v", err, w.echoes())
	}
}

// A blocked read of each kind of source ends with its context.
func TestEveryReadFollowsItsContext(t *testing.T) {
	t.Parallel()
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	r, silent, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	given, err := unix.Dup(int(r.Fd())) // without close-on-exec, as one that was inherited
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(given)
	w := openTerminal(t)
	for name, source := range map[string]struct {
		in   *os.File
		from Source
	}{
		"a terminal":         {w.shell, ""},
		"a named terminal":   {w.shell, "-"},
		"standard input":     {r, "-"},
		"a descriptor":       {r, Source(fmt.Sprintf("fd:%d", given))},
		"a pipe with a name": {r, Source("file:" + fifo)},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		s := &Secret{Name: "PIN", From: source.from}
		prompted, prompts := io.Pipe()
		done := make(chan error, 1)
		go func() {
			_, err := NewReader(source.in, prompts, s).Read(ctx, s)
			done <- err
		}()
		if IsTerminal(source.in) {
			if _, err := bufio.NewReader(prompted).ReadString(' '); err != nil {
				t.Fatal(err)
			}
		}
		go func() { _, _ = io.Copy(io.Discard, prompted) }()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		_ = prompts.Close()
	}
	if !w.echoes() {
		t.Error("the terminal does not echo any more")
	}
}

// A descriptor that the program opened is not accepted as an inherited one.
func TestOwnDescriptorIsNoSource(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	s := &Secret{From: Source(fmt.Sprintf("fd:%d", r.Fd()))}
	if _, err := NewReader(strings.NewReader(""), io.Discard, s).Read(t.Context(), s); !errors.Is(err, unix.EBADF) {
		t.Errorf("got %v", err)
	}
}
