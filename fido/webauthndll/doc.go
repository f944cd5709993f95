// Package webauthndll runs ceremonies through webauthn.dll, the library of Windows that
// browsers use. Windows then shows its own dialog, finds the key over USB, NFC or
// Bluetooth, and asks for PIN and touch. Since Windows 10 version 1903 it is the only way
// for programs of ordinary users: raw access to security keys is for administrators.
//
// The library is loaded from Windows' system directory when it is first used, and never
// from anywhere else. The structures are those of webauthn.h, in the versions of the API
// version that the library reports. A test compares them with the header by compiling C.
//
// Everything but the calls themselves is pure Go and is tested on every system. Elsewhere
// than on Windows, System returns nil.
//
// Reference: webauthn.h (Microsoft), API versions 1 to 3.
package webauthndll
