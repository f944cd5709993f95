package hidraw

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"nightlatch/fido"
)

// A Bus has the directories with the devices. The zero value uses this machine's.
type Bus struct {
	Sys string // "/sys"
	Dev string // "/dev"
}

func (b Bus) sys() string { return cmp.Or(b.Sys, "/sys") }
func (b Bus) dev() string { return cmp.Or(b.Dev, "/dev") }

// prefix is followed by a number in the name of a device node.
const prefix = "hidraw"

// Devices lists the keys that are plugged in. It is a fido.Lister.
func (b Bus) Devices(ctx context.Context) ([]fido.Device, error) {
	if err := fido.ContextError(ctx); err != nil {
		return nil, err
	}
	class := filepath.Join(b.sys(), "class", "hidraw")
	entries, err := os.ReadDir(class)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // missing in some kernels and containers
		return nil, fmt.Errorf("hidraw: %w", err)
	}
	var numbers []int
	for _, e := range entries {
		if n, ok := number(e.Name()); ok {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	var ds []fido.Device
	for _, n := range numbers {
		name := prefix + strconv.Itoa(n)
		if d, ok := b.key(name, filepath.Join(class, name, "device")); ok {
			ds = append(ds, d)
		}
	}
	return ds, nil
}

func number(name string) (int, bool) {
	digits, ok := strings.CutPrefix(name, prefix)
	n, err := strconv.ParseUint(digits, 10, 31)
	return int(n), ok && err == nil
}

// key examines one device. ok is false if it is not a security key or was unplugged
// meanwhile.
func (b Bus) key(name, device string) (fido.Device, bool) {
	descriptor, err := os.ReadFile(filepath.Join(device, "report_descriptor"))
	if err != nil || !isKey(descriptor) {
		return fido.Device{}, false
	}
	d := fido.Device{Path: filepath.Join(b.dev(), name), Transport: fido.USB}
	switch err := unix.Access(d.Path, unix.R_OK|unix.W_OK); {
	case errors.Is(err, unix.ENOENT): // the node does not exist yet, or no longer
		return fido.Device{}, false
	case err != nil:
		d.Locked = true
	}
	d.Manufacturer, d.Product = names(device)
	return d, true
}

// names returns the names that the USB device reports, or else the HID device's name.
func names(device string) (manufacturer, product string) {
	for dir, err := filepath.EvalSymlinks(device); err == nil && len(dir) > 1; dir = filepath.Dir(dir) {
		if product := attribute(dir, "product"); product != "" {
			return attribute(dir, "manufacturer"), product
		}
		if filepath.Base(dir) == "devices" {
			break
		}
	}
	for line := range strings.Lines(attribute(device, "uevent")) {
		if name, ok := strings.CutPrefix(line, "HID_NAME="); ok {
			return "", strings.TrimSpace(name)
		}
	}
	return "", ""
}

func attribute(dir, name string) string {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// usagePage is the HID usage page of security keys (CTAP section 11.2.8.1).
const usagePage = 0xf1d0

// isKey reports whether a report descriptor (Device Class Definition for HID 1.11,
// section 6.2.2) is that of a security key.
func isKey(descriptor []byte) bool {
	for len(descriptor) > 0 {
		prefix := descriptor[0]
		descriptor = descriptor[1:]
		size := int(prefix & 3)
		if size == 3 {
			size = 4
		}
		if prefix == 0xfe && len(descriptor) > 0 { // a long item: its size, its tag, its data
			size = 2 + int(descriptor[0])
		}
		if size > len(descriptor) {
			return false
		}
		var value uint32
		for i, b := range descriptor[:min(size, 4)] {
			value |= uint32(b) << (8 * i)
		}
		if prefix&^3 == 0x04 && value == usagePage {
			return true
		}
		descriptor = descriptor[size:]
	}
	return false
}
