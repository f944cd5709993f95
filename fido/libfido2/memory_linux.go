//go:build cgo && !nofido

package libfido2

/*
#define _DEFAULT_SOURCE
#include <stdlib.h>
#include <string.h>
#include <stdbool.h>
*/
import "C"

import "unsafe"

// A cText is a string in C memory. The caller of text must free or wipe it.
type cText struct {
	ptr  *C.char
	size C.size_t
}

func text(s string) cText { return cText{ptr: C.CString(s), size: C.size_t(len(s))} }

// orNil returns the string, or NULL if it is empty.
func (t cText) orNil() *C.char {
	if t.size == 0 {
		return nil
	}
	return t.ptr
}

func (t cText) free() { C.free(unsafe.Pointer(t.ptr)) }

// wipe overwrites a secret before it is freed.
func (t cText) wipe() {
	C.explicit_bzero(unsafe.Pointer(t.ptr), t.size)
	t.free()
}

// array is a slice of C memory. It is valid until that is freed.
func array[T any](first *T, n C.size_t) []T { return unsafe.Slice(first, int(n)) }

func octets(first *C.uchar, n C.size_t) []byte {
	return C.GoBytes(unsafe.Pointer(first), C.int(n))
}

func texts(first **C.char, n C.size_t) []string {
	var out []string
	for _, s := range array(first, n) {
		out = append(out, C.GoString(s))
	}
	return out
}

// pointer returns the address of the first byte. libfido2 copies the bytes.
func pointer(b []byte) *C.uchar { return (*C.uchar)(unsafe.SliceData(b)) }
