//go:build !windows

package webauthndll

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// structures has the name in C of each structure.
var structures = map[string]any{
	"GUID":                                           guid{},
	"WEBAUTHN_RP_ENTITY_INFORMATION":                 rpEntity{},
	"WEBAUTHN_USER_ENTITY_INFORMATION":               userEntity{},
	"WEBAUTHN_CLIENT_DATA":                           clientData{},
	"WEBAUTHN_COSE_CREDENTIAL_PARAMETER":             parameter{},
	"WEBAUTHN_COSE_CREDENTIAL_PARAMETERS":            parameters{},
	"WEBAUTHN_CREDENTIAL":                            credential{},
	"WEBAUTHN_CREDENTIALS":                           credentials{},
	"WEBAUTHN_CREDENTIAL_EX":                         credentialEx{},
	"WEBAUTHN_CREDENTIAL_LIST":                       credentialList{},
	"WEBAUTHN_EXTENSIONS":                            extensions{},
	"WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS": makeOptions{},
	"WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS":   getOptions{},
	"WEBAUTHN_X5C":                                   certificate{},
	"WEBAUTHN_COMMON_ATTESTATION":                    commonAttestation{},
	"WEBAUTHN_CREDENTIAL_ATTESTATION":                credentialAttestation{},
	"WEBAUTHN_ASSERTION":                             assertion{},
}

// constants has the name in C of each constant.
var constants = map[string]uint32{
	"WEBAUTHN_API_VERSION_3":                                   3,
	"WEBAUTHN_RP_ENTITY_INFORMATION_CURRENT_VERSION":           rpVersion,
	"WEBAUTHN_USER_ENTITY_INFORMATION_CURRENT_VERSION":         userVersion,
	"WEBAUTHN_CLIENT_DATA_CURRENT_VERSION":                     clientVersion,
	"WEBAUTHN_COSE_CREDENTIAL_PARAMETER_CURRENT_VERSION":       parameterVersion,
	"WEBAUTHN_CREDENTIAL_EX_CURRENT_VERSION":                   credentialVersion,
	"WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS_VERSION_4": makeOptionsVersion(3),
	"WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS_VERSION_5":   getOptionsVersion(3),
	"WEBAUTHN_AUTHENTICATOR_ATTACHMENT_ANY":                    attachmentAny,
	"WEBAUTHN_AUTHENTICATOR_ATTACHMENT_CROSS_PLATFORM":         attachmentCrossPlatform,
	"WEBAUTHN_USER_VERIFICATION_REQUIREMENT_REQUIRED":          verificationRequired,
	"WEBAUTHN_USER_VERIFICATION_REQUIREMENT_PREFERRED":         verificationPreferred,
	"WEBAUTHN_USER_VERIFICATION_REQUIREMENT_DISCOURAGED":       verificationDiscouraged,
	"WEBAUTHN_ATTESTATION_CONVEYANCE_PREFERENCE_NONE":          conveyanceNone,
	"WEBAUTHN_ATTESTATION_CONVEYANCE_PREFERENCE_INDIRECT":      conveyanceIndirect,
	"WEBAUTHN_ATTESTATION_CONVEYANCE_PREFERENCE_DIRECT":        conveyanceDirect,
	"WEBAUTHN_ATTESTATION_DECODE_COMMON":                       decodedCommon,
	"WEBAUTHN_CTAP_TRANSPORT_USB":                              transportUSB,
	"WEBAUTHN_CTAP_TRANSPORT_NFC":                              transportNFC,
	"WEBAUTHN_CTAP_TRANSPORT_BLE":                              transportBLE,
	"WEBAUTHN_CTAP_TRANSPORT_INTERNAL":                         transportInternal,
	"(unsigned)NTE_EXISTS":                                     uint32(nteExists),
	"(unsigned)NTE_NOT_FOUND":                                  uint32(nteNotFound),
	"(unsigned)NTE_TOKEN_KEYSET_STORAGE_FULL":                  uint32(nteStorageFull),
	"(unsigned)NTE_INVALID_PARAMETER":                          uint32(nteInvalidParameter),
	"(unsigned)NTE_NOT_SUPPORTED":                              uint32(nteNotSupported),
	"(unsigned)NTE_DEVICE_NOT_FOUND":                           uint32(nteDeviceNotFound),
	"(unsigned)NTE_USER_CANCELLED":                             uint32(nteUserCancelled),
	"0x80070000u | ERROR_NOT_SUPPORTED":                        uint32(errorNotSupported),
	"0x80070000u | ERROR_CANCELLED":                            uint32(errorCancelled),
	"0x80070000u | ERROR_TIMEOUT":                              uint32(errorTimeout),
	"0x80070000u | ERROR_ACCESS_DISABLED_BY_POLICY":            uint32(errorAccessDisabled),
	"0x80070000u | ERROR_SERVICE_DISABLED":                     uint32(errorServiceDisabled),
}

