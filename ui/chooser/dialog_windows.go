package chooser

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// OfDesktop returns the dialog of Windows, IFileDialog
// (https://learn.microsoft.com/windows/win32/shell/common-file-dialog).
func OfDesktop() Chooser { return choose }

// Methods of IFileDialog and IShellItem, by their places in the table (shobjidl_core.h).
const (
	release        = 2
	show           = 3
	setOptions     = 9
	setFolder      = 12
	setFileName    = 15
	setTitle       = 17
	setButton      = 18
	getResult      = 20
	getDisplayName = 5 // of IShellItem
)

// Options of the dialog.
const (
	overwritePrompt  = 0x2
	noChangeDir      = 0x8
	pickFolders      = 0x20
	forceFileSystem  = 0x40
	pathMustExist    = 0x800
	dontAddToRecent  = 0x2000000 // it is nobody's business where backup codes are
	inProcessServer  = 1
	fileSystemPath   = 0x8005_8000 // SIGDN_FILESYSPATH
	cancelled        = 0x8007_04c7 // ERROR_CANCELLED
	wmClose          = 0x10
	closeAgain       = 100 * time.Millisecond // the dialog may not be open yet
	dialogClass      = "#32770"
	apartmentAndOLE1 = windows.COINIT_APARTMENTTHREADED | windows.COINIT_DISABLE_OLE1DDE
)

var (
	openDialog = windows.GUID{Data1: 0xdc1c5a9c, Data2: 0xe88a, Data3: 0x4dde, Data4: [8]byte{0xa5, 0xa1, 0x60, 0xf8, 0x2a, 0x20, 0xae, 0xf7}}
	saveDialog = windows.GUID{Data1: 0xc0b4e2f3, Data2: 0xba21, Data3: 0x4773, Data4: [8]byte{0x8d, 0xba, 0x33, 0x5e, 0xc9, 0x46, 0xeb, 0x8b}}
	fileDialog = windows.GUID{Data1: 0x42f85136, Data2: 0xdb7e, Data3: 0x439c, Data4: [8]byte{0x85, 0xf1, 0xe4, 0x07, 0x5d, 0x13, 0x5f, 0xc8}}
	shellItem  = windows.GUID{Data1: 0x43826d1e, Data2: 0xe718, Data3: 0x42ee, Data4: [8]byte{0xbc, 0x55, 0xa1, 0xe2, 0x61, 0xc3, 0x7b, 0xfe}}

	ole32          = windows.NewLazySystemDLL("ole32.dll")
	createInstance = ole32.NewProc("CoCreateInstance")
	shell32        = windows.NewLazySystemDLL("shell32.dll")
	itemOfPath     = shell32.NewProc("SHCreateItemFromParsingName")
	user32         = windows.NewLazySystemDLL("user32.dll")
	findWindow     = user32.NewProc("FindWindowExW")
	postMessage    = user32.NewProc("PostMessageW")
)

// A component is a COM object.
type component struct{ methods *[24]uintptr }

// call calls a method. What its arguments point to must not move meanwhile.
//
//go:uintptrescapes
func (c *component) call(method int, args ...uintptr) error {
	result, _, _ := syscall.SyscallN(c.methods[method], append([]uintptr{uintptr(unsafe.Pointer(c))}, args...)...)
	return failure(result)
}

// failure returns an error for a result (HRESULT) that is one.
func failure(result uintptr) error {
	if int32(result) >= 0 {
		return nil
	}
	return windows.Errno(uint32(result))
}

