package hidraw

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"nightlatch/fido"
)

// Report descriptors: of a security key (the example of CTAP section 11.2.8.1), of a
// keyboard (HID 1.11, appendix B), and one whose first item is a long item.
var (
	securityKey = []byte{
		0x06, 0xd0, 0xf1, 0x09, 0x01, 0xa1, 0x01, 0x09, 0x20, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x40,
		0x81, 0x02, 0x09, 0x21, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x40, 0x91, 0x02, 0xc0,
	}
	keyboard = []byte{0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25, 0x01, 0xc0}
	longItem = append([]byte{0xfe, 0x03, 0xf0, 0x06, 0xd0, 0xf1}, securityKey...)
)

// A machine has simulated sysfs and /dev directories.
type machine struct {
	Bus
	t *testing.T
}

func newMachine(t *testing.T) machine {
	t.Helper()
	root, err := os.MkdirTemp("", "hidraw")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	m := machine{t: t, Bus: Bus{Sys: filepath.Join(root, "sys"), Dev: filepath.Join(root, "dev")}}
	for _, dir := range []string{root, m.Dev, filepath.Join(m.Sys, "class", "hidraw")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(root, 0o755); err != nil { // for other users than root
		t.Fatal(err)
	}
	return m
}

func (m machine) write(path string, content []byte, mode os.FileMode) {
	m.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, content, mode); err != nil {
		m.t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // independent of the umask
		m.t.Fatal(err)
	}
}

// plug creates the entries that the kernel makes for a device: the USB device, its
// interface, the HID device and the hidraw node.
func (m machine) plug(n int, descriptor []byte, maker, product string, mode os.FileMode) {
	m.t.Helper()
	usb := filepath.Join(m.Sys, "devices", "pci0000:00", "usb1", fmt.Sprint("1-", n))
	hid := filepath.Join(usb, fmt.Sprintf("1-%d:1.0", n), fmt.Sprintf("0003:1050:0407.%04d", n))
	m.write(filepath.Join(hid, "report_descriptor"), descriptor, 0o444)
	m.write(filepath.Join(hid, "uevent"), []byte("DRIVER=hid-generic\nHID_ID=0003:00001050:00000407\nHID_NAME=A Name\n"), 0o444)
	if product != "" {
		m.write(filepath.Join(usb, "manufacturer"), []byte(maker+"\n"), 0o444)
		m.write(filepath.Join(usb, "product"), []byte(product+"\n"), 0o444)
	}
	name := prefix + fmt.Sprint(n)
	if err := os.MkdirAll(filepath.Join(hid, "hidraw", name), 0o755); err != nil {
		m.t.Fatal(err)
	}
	for from, to := range map[string]string{
		filepath.Join(hid, "hidraw", name, "device"):  hid,
		filepath.Join(m.Sys, "class", "hidraw", name): filepath.Join(hid, "hidraw", name),
	} {
		if err := os.Symlink(to, from); err != nil {
			m.t.Fatal(err)
		}
	}
	m.write(m.node(n), nil, mode)
}

func (m machine) node(n int) string { return filepath.Join(m.Dev, prefix+fmt.Sprint(n)) }

func (m machine) list() []fido.Device {
	m.t.Helper()
	ds, err := m.Devices(m.t.Context())
	if err != nil {
		m.t.Fatal(err)
	}
	return ds
}

func TestDevices(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	if ds := m.list(); len(ds) != 0 {
		t.Errorf("without keys: %+v", ds)
	}
	m.plug(10, securityKey, "Yubico", "YubiKey OTP+FIDO+CCID", 0o660)
	m.plug(2, longItem, "", "", 0o660)
	m.plug(3, keyboard, "Maker", "Keyboard", 0o600)
	m.plug(4, nil, "Maker", "Nothing", 0o600)
	m.plug(5, securityKey, "Maker", "Half way in", 0o660)
	if err := os.Remove(m.node(5)); err != nil {
		t.Fatal(err)
	}
	m.write(filepath.Join(m.Sys, "class", "hidraw", "other", "device", "report_descriptor"), securityKey, 0o444)
	want := []fido.Device{
		{Path: m.node(2), Transport: fido.USB, Product: "A Name"},
		{Path: m.node(10), Transport: fido.USB, Manufacturer: "Yubico", Product: "YubiKey OTP+FIDO+CCID"},
	}
	if ds := m.list(); !slices.Equal(ds, want) {
		t.Errorf("%+v, want %+v", ds, want)
	}
	if ds, err := (Bus{Sys: t.TempDir(), Dev: t.TempDir()}).Devices(t.Context()); err != nil || len(ds) != 0 {
		t.Errorf("a kernel without hidraw: %+v, %v", ds, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Devices(ended); err == nil {
		t.Error("no error after ctx ended")
	}
}

const otherVariable = "NIGHTLATCH_TEST_HIDRAW"

func TestMain(m *testing.M) {
	if roots := os.Getenv(otherVariable); roots != "" {
		sys, dev, _ := strings.Cut(roots, ":")
		ds, err := Bus{Sys: sys, Dev: dev}.Devices(context.Background())
		if err == nil {
			err = json.NewEncoder(os.Stdout).Encode(ds)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A key that the user has no permission to open is listed as locked. Root may open
// everything, so a child process lists the keys as the user "nobody".
func TestLockedDevice(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.plug(1, securityKey, "Yubico", "YubiKey", 0o600)
	m.plug(2, securityKey, "Yubico", "Security Key", 0o666)
	other := exec.CommandContext(t.Context(), "/proc/self/exe")
	other.Env = append(os.Environ(), otherVariable+"="+m.Sys+":"+m.Dev)
	if os.Getuid() == 0 {
		other.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		other.Dir = "/"
	} else if err := os.Chmod(m.node(1), 0); err != nil {
		t.Fatal(err)
	}
	other.Stderr = os.Stderr
	out, err := other.Output()
	if err != nil {
		t.Fatal(err)
	}
	var ds []fido.Device
	if err := json.Unmarshal(out, &ds); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if len(ds) != 2 || !ds[0].Locked || ds[1].Locked || ds[0].Product != "YubiKey" {
		t.Errorf("%+v; want the first locked, the second open", ds)
	}
}

// FuzzIsKey checks that no descriptor crashes isKey, and that a key's descriptor contains
// the usage page.
func FuzzIsKey(f *testing.F) {
	for _, d := range [][]byte{securityKey, keyboard, longItem, {0xfe}, {0xfe, 0xff}, {0x06, 0xd0}, {0x07, 0xd0, 0xf1, 0, 0}} {
		f.Add(d)
	}
	f.Fuzz(func(t *testing.T, descriptor []byte) {
		if isKey(descriptor) && !strings.Contains(string(descriptor), "\xd0\xf1") {
			t.Errorf("%x is not a key", descriptor)
		}
	})
}
