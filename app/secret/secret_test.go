package secret

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nightlatch/server/rawtext"
)

func named(from Source, plain bool) *Secret { return &Secret{Name: "it", From: from, Plain: plain} }

// The meaning of a line of standard input does not depend on the secrets that the program
// needs: a PIN is read there only if a flag says so.
func TestWhichSecretALineIs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		in            string
		password, pin Source
		wantPassword  string
		wantPIN       string
		errs          [2]error // of password and PIN
	}{
		{name: "the password alone", in: "secret\n", wantPassword: "secret", errs: [2]error{nil, ErrUnnamed}},
		{name: "two lines, none named", in: "secret\n2468\n", wantPassword: "secret", errs: [2]error{nil, ErrUnnamed}},
		{name: "both named", in: "secret\n2468\n", password: "-", pin: "-", wantPassword: "secret", wantPIN: "2468"},
		{name: "both named, two spellings", in: "secret\n2468\n", password: "fd:0", pin: "-", wantPassword: "secret", wantPIN: "2468"},
		{name: "both named, one line", in: "secret\n", password: "-", pin: "-", wantPassword: "secret", errs: [2]error{nil, ErrEnded}},
		{name: "the PIN named", in: "2468\n", pin: "-", wantPIN: "2468", errs: [2]error{ErrUnnamed, nil}},
		{name: "the password named", in: "secret\n2468\n", password: "-", wantPassword: "secret", errs: [2]error{nil, ErrUnnamed}},
		{name: "nothing there", errs: [2]error{ErrEnded, ErrUnnamed}},
		{name: "no last newline", in: "secret\n2468", password: "-", pin: "-", wantPassword: "secret", wantPIN: "2468"},
		{name: "from Windows", in: "\ufeffsecret\r\n2468\r\n", password: "-", pin: "-", wantPassword: "secret", wantPIN: "2468"},
		{name: "spaces are part of it", in: " a b \n", wantPassword: " a b ", errs: [2]error{nil, ErrUnnamed}},
		{name: "endless", in: strings.Repeat("a", 1<<20), password: "-", errs: [2]error{ErrTooLong, ErrUnnamed}},
	} {
		for _, onlyPIN := range []bool{false, true} { // as if the password was entered recently
			password, pin := named(tt.password, true), named(tt.pin, false)
			r := NewReader(strings.NewReader(tt.in), io.Discard, password, pin)
			if !onlyPIN {
				if got, err := r.Read(t.Context(), password); got != tt.wantPassword || !errors.Is(err, tt.errs[0]) {
					t.Errorf("%s: password %q, %v; want %q, %v", tt.name, got, err, tt.wantPassword, tt.errs[0])
				}
			}
			if got, err := r.Read(t.Context(), pin); got != tt.wantPIN || !errors.Is(err, tt.errs[1]) {
				t.Errorf("%s, PIN alone %v: PIN %q, %v; want %q, %v", tt.name, onlyPIN, got, err, tt.wantPIN, tt.errs[1])
			}
		}
	}
}

// A source as other programs write it is read, or the error says what to do. It is never
// used as it is: a wrong PIN costs one of the few tries of a security key.
func TestSourceAsOtherProgramsWriteIt(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"plain": "grün\n2468\n", "byte order mark": "\ufeffgrün\n2468\n", "joined files": "\ufeffgrün\r\n\ufeff2468\r\n",
		"^Z": "grün\r\n2468\r\n\x1a", "^Z without a newline": "grün\n2468\x1a", "CR CR LF": "grün\r\r\n2468\r\r\n", "no last newline": "grün\n2468",
	} {
		password, pin := named("-", true), named("-", false)
		r := NewReader(strings.NewReader(in), io.Discard, password, pin)
		one, err := r.Read(t.Context(), password)
		two, err2 := r.Read(t.Context(), pin)
		if one != "grün" || two != "2468" || err != nil || err2 != nil {
			t.Errorf("%s: %q, %v, %q, %v", name, one, err, two, err2)
		}
	}
	for name, in := range map[string]string{
		"UTF-16": "\xff\xfe2\x004\x00\n\x00", "UTF-16BE": "\xfe\xff\x002\x004", "UTF-32": "\xff\xfe\x00\x002\x00\x00\x00",
		"UTF-16 without a mark": "2\x004\x006\x008\x00", "UTF-16BE without a mark": "\x002\x004\x006\x008\x00\n", "Latin-1": "gr\xfcn\n", "binary": "a\x00b\n",
	} {
		got, err := NewReader(strings.NewReader(in), io.Discard).Read(t.Context(), named("-", false))
		if wrong := new(rawtext.FileError); got != "" || !errors.As(err, &wrong) {
			t.Errorf("%s: %q, %v; want an error that names the encoding", name, got, err)
		}
	}
}

func TestFilesAndSources(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("\ufefffirst\r\nsecond\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	one, two, none := named(Source("file:"+file), false), named(Source("file:"+file), false), named(Source("file:"+file+"-"), false)
	r := NewReader(strings.NewReader(""), io.Discard, one, two, none)
	for s, want := range map[*Secret]string{two: "second", one: "first"} {
		if got, err := r.Read(t.Context(), s); got != want || err != nil {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
	if _, err := r.Read(t.Context(), none); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	for _, bad := range []Source{"2468", "file:", "fd:", "fd:-1", "fd:1", "fd:2", "fd:x", "env:PIN", "--"} {
		if err := bad.Check(); !errors.Is(err, ErrSource) || strings.Contains(err.Error(), "2468") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