// functions has the types of the functions, as system_windows.go calls them.
const functions = `
DWORD (WINAPI *f0)(void) = WebAuthNGetApiVersionNumber;
HRESULT (WINAPI *f1)(HWND, const WEBAUTHN_RP_ENTITY_INFORMATION *, const WEBAUTHN_USER_ENTITY_INFORMATION *, const WEBAUTHN_COSE_CREDENTIAL_PARAMETERS *, const WEBAUTHN_CLIENT_DATA *, const WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS *, WEBAUTHN_CREDENTIAL_ATTESTATION **) = WebAuthNAuthenticatorMakeCredential;
HRESULT (WINAPI *f2)(HWND, LPCWSTR, const WEBAUTHN_CLIENT_DATA *, const WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS *, WEBAUTHN_ASSERTION **) = WebAuthNAuthenticatorGetAssertion;
void (WINAPI *f3)(WEBAUTHN_CREDENTIAL_ATTESTATION *) = WebAuthNFreeCredentialAttestation;
void (WINAPI *f4)(WEBAUTHN_ASSERTION *) = WebAuthNFreeAssertion;
HRESULT (WINAPI *f5)(GUID *) = WebAuthNGetCancellationId;
HRESULT (WINAPI *f6)(const GUID *) = WebAuthNCancelCurrentOperation;
PCWSTR (WINAPI *f7)(HRESULT) = WebAuthNGetErrorName;
static const WCHAR t0[] = WEBAUTHN_CREDENTIAL_TYPE_PUBLIC_KEY, t1[] = WEBAUTHN_HASH_ALGORITHM_SHA_256;
_Static_assert(sizeof t0 == 2 * sizeof "` + publicKey + `" && sizeof t1 == 2 * sizeof "` + sha256 + `", "texts");
`

// The structures, constants and functions are those of webauthn.h: the C compiler checks
// the numbers of Go.
func TestHeader(t *testing.T) {
	t.Parallel()
	if why := compile(t, "", ""); why != "" {
		t.Errorf("Go and webauthn.h differ:\n%s", why)
	}
	// The check sees a difference of one byte, and of one value.
	for from, to := range map[string]string{
		"offsetof(WEBAUTHN_ASSERTION, pbSignature) == 24": "offsetof(WEBAUTHN_ASSERTION, pbSignature) == 25",
		"(WEBAUTHN_CTAP_TRANSPORT_NFC) == 2":              "(WEBAUTHN_CTAP_TRANSPORT_NFC) == 3",
	} {
		if compile(t, from, to) == "" {
			t.Errorf("the compiler accepts %s", to)
		}
	}
}

// compile returns what the compiler says about the assertions, after a replacement.
func compile(t *testing.T, from, to string) string {
	t.Helper()
	var c strings.Builder
	c.WriteString("#include <stddef.h>\n#include <windows.h>\n#include <webauthn.h>\n")
	assert := func(format string, args ...any) {
		condition := fmt.Sprintf(format, args...)
		fmt.Fprintf(&c, "_Static_assert(%s, %q);\n", condition, condition)
	}
	for name, s := range structures {
		typ := reflect.TypeOf(s)
		assert("sizeof(%s) == %d", name, typ.Size())
		for f := range typ.Fields() {
			field := f.Tag.Get("c")
			assert("offsetof(%s, %s) == %d", name, field, f.Offset)
			assert("sizeof(((%s *)0)->%s) == %d", name, field, f.Type.Size())
		}
	}
	for name, value := range constants {
		assert("(%s) == %d", name, value)
	}
	c.WriteString(functions)
	source := c.String()
	if from != "" {
		if !strings.Contains(source, from) {
			t.Fatalf("there is no assertion %s", from)
		}
		source = strings.Replace(source, from, to, 1)
	}
	path := filepath.Join(t.TempDir(), "check.c")
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "x86_64-w64-mingw32-gcc", "-std=c11", "-Werror", "-fsyntax-only", path).CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Fatalf("x86_64-w64-mingw32-gcc (package gcc-mingw-w64-x86-64): %v", err)
	}
	return string(out)
}

// Each field has its name in C.
func TestFieldsAreNamed(t *testing.T) {
	t.Parallel()
	for name, s := range structures {
		for f := range reflect.TypeOf(s).Fields() {
			if f.Tag.Get("c") == "" {
				t.Errorf("%s: the field at %d has no name", name, f.Offset)
			}
		}
	}
}
