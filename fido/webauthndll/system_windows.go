package webauthndll

import (
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"

	"nightlatch/fido"
)

// System returns the dialog of Windows. On a version of Windows without it, ceremonies
// return fido.ErrNoDialog.
func System() fido.Dialog { return dialog{load: loadOnce} }

// Check returns fido.ErrNoDialog if this version of Windows has no such dialog.
func Check() error { return dialog{load: loadOnce}.Check() }

var loadOnce = sync.OnceValues(load)

// A dll is webauthn.dll and two functions of user32.dll.
type dll struct {
	getVersion, make, freeMade, get, freeGot, getCancellationID, cancelCurrent, getErrorName *windows.LazyProc
	api                                                                                      uint32
}

// load loads webauthn.dll from the system directory only: a library of that name beside
// the program or in the working directory is never used.
func load() (library, error) {
	webauthn := windows.NewLazySystemDLL("webauthn.dll")
	if err := webauthn.Load(); err != nil {
		return nil, err
	}
	d := &dll{
		getVersion:        webauthn.NewProc("WebAuthNGetApiVersionNumber"),
		make:              webauthn.NewProc("WebAuthNAuthenticatorMakeCredential"),
		freeMade:          webauthn.NewProc("WebAuthNFreeCredentialAttestation"),
		get:               webauthn.NewProc("WebAuthNAuthenticatorGetAssertion"),
		freeGot:           webauthn.NewProc("WebAuthNFreeAssertion"),
		getCancellationID: webauthn.NewProc("WebAuthNGetCancellationId"),
		cancelCurrent:     webauthn.NewProc("WebAuthNCancelCurrentOperation"),
		getErrorName:      webauthn.NewProc("WebAuthNGetErrorName"),
	}
	for _, p := range []*windows.LazyProc{d.getVersion, d.make, d.freeMade, d.get, d.freeGot, d.getCancellationID, d.cancelCurrent, d.getErrorName} {
		if err := p.Find(); err != nil {
			return nil, err
		}
	}
	version, _, _ := d.getVersion.Call()
	d.api = uint32(version)
	return d, nil
}

func (d *dll) version() uint32 { return d.api }

func (d *dll) makeCredential(window uintptr, m *making) (*credentialAttestation, hresult) {
	var got *credentialAttestation
	h, _, _ := d.make.Call(window, uintptr(unsafe.Pointer(&m.rp)), uintptr(unsafe.Pointer(&m.user)), uintptr(unsafe.Pointer(&m.parameters)),
		uintptr(unsafe.Pointer(&m.client)), uintptr(unsafe.Pointer(&m.options)), uintptr(unsafe.Pointer(&got)))
	return got, hresult(h)
}

func (d *dll) freeAttestation(a *credentialAttestation) {
	_, _, _ = d.freeMade.Call(uintptr(unsafe.Pointer(a)))
}

func (d *dll) getAssertion(window uintptr, g *getting) (*assertion, hresult) {
	var got *assertion
	h, _, _ := d.get.Call(window, uintptr(unsafe.Pointer(g.rpID)), uintptr(unsafe.Pointer(&g.client)), uintptr(unsafe.Pointer(&g.options)), uintptr(unsafe.Pointer(&got)))
	return got, hresult(h)
}

func (d *dll) freeAssertion(a *assertion) { _, _, _ = d.freeGot.Call(uintptr(unsafe.Pointer(a))) }

func (d *dll) cancellationID(id *guid) hresult {
	h, _, _ := d.getCancellationID.Call(uintptr(unsafe.Pointer(id)))
	return hresult(h)
}

func (d *dll) cancel(id *guid) hresult {
	h, _, _ := d.cancelCurrent.Call(uintptr(unsafe.Pointer(id)))
	return hresult(h)
}

// errorName returns a constant text of the library, which is not freed.
func (d *dll) errorName(h hresult) string {
	var name *uint16
	// The result is stored as a pointer at once: it is no address of Go's.
	p, _, _ := d.getErrorName.Call(uintptr(h))
	*(*uintptr)(unsafe.Pointer(&name)) = p
	s, err := readText(name)
	if err != nil {
		return ""
	}
	return s
}

// readText is text for a pointer that may be wrong.
func readText(from *uint16) (s string, err error) {
	defer survive(&err)()
	return text(from)
}

// window returns this program's window, so that the dialog is in front of it and belongs
// to it. A program in a terminal has none: then it is the window that the user works in.
func (d *dll) window() uintptr {
	foreground := windows.GetForegroundWindow()
	if ours(foreground) {
		return uintptr(foreground)
	}
	user32 := windows.NewLazySystemDLL("user32.dll")
	next := user32.NewProc("FindWindowExW")
	if next.Find() == nil {
		for w := uintptr(0); ; {
			if w, _, _ = next.Call(0, w, 0, 0); w == 0 {
				break
			}
			if h := windows.HWND(w); windows.IsWindowVisible(h) && ours(h) {
				return w
			}
		}
	}
	if foreground == 0 {
		return uintptr(windows.GetDesktopWindow())
	}
	return uintptr(foreground)
}

func ours(w windows.HWND) bool {
	var process uint32
	_, err := windows.GetWindowThreadProcessId(w, &process)
	return err == nil && process == windows.GetCurrentProcessId()
}
