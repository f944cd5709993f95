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

// A session is a key that libfido2 has open. Its calls block until the key has
// answered, and none is made while another runs but cancel.
type session struct {
	fd      int         // libfido2's, on the key; -1: not known
	severed atomic.Bool // fd leads nowhere

	mu  sync.Mutex // held by cancel, and by what frees dev
	dev *C.fido_dev_t
}

var initialize = sync.OnceFunc(func() { C.fido_init(0) })

// dial opens the key at path. It blocks for as long as a call.
func dial(path string) (*session, error) {
	initialize()
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
	// libfido2's HID back end begins what it knows of a key with the descriptor.
	if handle := (*C.int)(C.fido_dev_io_handle(dev)); handle != nil && leadsTo(int(*handle), path) {
		s.fd = int(*handle)
	}
	return s, nil
}

// obeys tells whether the key can be asked to cancel. A U2F key cannot.
func (s *session) obeys() bool { return bool(C.fido_dev_is_fido2(s.dev)) }

// sever takes the key away from a call that does not end: it reads and writes
// nothing from then on, and lets go of the key's lock. The session is of no use
// afterwards. It is called while a call runs.
func (s *session) sever() {
	if s.fd >= 0 && leadNowhere(s.fd) == nil {
		s.severed.Store(true)
	}
}

// close lets go of the key.
func (s *session) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = C.fido_dev_close(s.dev) // it fails for a key that is not open alone
	C.fido_dev_free(&s.dev)
}

// broken tells whether the session is of no use any more.
func (s *session) broken() bool { return s.severed.Load() }

// cancel asks the key to give up what it is doing. The write can block.
func (s *session) cancel() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dev != nil {
		_ = C.fido_dev_cancel(s.dev) // what comes of it, the call says
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
		MaxMessage: int(C.fido_cbor_info_maxmsgsiz(ci)),
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

// touchPoll is how long the key's answer is waited for at a time, in
// milliseconds: as often a U2F key is asked again.
const touchPoll = 100

// touched waits for a touch: the key is asked for a credential with an empty PIN
// proof, which it refuses once it was touched (CTAP section 6.1.2, step 1).
//
// libfido2 takes every failure for "not yet" here.
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
		case gone(), s.severed.Load():
			return status(C.FIDO_ERR_RX)
		}
	}
}
