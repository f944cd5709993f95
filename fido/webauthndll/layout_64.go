//go:build amd64 || arm64

package webauthndll

import "unsafe"

// The sizes on 64-bit systems. An index other than 0 does not compile.
var (
	_ = [1]byte{}[unsafe.Sizeof(guid{})-16]
	_ = [1]byte{}[unsafe.Sizeof(rpEntity{})-32]
	_ = [1]byte{}[unsafe.Sizeof(userEntity{})-40]
	_ = [1]byte{}[unsafe.Sizeof(clientData{})-24]
	_ = [1]byte{}[unsafe.Sizeof(parameter{})-24]
	_ = [1]byte{}[unsafe.Sizeof(parameters{})-16]
	_ = [1]byte{}[unsafe.Sizeof(credential{})-24]
	_ = [1]byte{}[unsafe.Sizeof(credentials{})-16]
	_ = [1]byte{}[unsafe.Sizeof(credentialEx{})-32]
	_ = [1]byte{}[unsafe.Sizeof(credentialList{})-16]
	_ = [1]byte{}[unsafe.Sizeof(extensions{})-16]
	_ = [1]byte{}[unsafe.Sizeof(makeOptions{})-96]
	_ = [1]byte{}[unsafe.Sizeof(getOptions{})-104]
	_ = [1]byte{}[unsafe.Sizeof(certificate{})-16]
	_ = [1]byte{}[unsafe.Sizeof(commonAttestation{})-88]
	_ = [1]byte{}[unsafe.Sizeof(credentialAttestation{})-128]
	_ = [1]byte{}[unsafe.Sizeof(assertion{})-112]
)

// Offsets of fields that the first version of a structure does not have.
var (
	_ = [1]byte{}[unsafe.Offsetof(makeOptions{}.cancellation)-64]
	_ = [1]byte{}[unsafe.Offsetof(makeOptions{}.exclude)-72]
	_ = [1]byte{}[unsafe.Offsetof(makeOptions{}.preferResident)-88]
	_ = [1]byte{}[unsafe.Offsetof(getOptions{}.cancellation)-72]
	_ = [1]byte{}[unsafe.Offsetof(getOptions{}.allow)-80]
	_ = [1]byte{}[unsafe.Offsetof(credentialAttestation{}.transport)-112]
	_ = [1]byte{}[unsafe.Offsetof(credentialAttestation{}.resident)-124]
)
