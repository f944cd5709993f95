package region

import (
	"syscall"
	"unsafe"
)

// maxLocale is LOCALE_NAME_MAX_LENGTH.
const maxLocale = 85

// Here is the region of this computer's user: the format that is chosen in the settings
// of Windows under "Region".
func Here() Settings {
	var name [maxLocale]uint16
	call := syscall.NewLazyDLL("kernel32.dll").NewProc("GetUserDefaultLocaleName")
	if n, _, _ := call.Call(uintptr(unsafe.Pointer(&name[0])), maxLocale); n == 0 {
		return Settings{}
	}
	return Of(syscall.UTF16ToString(name[:]))
}
