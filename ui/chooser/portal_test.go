//go:build linux

package chooser

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// bus starts a session bus of its own.
func bus(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "dbus-daemon", "--session", "--nofork", "--print-address=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); _ = cmd.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
}

// asked is what the portal was asked.
type asked struct {
	method, parent, title string
	with                  map[string]dbus.Variant
}

// A portal is org.freedesktop.portal.Desktop with a person who answers.
type portal struct {
	t      *testing.T
	conn   *dbus.Conn
	answer func(p *portal, handle dbus.ObjectPath)
	asked  chan asked // each request
	closed chan struct{}
}

func open(t *testing.T, answer func(*portal, dbus.ObjectPath)) *portal {
	t.Helper()
	bus(t)
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	p := &portal{t: t, conn: conn, answer: answer, asked: make(chan asked, 4), closed: make(chan struct{}, 1)}
	if err := conn.Export(p, portalPath, fileChooser); err != nil {
		t.Fatal(err)
	}
	if r, err := conn.RequestName(portalName, dbus.NameFlagDoNotQueue); err != nil || r != dbus.RequestNameReplyPrimaryOwner {
		t.Fatal(r, err)
	}
	return p
}

func (p *portal) take(method string, sender dbus.Sender, parent, title string, with map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
	p.asked <- asked{method, parent, title, with}
	token, _ := with["handle_token"].Value().(string)
	handle := dbus.ObjectPath(portalPath + "/request/" + strings.ReplaceAll(string(sender)[1:], ".", "_") + "/" + token)
	if err := p.conn.Export(p, handle, request); err != nil {
		p.t.Error(err)
	}
	p.answer(p, handle)
	return handle, nil
}

func (p *portal) SaveFile(s dbus.Sender, parent, title string, with map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
	return p.take("save", s, parent, title, with)
}

func (p *portal) OpenFile(s dbus.Sender, parent, title string, with map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
	return p.take("open", s, parent, title, with)
}

func (p *portal) Close() *dbus.Error { p.closed <- struct{}{}; return nil }

func (p *portal) respond(handle dbus.ObjectPath, code uint32, uris ...string) {
	results := map[string]dbus.Variant{}
	if uris != nil {
		results["uris"] = dbus.MakeVariant(uris)
	}
	if err := p.conn.Emit(handle, request+".Response", code, results); err != nil {
		p.t.Error(err)
	}
}

func TestPortalReturnsThePath(t *testing.T) {
	p := open(t, func(p *portal, handle dbus.ObjectPath) {
		p.respond(handle+"x", 0, "file:///of/another/request")
		p.respond(handle, 0, "file:///srv/ann/My%20codes%20%C3%A9.pdf") // before the call returns
	})
	path, err := OfDesktop()(t.Context(), Request{Title: "Where", Accept: "Choose", Start: "/srv/ann/Documents/codes.pdf", Parent: "x11:2a"})
	if err != nil || path != "/srv/ann/My codes é.pdf" {
		t.Fatalf("%q, %v", path, err)
	}
	was := <-p.asked
	folder, _ := was.with["current_folder"].Value().([]byte)
	if was.method != "save" || was.parent != "x11:2a" || was.title != "Where" || string(folder) != "/srv/ann/Documents\x00" || was.with["current_name"].Value() != "codes.pdf" || was.with["accept_label"].Value() != "Choose" {
		t.Errorf("asked %+v", was)
	}
	_, err = OfDesktop()(t.Context(), Request{Folder: true, Start: "/mnt"})
	if was := <-p.asked; err != nil || was.method != "open" || was.with["directory"].Value() != true {
		t.Errorf("asked %+v, %v", was, err)
	}
}

// Every other answer is a cancellation or ErrNone, never a path that nobody chose.
func TestPortalAnswers(t *testing.T) {
	for name, tt := range map[string]struct {
		answer func(*portal, dbus.ObjectPath)
		none   bool
	}{
		"cancelled":    {func(p *portal, h dbus.ObjectPath) { p.respond(h, 1) }, false},
		"ended":        {func(p *portal, h dbus.ObjectPath) { p.respond(h, 2) }, true},
		"no files":     {func(p *portal, h dbus.ObjectPath) { p.respond(h, 0) }, true},
		"two files":    {func(p *portal, h dbus.ObjectPath) { p.respond(h, 0, "file:///a", "file:///b") }, true},
		"not local":    {func(p *portal, h dbus.ObjectPath) { p.respond(h, 0, "https://example.org/a") }, true},
		"portal crash": {func(p *portal, _ dbus.ObjectPath) { go p.conn.Close() }, true},
	} {
		t.Run(name, func(t *testing.T) {
			open(t, tt.answer)
			ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
			defer stop()
			path, err := OfDesktop()(ctx, Request{})
			if path != "" || errors.Is(err, ErrNone) != tt.none || !tt.none && err != nil {
				t.Errorf("%q, %v", path, err)
			}
		})
	}
}

func TestNoPortal(t *testing.T) {
	bus(t)
	if _, err := OfDesktop()(t.Context(), Request{}); !errors.Is(err, ErrNone) {
		t.Errorf("without a portal: %v", err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	if _, err := OfDesktop()(t.Context(), Request{}); !errors.Is(err, ErrNone) {
		t.Errorf("without a bus: %v", err)
	}
}

// Who stops waiting closes the dialog.
func TestPortalDialogIsClosed(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	p := open(t, func(*portal, dbus.ObjectPath) { time.AfterFunc(50*time.Millisecond, stop) })
	if _, err := OfDesktop()(ctx, Request{}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	select {
	case <-p.closed:
	case <-time.After(20 * time.Second):
		t.Error("the dialog stays open")
	}
}

// A bus that takes the connection and never answers is left.
func TestMuteBus(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bus")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+path)
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		c, err := l.Accept()
		if err == nil {
			defer c.Close()
			stop()
			<-t.Context().Done()
		}
	}()
	if _, err := OfDesktop()(ctx, Request{}); err == nil {
		t.Error("no error")
	}
}

func TestHome(t *testing.T) {
	t.Setenv("HOME", "/srv/ann")
	for typed, want := range map[string]string{"~": "/srv/ann", "~/a b": "/srv/ann/a b", "~bob/a": "~bob/a", "a~": "a~", "": ""} {
		if got := Expand(typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}
