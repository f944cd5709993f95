package webauthndll

import "unsafe"

// The structures of webauthn.h. The tag is the name in C. Fields that this package does
// not use are blank. A structure that the library returns may end after the last field of
// its version, so it is read field by field.

type guid struct {
	_ uint32  `c:"Data1"`
	_ uint16  `c:"Data2"`
	_ uint16  `c:"Data3"`
	_ [8]byte `c:"Data4"`
}

type rpEntity struct {
	version uint32  `c:"dwVersion"`
	id      *uint16 `c:"pwszId"`
	name    *uint16 `c:"pwszName"`
	_       *uint16 `c:"pwszIcon"`
}

type userEntity struct {
	version     uint32  `c:"dwVersion"`
	idSize      uint32  `c:"cbId"`
	id          *byte   `c:"pbId"`
	name        *uint16 `c:"pwszName"`
	_           *uint16 `c:"pwszIcon"`
	displayName *uint16 `c:"pwszDisplayName"`
}

type clientData struct {
	version uint32  `c:"dwVersion"`
	size    uint32  `c:"cbClientDataJSON"`
	json    *byte   `c:"pbClientDataJSON"`
	hash    *uint16 `c:"pwszHashAlgId"`
}

type parameter struct {
	version   uint32  `c:"dwVersion"`
	kind      *uint16 `c:"pwszCredentialType"`
	algorithm int32   `c:"lAlg"`
}

type parameters struct {
	count uint32     `c:"cCredentialParameters"`
	first *parameter `c:"pCredentialParameters"`
}

type credential struct {
	_      uint32  `c:"dwVersion"`
	idSize uint32  `c:"cbId"`
	id     *byte   `c:"pbId"`
	_      *uint16 `c:"pwszCredentialType"`
}

type credentials struct {
	_ uint32      `c:"cCredentials"`
	_ *credential `c:"pCredentials"`
}

type credentialEx struct {
	version    uint32  `c:"dwVersion"`
	idSize     uint32  `c:"cbId"`
	id         *byte   `c:"pbId"`
	kind       *uint16 `c:"pwszCredentialType"`
	transports uint32  `c:"dwTransports"` // 0: no restriction
}

type credentialList struct {
	count uint32         `c:"cCredentials"`
	first **credentialEx `c:"ppCredentials"`
}

type extensions struct {
	_ uint32         `c:"cExtensions"`
	_ unsafe.Pointer `c:"pExtensions"`
}

type makeOptions struct {
	version         uint32          `c:"dwVersion"`
	timeout         uint32          `c:"dwTimeoutMilliseconds"`
	_               credentials     `c:"CredentialList"` // replaced by exclude
	_               extensions      `c:"Extensions"`
	attachment      uint32          `c:"dwAuthenticatorAttachment"`
	requireResident int32           `c:"bRequireResidentKey"`
	verification    uint32          `c:"dwUserVerificationRequirement"`
	conveyance      uint32          `c:"dwAttestationConveyancePreference"`
	_               uint32          `c:"dwFlags"`
	cancellation    *guid           `c:"pCancellationId"`         // version 2
	exclude         *credentialList `c:"pExcludeCredentialList"`  // version 3
	_               uint32          `c:"dwEnterpriseAttestation"` // version 4
	_               uint32          `c:"dwLargeBlobSupport"`
	preferResident  int32           `c:"bPreferResidentKey"`
}

type getOptions struct {
	version      uint32          `c:"dwVersion"`
	timeout      uint32          `c:"dwTimeoutMilliseconds"`
	_            credentials     `c:"CredentialList"` // replaced by allow
	_            extensions      `c:"Extensions"`
	attachment   uint32          `c:"dwAuthenticatorAttachment"`
	verification uint32          `c:"dwUserVerificationRequirement"`
	_            uint32          `c:"dwFlags"`
	_            *uint16         `c:"pwszU2fAppId"` // version 2
	_            *int32          `c:"pbU2fAppId"`
	cancellation *guid           `c:"pCancellationId"`          // version 3
	allow        *credentialList `c:"pAllowCredentialList"`     // version 4
	_            uint32          `c:"dwCredLargeBlobOperation"` // version 5
	_            uint32          `c:"cbCredLargeBlob"`
	_            *byte           `c:"pbCredLargeBlob"`
}

type certificate struct {
	size uint32 `c:"cbData"`
	data *byte  `c:"pbData"`
}

