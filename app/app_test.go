package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"nightlatch/fido"
	"nightlatch/server/store/seal"
)

// The version in the program must match FyneApp.toml, which the program cannot read.
func TestVersionAgreesWithFyneApp(t *testing.T) {
	b, err := os.ReadFile("../FyneApp.toml")
	if err != nil {
		t.Fatal(err)
	}
	if m := regexp.MustCompile(`(?m)^Version = "([^"]+)"$`).FindSubmatch(b); m == nil || string(m[1]) != version {
		t.Errorf("FyneApp.toml has %s, the program %s", m, version)
	}
}

func TestCheckListen(t *testing.T) {
	for _, tt := range []struct {
		address, host, port string // the host ? is one that can't be read
		ok                  bool
	}{
		{"127.0.0.1:8440", "127.0.0.1", "8440", true},
		{"localhost:0", "127.0.0.1", "0", true},
		{"LocalHost:0", "127.0.0.1", "0", true},
		{"localhost.:0", "127.0.0.1", "0", true},
		{"[0:0:0:0:0:0:0:1]:1", "::1", "1", true},
		{"[::ffff:127.0.0.1]:1", "127.0.0.1", "1", true},
		{"[::1]:1", "::1", "1", true},
		{"127.0.0.2:65535", "127.0.0.2", "65535", true},
		{"0.0.0.0:8440", "", "", false},
		{"[::]:8440", "", "", false},
		{":8440", "", "", false},
		{"192.0.2.1:8440", "", "", false},
		{"127.0.0.1.example.org:8440", "", "", false},
		{"127.1:8440", "?", "", false},
		{"0x7f.1:8440", "?", "", false},
		{"2130706433:8440", "?", "", false},
		{"127.0.0.1:65536", "", "", false},
		{"127.0.0.1:-1", "", "", false},
		{"127.0.0.1", "", "", false},
		{"", "", "", false},
	} {
		host, port, err := checkListen(tt.address)
		if host != tt.host && tt.ok || port != tt.port && tt.ok || (err == nil) != tt.ok {
			t.Errorf("%q is %q, %q, %v", tt.address, host, port, err)
		}
		if tt.host == "?" && (err == nil || strings.Contains(err.Error(), "other computers")) {
			t.Errorf("%q: %v; it is no address that other computers could reach", tt.address, err)
		}
	}
}

// The relying-party ID comes from the flag and defaults to localhost. The console signs for
// it, and the ready line has it if it is not the default.
func TestRelyingParty(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rp                     relyingParty
		origins, signed, ready string
	}{
		{relyingParty{}, "", "http://localhost:8440", `{"ready":true,"url":"http://localhost:8440","lab":false}`},
		{relyingParty{rpID: "localhost"}, "", "http://localhost:8440", `{"ready":true,"url":"http://localhost:8440","lab":false}`},
		{
			relyingParty{rpID: "example.org"},
			"https://example.org", "https://example.org",
			`{"ready":true,"url":"http://localhost:8440","lab":false,"rp_id":"example.org","origins":["https://example.org"]}`,
		},
		{
			relyingParty{rpID: "example.org", origins: []string{"https://login.example.org"}},
			"https://login.example.org", "https://login.example.org",
			`{"ready":true,"url":"http://localhost:8440","lab":false,"rp_id":"example.org","origins":["https://login.example.org"]}`,
		},
	} {
		if err := tt.rp.normalize(); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := (terminal{out: &out}).printReady(tt.rp)("http://localhost:8440", false); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(out.String()); got != tt.ready || strings.Join(tt.rp.origins, " ") != tt.origins || tt.rp.origin("http://localhost:8440") != tt.signed {
			t.Errorf("%+v: ready line %s, origin %s", tt.rp, got, tt.rp.origin("http://localhost:8440"))
		}
	}
}

func TestCheckServer(t *testing.T) {
	for _, tt := range []struct{ server, origin string }{
		{"http://localhost:8440", "http://localhost:8440"},
		{"http://127.0.0.1:8440", "http://localhost:8440"},
		{"http://[::1]:8440/", "http://localhost:8440"},
		{"HTTP://LocalHost:8440", "http://localhost:8440"},
		{"http://localhost.:8440", ""},
		{"http://localhost:80", "http://localhost"},
		{"http://[0:0:0:0:0:0:0:1]:80/", "http://localhost"},
		{"https://Latch.example:443/", "https://latch.example"},
		{"http://localhost:8440/api", ""},
		{"https://latch.example", "https://latch.example"},
		{"http://latch.example", ""},
		{"ftp://localhost", ""},
		{"localhost:8440", ""},
		{"", ""},
	} {
		_, origin, err := checkServer(tt.server)
		if err == nil && origin != tt.origin || (err == nil) != (tt.origin != "") {
			t.Errorf("%q has the origin %q, %v", tt.server, origin, err)
		}
	}
}

// The printed URL equals the one that browsers show.
func TestClientURL(t *testing.T) {
	for _, tt := range [][3]string{
		{"127.0.0.1", "8440", "http://localhost:8440"},
		{"127.0.0.1", "80", "http://localhost"},
		{"::1", "80", "http://localhost"},
		{"127.0.0.2", "80", "http://127.0.0.2"},
		{"127.0.0.1", "443", "http://localhost:443"},
	} {
		if got := clientURL(tt[0], tt[1]); got != tt[2] {
			t.Errorf("%s port %s: %s; want %s", tt[0], tt[1], got, tt[2])
		}
	}
}

