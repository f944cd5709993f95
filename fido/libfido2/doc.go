// Package libfido2 is the back end of fido for real keys: USB keys, and whatever
// looks like one, through Yubico's libfido2. On Linux it calls libfido2 itself,
// elsewhere through go-libfido2, of which it is the only importer.
//
// libfido2 blocks, for ever if the key does. So each call runs on a thread of its
// own with signals masked, since a signal in mid-touch (a child process ending is
// enough) makes libfido2 give up. A call is ended in two ways: by asking the key to
// cancel, and, when it does not listen, by taking the key away from the call and a
// signal that the thread leaves unmasked.
//
// Built without cgo or with the tag nofido the package has no support, and says
// so with fido.ErrUnsupported.
package libfido2
