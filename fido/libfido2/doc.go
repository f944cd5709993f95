// Package libfido2 is the back end of package fido for USB keys and for other devices
// that speak CTAPHID. It uses Yubico's libfido2: directly on Linux, elsewhere through
// go-libfido2, of which it is the only importer.
//
// libfido2 blocks, forever if the key hangs. So each call runs on a separate thread.
// The thread masks signals: a signal during a touch, for example SIGCHLD, makes
// libfido2 fail. There are two ways to end a call. The first is to send the key a
// cancel. If it does not obey, the call's file descriptor is replaced by /dev/null and
// the thread is interrupted with a signal that it does not mask.
//
// Without cgo, or with the build tag nofido, the functions return fido.ErrUnsupported.
package libfido2