func TestSecondStartRaisesTheFirst(t *testing.T) {
	for name, dir := range map[string]string{
		"short": t.TempDir(),
		"long":  filepath.Join(t.TempDir(), strings.Repeat("a directory with a long name/", 6)),
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if raiseRunning(t.Context(), dir) {
				t.Error("raised an instance that does not exist")
			}
			// A socket left over from a process that has ended must not disturb.
			if err := os.WriteFile(filepath.Join(dir, socketName), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			raised := make(chan struct{}, 1)
			l, err := listenForRaise(dir, func() { raised <- struct{}{} })
			if err != nil {
				t.Fatal(err)
			}
			if stat, err := os.Stat(filepath.Join(dir, socketName)); err != nil || stat.Mode().Perm() != 0o600 {
				t.Errorf("the socket is %v: %v", stat.Mode(), err)
			}
			if !raiseRunning(t.Context(), dir) {
				t.Error("the first instance did not answer")
			}
			select {
			case <-raised:
			case <-time.After(5 * time.Second):
				t.Error("the first instance was not raised")
			}
			l.close()
			if raiseRunning(t.Context(), dir) {
				t.Error("a closed instance was raised")
			}
		})
	}
}

func TestServerWithoutWindowIsNotRaised(t *testing.T) {
	dir := t.TempDir()
	l, err := listenForRaise(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	if raiseRunning(t.Context(), dir) {
		t.Error("a server without a window reports that it was raised")
	}
}

func TestVault(t *testing.T) {
	v := vault{path: filepath.Join(t.TempDir(), sessionName), keys: seal.New([32]byte{1})}
	want := func(want string) {
		t.Helper()
		if got, err := v.Token(); got != want || err != nil {
			t.Errorf("token %q, %v; want %q", got, err, want)
		}
	}
	want("")
	for _, token := range []string{"nls_one", "nls_two"} {
		if err := v.SetToken(token); err != nil {
			t.Fatal(err)
		}
		want(token)
	}
	b, err := os.ReadFile(v.path)
	if err != nil || strings.Contains(string(b), "nls_") {
		t.Errorf("it keeps %q: %v", b, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(v.path)); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
	other := vault{path: v.path, keys: seal.New([32]byte{2})}
	if got, err := other.Token(); got != "" || err != nil {
		t.Errorf("another key opens %q, %v", got, err)
	}
	for range 2 {
		if err := v.SetToken(""); err != nil {
			t.Errorf("deleting the token: %v", err)
		}
	}
	want("")
}

func TestDataDirectory(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", "/somewhere/data")
	if got, err := dataDirectory(); err != nil || got != filepath.Join("/somewhere/data", "nightlatch") {
		t.Errorf("%s, %v", got, err)
	}
	t.Setenv("XDG_DATA_HOME", "relative") // is to be ignored (XDG Base Directory Specification)
	t.Setenv("HOME", "/somewhere/home")
	if got, err := dataDirectory(); err != nil || got != "/somewhere/home/.local/share/nightlatch" {
		t.Errorf("%s, %v", got, err)
	}
}

// Every error of package fido has a message for the terminal.
func TestEveryKeyErrorHasAMessage(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("../fido/errors.go")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{"ErrWrongPIN": true, "ErrPINLength": true} // their messages have numbers
	table, err := os.ReadFile("keyrefusal.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?s)\berr:\s+fido\.(Err\w+),\s+sentence: "[A-Z]`).FindAllSubmatch(table, -1) {
		said[string(m[1])] = true
	}
	for _, m := range regexp.MustCompile(`(?m)^(?:var|\t)\s*(Err\w+)\s+=`).FindAllSubmatch(src, -1) {
		if !said[string(m[1])] {
			t.Errorf("%s has no message", m[1])
		}
	}
	for n, want := range map[int]string{1: "1 try left.", 7: "7 tries left."} {
		var no *refusal
		if !errors.As(explainKey("", &fido.WrongPINError{TriesLeft: n}), &no) || !strings.Contains(no.sentence, want) {
			t.Errorf("%d: %+v", n, no)
		}
	}
}

// A refusal with a time gives the time that is left, because a terminal shows no clock.
func TestFromNow(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 41, 0, 0, time.UTC)
	for after, want := range map[time.Duration]string{
		-time.Second: "", 0: "", time.Millisecond: " That is in 1s.", 29500 * time.Millisecond: " That is in 30s.", time.Hour: " That is in 1h0m0s.",
	} {
		at := now.Add(after)
		if got := fromNow(&at, now); got != want {
			t.Errorf("%v: %q, want %q", after, got, want)
		}
	}
	if got := fromNow(nil, now); got != "" {
		t.Errorf("at once: %q", got)
	}
}

// The command that starts the service for readers depends on the system's tools.
func TestReadersCommand(t *testing.T) {
	t.Parallel()
	for has, want := range map[string]string{
		"apt": "sudo apt install pcscd", "dnf systemctl": "sudo dnf install pcsc-lite && sudo systemctl enable --now pcscd.socket",
		"apt /usr/sbin/pcscd systemctl": "sudo systemctl enable --now pcscd.socket", "apt pcscd": "", "": "",
	} {
		got := readersCommand(func(program string) (string, error) {
			if slices.Contains(strings.Fields(has), program) {
				return program, nil
			}
			return "", os.ErrNotExist
		})
		if got != want {
			t.Errorf("with %q: %q, want %q", has, got, want)
		}
	}
}