type commonAttestation struct {
	_             uint32       `c:"dwVersion"`
	_             *uint16      `c:"pwszAlg"`
	_             int32        `c:"lAlg"`
	signatureSize uint32       `c:"cbSignature"`
	signature     *byte        `c:"pbSignature"`
	certificates  uint32       `c:"cX5c"`
	certificate   *certificate `c:"pX5c"`
	_             *uint16      `c:"pwszVer"`
	_             uint32       `c:"cbCertInfo"`
	_             *byte        `c:"pbCertInfo"`
	_             uint32       `c:"cbPubArea"`
	_             *byte        `c:"pbPubArea"`
}

type credentialAttestation struct {
	version      uint32         `c:"dwVersion"`
	format       *uint16        `c:"pwszFormatType"`
	authDataSize uint32         `c:"cbAuthenticatorData"`
	authData     *byte          `c:"pbAuthenticatorData"`
	_            uint32         `c:"cbAttestation"`
	_            *byte          `c:"pbAttestation"`
	decodeType   uint32         `c:"dwAttestationDecodeType"`
	decoded      unsafe.Pointer `c:"pvAttestationDecode"`
	_            uint32         `c:"cbAttestationObject"`
	_            *byte          `c:"pbAttestationObject"`
	idSize       uint32         `c:"cbCredentialId"`
	id           *byte          `c:"pbCredentialId"`
	_            extensions     `c:"Extensions"`      // version 2
	transport    uint32         `c:"dwUsedTransport"` // version 3
	_            int32          `c:"bEpAtt"`          // version 4
	_            int32          `c:"bLargeBlobSupported"`
	resident     int32          `c:"bResidentKey"`
}

type assertion struct {
	version       uint32     `c:"dwVersion"`
	authDataSize  uint32     `c:"cbAuthenticatorData"`
	authData      *byte      `c:"pbAuthenticatorData"`
	signatureSize uint32     `c:"cbSignature"`
	signature     *byte      `c:"pbSignature"`
	credential    credential `c:"Credential"`
	userIDSize    uint32     `c:"cbUserId"`
	userID        *byte      `c:"pbUserId"`
	_             extensions `c:"Extensions"` // version 2
	_             uint32     `c:"cbCredLargeBlob"`
	_             *byte      `c:"pbCredLargeBlob"`
	_             uint32     `c:"dwCredLargeBlobStatus"`
}

// Versions of the structures that have only one.
const (
	rpVersion         = 1
	userVersion       = 1
	clientVersion     = 1
	parameterVersion  = 1
	credentialVersion = 1
)

// makeOptionsVersion and getOptionsVersion return the newest version of the structure
// that an API version knows and this package has.
func makeOptionsVersion(api uint32) uint32 {
	if api >= 3 {
		return 4
	}
	return 3
}

func getOptionsVersion(api uint32) uint32 {
	if api >= 3 {
		return 5
	}
	return 4
}

// Values of the fields, by their names in C.
const (
	attachmentAny           = 0 // WEBAUTHN_AUTHENTICATOR_ATTACHMENT_ANY
	attachmentCrossPlatform = 2 // WEBAUTHN_AUTHENTICATOR_ATTACHMENT_CROSS_PLATFORM

	verificationRequired    = 1 // WEBAUTHN_USER_VERIFICATION_REQUIREMENT_REQUIRED
	verificationPreferred   = 2 // WEBAUTHN_USER_VERIFICATION_REQUIREMENT_PREFERRED
	verificationDiscouraged = 3 // WEBAUTHN_USER_VERIFICATION_REQUIREMENT_DISCOURAGED

	conveyanceNone     = 1 // WEBAUTHN_ATTESTATION_CONVEYANCE_PREFERENCE_NONE
	conveyanceIndirect = 2 // WEBAUTHN_ATTESTATION_CONVEYANCE_PREFERENCE_INDIRECT
	conveyanceDirect   = 3 // WEBAUTHN_ATTESTATION_CONVEYANCE_PREFERENCE_DIRECT

	decodedCommon = 1 // WEBAUTHN_ATTESTATION_DECODE_COMMON

	transportUSB      = 0x01 // WEBAUTHN_CTAP_TRANSPORT_USB
	transportNFC      = 0x02 // WEBAUTHN_CTAP_TRANSPORT_NFC
	transportBLE      = 0x04 // WEBAUTHN_CTAP_TRANSPORT_BLE
	transportInternal = 0x10 // WEBAUTHN_CTAP_TRANSPORT_INTERNAL
)
