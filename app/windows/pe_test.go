package windows

import (
	"debug/pe"
	"encoding/binary"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"
)

// built returns nightlatch.exe as `make windows-program` builds it.
func built(t *testing.T) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var build = sync.OnceValues(func() (string, error) {
	if program := os.Getenv("NIGHTLATCH_WINDOWS_PROGRAM"); program != "" {
		return program, nil
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("make", "windows-program")
	cmd.Dir, cmd.Stderr = root, os.Stderr
	return filepath.Join(root, "build/windows/nightlatch.exe"), cmd.Run()
})

func open(t *testing.T, path string) *pe.File {
	t.Helper()
	f, err := pe.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// ofWindows are the DLLs that every Windows since version 10 has, as far as the program may
// need them.
var ofWindows = []string{
	"advapi32.dll", "bcrypt.dll", "bcryptprimitives.dll", "comctl32.dll", "comdlg32.dll", "crypt32.dll", "dwmapi.dll", "gdi32.dll",
	"imm32.dll", "iphlpapi.dll", "kernel32.dll", "msvcrt.dll", "ntdll.dll", "ole32.dll", "oleaut32.dll", "opengl32.dll", "secur32.dll",
	"setupapi.dll", "shell32.dll", "shlwapi.dll", "user32.dll", "userenv.dll", "version.dll", "winmm.dll", "winspool.drv", "ws2_32.dll",
}

// Directories of the optional header (PE format, "Optional Header Data Directories").
const (
	resourceDirectory = 2
	delayDirectory    = 13
)

// The program starts with the DLLs that Windows has, and imports none when a function is
// first called.
func TestImportsAreOfWindows(t *testing.T) {
	for _, path := range []string{built(t), strings.TrimSuffix(built(t), ".exe") + ".com"} {
		f := open(t, path)
		symbols, err := f.ImportedSymbols()
		if err != nil || len(symbols) == 0 {
			t.Fatalf("%s: %q, %v", path, symbols, err)
		}
		for _, s := range symbols {
			_, dll, _ := strings.Cut(s, ":")
			if !slices.Contains(ofWindows, strings.ToLower(dll)) {
				t.Errorf("%s imports %s", path, s)
			}
		}
		if d := directory(t, f, delayDirectory); d.Size != 0 {
			t.Errorf("%s has a delay import table of %d bytes: which DLLs are in it?", path, d.Size)
		}
	}
}

func directory(t *testing.T, f *pe.File, which int) pe.DataDirectory {
	t.Helper()
	h, ok := f.OptionalHeader.(*pe.OptionalHeader64)
	if !ok || int(h.NumberOfRvaAndSizes) <= which {
		t.Fatalf("the header is %T", f.OptionalHeader)
	}
	return h.DataDirectory[which]
}

// A double-click opens no console, and the program is not larger than the one for Linux may
// be. nightlatch.com is for consoles.
func TestKindAndSize(t *testing.T) {
	const (
		gui, console = 2, 3         // IMAGE_SUBSYSTEM_WINDOWS_GUI and _CUI
		protected    = 0x40 | 0x100 // DYNAMIC_BASE, NX_COMPAT
		megabyte     = 1_000_000
	)
	for path, want := range map[string]struct {
		subsystem uint16
		most      int64
	}{built(t): {gui, 45 * megabyte}, strings.TrimSuffix(built(t), ".exe") + ".com": {console, megabyte / 4}} {
		f := open(t, path)
		if h := f.OptionalHeader.(*pe.OptionalHeader64); h.Subsystem != want.subsystem {
			t.Errorf("%s: subsystem %d", path, h.Subsystem)
		} else if h.DllCharacteristics&protected != protected {
			t.Errorf("%s: it can't be moved in memory, or its data can be executed: %#x", path, h.DllCharacteristics)
		}
		if st, err := os.Stat(path); err != nil || st.Size() > want.most {
			t.Errorf("%s: %d bytes, at most %d: %v", path, st.Size(), want.most, err)
		}
		if f.FileHeader.NumberOfSymbols != 0 || slices.ContainsFunc(f.Sections, func(s *pe.Section) bool { return strings.Contains(s.Name, "debug") }) {
			t.Errorf("%s: it is not stripped", path)
		}
	}
}

// Types of resources (RT_* of winuser.h).
const (
	bitmapType, groupType, versionType, manifestType = 3, 14, 16, 24
)

// resources returns the resources of a program by type.
func resources(t *testing.T, f *pe.File) map[uint32][][]byte {
	t.Helper()
	section := f.Section(".rsrc")
	if section == nil {
		return nil
	}
	data, err := section.Data()
	if err != nil {
		t.Fatal(err)
	}
	found := map[uint32][][]byte{}
	var walk func(at, level, kind uint32)
	walk = func(at, level, kind uint32) {
		if int(at)+16 > len(data) || level > 2 {
			t.Fatalf("a directory of resources at %d, level %d", at, level)
		}
		n := uint32(binary.LittleEndian.Uint16(data[at+12:])) + uint32(binary.LittleEndian.Uint16(data[at+14:]))
		for i := range n {
			id, to := binary.LittleEndian.Uint32(data[at+16+8*i:]), binary.LittleEndian.Uint32(data[at+20+8*i:])
			if level == 0 {
				kind = id
			}
			if to&0x8000_0000 != 0 {
				walk(to&0x7fff_ffff, level+1, kind)
				continue
			}
			from, size := binary.LittleEndian.Uint32(data[to:])-section.VirtualAddress, binary.LittleEndian.Uint32(data[to+4:])
			found[kind] = append(found[kind], data[from:from+size])
		}
	}
	walk(0, 0, 0)
	return found
}

// Both programs have the icon in every size, the version of FyneApp.toml, and a manifest.
func TestResources(t *testing.T) {
	toml, err := os.ReadFile("../../FyneApp.toml")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^Version *= *"(.*)"`).FindStringSubmatch(string(toml))[1]
	for _, path := range []string{built(t), strings.TrimSuffix(built(t), ".exe") + ".com"} {
		got := resources(t, open(t, path))
		if len(got[bitmapType]) != 6 || len(got[groupType]) != 1 || len(got[versionType]) != 1 || len(got[manifestType]) != 1 {
			t.Errorf("%s: %d icons, %d groups of icons, %d versions, %d manifests", path, len(got[bitmapType]), len(got[groupType]), len(got[versionType]), len(got[manifestType]))
			continue
		}
		text := wide(got[versionType][0])
		for name, value := range map[string]string{"ProductName": "Nightlatch", "FileVersion": version, "ProductVersion": version, "FileDescription": "Nightlatch"} {
			if !regexp.MustCompile(name + "\x00+" + regexp.QuoteMeta(value) + "\x00").MatchString(text) {
				t.Errorf("%s: its version information lacks %s %s: %q", path, name, value, text)
			}
		}
		var manifest struct {
			Systems []struct {
				ID string `xml:"Id,attr"`
			} `xml:"compatibility>application>supportedOS"`
			Settings struct {
				DPIAwareness   string `xml:"dpiAwareness"`
				ActiveCodePage string `xml:"activeCodePage"`
				LongPathAware  bool   `xml:"longPathAware"`
			} `xml:"application>windowsSettings"`
			Privileges struct {
				Level struct {
					Level string `xml:"level,attr"`
				} `xml:"requestedExecutionLevel"`
			} `xml:"trustInfo>security>requestedPrivileges"`
		}
		if err := xml.Unmarshal(got[manifestType][0], &manifest); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		s := manifest.Settings
		if manifest.Privileges.Level.Level != "asInvoker" || !strings.HasPrefix(s.DPIAwareness, "PerMonitorV2") || s.ActiveCodePage != "UTF-8" || !s.LongPathAware ||
			len(manifest.Systems) != 1 || manifest.Systems[0].ID != "{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}" { // Windows 10 and later
			t.Errorf("%s: the manifest has %+v", path, manifest)
		}
	}
}

// wide decodes UTF-16.
func wide(b []byte) string {
	var units []uint16
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(b[i:]))
	}
	return string(utf16.Decode(units))
}
