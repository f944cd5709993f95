//go:build cgo && !nofido

package libfido2

/*
#cgo LDFLAGS: -lfido2
#include <stdlib.h>
#include <fido.h>
*/
import "C"

import (
	"sync"
	"sync/atomic"

	"nightlatch/fido"
)

// A session is a key that libfido2 has open. Its methods block until the key answers.
// They must not be called concurrently, except cancel and disconnect.
type session struct {
	fd           int         // libfido2's descriptor of the key; -1 if unknown
	disconnected atomic.Bool // fd was replaced by /dev/null

	mu  sync.Mutex // guards dev against cancel after close
	dev *C.fido_dev_t
}

// dial opens the key at path. It can block like any other call.
//
// fido_init disables libfido2's fallback to U2F, for a key that reports CTAP2
// in INIT but then does not answer. The setting is per thread, so dial makes
// it for each call.
func dial(path string) (*session, error) {
	C.fido_init(C.FIDO_DISABLE_U2F_FALLBACK)
	p := text(path)
	defer p.free()
	dev := C.fido_dev_new()
	if dev == nil {
		return nil, status(C.FIDO_ERR_INTERNAL)
	}
	if r := C.fido_dev_open(dev, p.ptr); r != C.FIDO_OK {
		C.fido_dev_free(&dev)
		return nil, status(r)
	}
	s := &session{dev: dev, fd: -1}
	// The descriptor is the first member of the HID back end's handle.
	if handle := (*C.int)(C.fido_dev_io_handle(dev)); handle != nil && isOpenOn(int(*handle), path) {
		s.fd = int(*handle)
	}
	return s, nil
}

// canCancel reports whether the key supports cancel. U2F keys do not.
func (s *session) canCancel() bool { return bool(C.fido_dev_is_fido2(s.dev)) }

// disconnect cuts a running call off from the key: its reads and writes go to /dev/null, and
// the lock on the key is released. The session is unusable afterwards.
func (s *session) disconnect() {
	if s.fd >= 0 && redirectToNull(s.fd) == nil {
		s.disconnected.Store(true)
	}
}

// close closes the key.
func (s *session) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = C.fido_dev_close(s.dev) // it fails only if the key is not open
	C.fido_dev_free(&s.dev)
}

// broken reports whether the session was disconnected.
func (s *session) broken() bool { return s.disconnected.Load() }

// cancel sends the key a cancel. The write may block.
func (s *session) cancel() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dev != nil {
		_ = C.fido_dev_cancel(s.dev) // the running call returns the result
	}
}

func (s *session) info() (fido.GetInfoResponse, error) {
	release := [3]byte{byte(C.fido_dev_major(s.dev)), byte(C.fido_dev_minor(s.dev)), byte(C.fido_dev_build(s.dev))}
	if !bool(C.fido_dev_is_fido2(s.dev)) {
		return fido.GetInfoResponse{Release: release}, nil
	}
	ci := C.fido_cbor_info_new()
	defer C.fido_cbor_info_free(&ci)
	if r := C.fido_dev_get_cbor_info(s.dev, ci); r != C.FIDO_OK {
		return fido.GetInfoResponse{}, status(r)
	}
	info := fido.GetInfoResponse{
		FIDO2:      true,
		Release:    release,
		Versions:   texts(C.fido_cbor_info_versions_ptr(ci), C.fido_cbor_info_versions_len(ci)),
		Extensions: texts(C.fido_cbor_info_extensions_ptr(ci), C.fido_cbor_info_extensions_len(ci)),
		AAGUID:     octets(C.fido_cbor_info_aaguid_ptr(ci), C.fido_cbor_info_aaguid_len(ci)),
		Options:    make(map[string]bool),
		MinPIN:     int(C.fido_cbor_info_minpinlen(ci)),
		NewPIN:     bool(C.fido_cbor_info_new_pin_required(ci)),
		MaxIDs:     int(C.fido_cbor_info_maxcredcntlst(ci)),
		MaxID:      int(C.fido_cbor_info_maxcredidlen(ci)),
		MaxMessage: int(C.fido_cbor_info_maxmsgsiz(ci)),
		Transports: texts(C.fido_cbor_info_transports_ptr(ci), C.fido_cbor_info_transports_len(ci)),
		Full:       C.fido_cbor_info_rk_remaining(ci) == 0,
	}
	for i := range C.fido_cbor_info_algorithm_count(ci) {
		if C.GoString(C.fido_cbor_info_algorithm_type(ci, i)) == "public-key" {
			info.Algorithms = append(info.Algorithms, int64(C.fido_cbor_info_algorithm_cose(ci, i)))
		}
	}
	n := C.fido_cbor_info_options_len(ci)
	names := texts(C.fido_cbor_info_options_name_ptr(ci), n)
	values := array(C.fido_cbor_info_options_value_ptr(ci), n)
	for i, name := range names {
		info.Options[name] = bool(values[i])
	}
	return info, nil
}

func (s *session) pinTries() (int, error) {
	var n C.int
	err := result(C.fido_dev_get_retry_count(s.dev, &n))
	return int(n), err
}

func (s *session) setPIN(old, new string) error {
	was, is := text(old), text(new)
	defer was.wipe()
	defer is.wipe()
	return result(C.fido_dev_set_pin(s.dev, is.ptr, was.orNil()))
}

func (s *session) reset() error { return result(C.fido_dev_reset(s.dev)) }

// touchPoll is how long one call waits for the key's answer, in milliseconds. U2F keys
// are polled at this interval.
const touchPoll = 100

// touched waits for a touch. It requests a credential with an empty pinUvAuthParam,
// which the key refuses after a touch (CTAP section 6.1.2, step 1).
//
// libfido2 reports every failure as "not yet", so gone reports when to stop.
func (s *session) touched(gone func() bool) error {
	if r := C.fido_dev_get_touch_begin(s.dev); r != C.FIDO_OK {
		return status(r)
	}
	for {
		var touched C.int
		if r := C.fido_dev_get_touch_status(s.dev, &touched, touchPoll); r != C.FIDO_OK {
			return status(r)
		}
		switch {
		case touched != 0:
			return nil
		case gone(), s.disconnected.Load():
			return status(C.FIDO_ERR_RX)
		}
	}
}