// choose shows the dialog on a thread of its own, which it locks.
func choose(ctx context.Context, r Request) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := windows.CoInitializeEx(0, apartmentAndOLE1); err != nil && err != windows.Errno(1) { // S_FALSE: it is initialised
		return "", fmt.Errorf("%w: %w", ErrNone, err)
	}
	defer windows.CoUninitialize()
	class, options := &saveDialog, uintptr(overwritePrompt|pathMustExist)
	if r.Folder {
		class, options = &openDialog, pickFolders
	}
	var d *component
	result, _, _ := createInstance.Call(uintptr(unsafe.Pointer(class)), 0, inProcessServer, uintptr(unsafe.Pointer(&fileDialog)), uintptr(unsafe.Pointer(&d)))
	if err := failure(result); err != nil {
		return "", fmt.Errorf("%w: %w", ErrNone, err)
	}
	defer func() { _ = d.call(release) }()
	if err := d.prepare(r, options|noChangeDir|forceFileSystem|dontAddToRecent); err != nil {
		return "", fmt.Errorf("%w: %w", ErrNone, err)
	}
	closed := make(chan struct{})
	ended := make(chan struct{})
	thread := windows.GetCurrentThreadId()
	go func() {
		defer close(ended)
		closeDialog(ctx, thread, closed)
	}()
	err := d.call(show, window(r.Parent))
	close(closed)
	<-ended
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err == windows.Errno(cancelled):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("%w: %w", ErrNone, err)
	}
	return d.chosen()
}

// window returns the handle in a Parent "hwnd:" and hex, 0 if there is none.
func window(parent string) uintptr {
	handle, ok := strings.CutPrefix(parent, "hwnd:")
	if !ok {
		return 0
	}
	n, _ := strconv.ParseUint(handle, 16, 64) // 0: the dialog has no parent
	return uintptr(n)
}

// prepare sets the texts and the place that is offered. A place that does not exist is left
// to Windows.
func (d *component) prepare(r Request, options uintptr) error {
	if err := d.call(setOptions, options); err != nil {
		return err
	}
	texts := map[int]string{setTitle: r.Title, setButton: r.Accept}
	folder := r.Start
	if !r.Folder && r.Start != "" {
		texts[setFileName] = filepath.Base(r.Start)
		folder = filepath.Dir(r.Start)
	}
	for method, text := range texts {
		if text == "" {
			continue
		}
		wide, err := windows.UTF16PtrFromString(text)
		if err != nil {
			return err
		}
		if err := d.call(method, uintptr(unsafe.Pointer(wide))); err != nil {
			return err
		}
	}
	wide, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return err
	}
	var item *component
	result, _, _ := itemOfPath.Call(uintptr(unsafe.Pointer(wide)), 0, uintptr(unsafe.Pointer(&shellItem)), uintptr(unsafe.Pointer(&item)))
	if failure(result) != nil {
		return nil
	}
	defer func() { _ = item.call(release) }()
	return d.call(setFolder, uintptr(unsafe.Pointer(item)))
}

// chosen returns the path that the person chose.
func (d *component) chosen() (string, error) {
	var item *component
	if err := d.call(getResult, uintptr(unsafe.Pointer(&item))); err != nil {
		return "", fmt.Errorf("%w: %w", ErrNone, err)
	}
	defer func() { _ = item.call(release) }()
	var path *uint16
	if err := item.call(getDisplayName, fileSystemPath, uintptr(unsafe.Pointer(&path))); err != nil {
		return "", fmt.Errorf("%w: %w", ErrNone, err)
	}
	defer windows.CoTaskMemFree(unsafe.Pointer(path))
	return windows.UTF16PtrToString(path), nil
}

// closeDialog closes the dialogs of a thread when ctx ends, until closed is closed.
func closeDialog(ctx context.Context, thread uint32, closed <-chan struct{}) {
	select {
	case <-closed:
		return
	case <-ctx.Done():
	}
	class, err := windows.UTF16PtrFromString(dialogClass)
	if err != nil {
		return
	}
	again := time.NewTicker(closeAgain)
	defer again.Stop()
	for {
		var last uintptr
		for {
			last, _, _ = findWindow.Call(0, last, uintptr(unsafe.Pointer(class)), 0)
			if last == 0 {
				break
			}
			if of, _ := windows.GetWindowThreadProcessId(windows.HWND(last), nil); of == thread {
				_, _, _ = postMessage.Call(last, wmClose, 0, 0)
			}
		}
		select {
		case <-closed:
			return
		case <-again.C:
		}
	}
}
