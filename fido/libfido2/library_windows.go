//go:build cgo && !nofido

package libfido2

/*
#include <wchar.h>

unsigned long nightlatch_load_fido2(const wchar_t *path);
void fido_init(int flags);
*/
import "C"

import (
	"os"
	"path/filepath"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Supported reports whether this process can use security keys: fido2.dll is beside the
// program, and an administrator runs it. Since version 1903, Windows 10 opens raw
// connections to keys for administrators only.
func Supported() bool { return load() }

// load loads fido2.dll from the directory of the program, once. Other directories are not
// searched: a DLL that another user left there would run with this user's rights.
var load = sync.OnceValue(func() bool {
	if !windows.GetCurrentProcessToken().IsElevated() {
		return false
	}
	self, err := os.Executable()
	if err != nil {
		return false
	}
	path, err := windows.UTF16PtrFromString(filepath.Join(filepath.Dir(self), "fido2.dll"))
	if err != nil || C.nightlatch_load_fido2((*C.wchar_t)(unsafe.Pointer(path))) != 0 {
		return false
	}
	C.fido_init(0) // go-libfido2 called it before the DLL was loaded
	return true
})
