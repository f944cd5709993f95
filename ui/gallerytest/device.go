package gallerytest

import (
	"nightlatch/fido"
)

// PrinterName is the name of a printer.
const PrinterName = "Brother HL-L2350DW"

// YubiKey is a key on USB.
func YubiKey() fido.Device {
	return fido.Device{Path: "/dev/hidraw3", Transport: fido.USB, Product: "YubiKey 5C NFC", Manufacturer: "Yubico"}
}

// CardOnReader is a key on an NFC reader.
func CardOnReader() fido.Device {
	return fido.Device{Path: "/dev/pts/7", Transport: fido.NFC, Product: "Security key on ACS ACR122U PICC Interface 00 00"}
}

// SystemDialog is the system's own dialog, which finds keys itself.
func SystemDialog() fido.Device { return fido.Device{Path: fido.DialogPath, Dialog: true} }

// VirtualKey is a key of the lab.
func VirtualKey() fido.Device {
	return fido.Device{Path: "/dev/pts/9", Transport: fido.USB, Product: "Virtual key", Manufacturer: "Nightlatch lab", Virtual: true}
}
