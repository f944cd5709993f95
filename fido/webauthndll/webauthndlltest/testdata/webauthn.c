// A webauthn.dll for tests. It sends each request, field by field, to the program that
// listens at NIGHTLATCH_TEST_WEBAUTHN (127.0.0.1:PORT), and returns its answer. So the
// request is read with webauthn.h and by a C compiler, and the key is in the test.
//
// Requests and answers are lines of a name, a space and a value: a decimal number, or
// bytes in hexadecimal. An empty line ends a request, the end of the stream an answer.
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <webauthn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	char *text;
	size_t size, room;
} lines;

static void add(lines *l, const char *bytes, size_t n) {
	if (l->size + n + 1 > l->room) {
		l->room = 2 * (l->size + n + 1);
		l->text = realloc(l->text, l->room);
	}
	memcpy(l->text + l->size, bytes, n);
	l->size += n;
	l->text[l->size] = 0;
}

static void number(lines *l, const char *name, long long value) {
	char line[128];
	add(l, line, snprintf(line, sizeof line, "%s %lld\n", name, value));
}

static void bytes(lines *l, const char *name, const void *from, size_t n) {
	char digits[4];
	add(l, name, strlen(name));
	add(l, " ", 1);
	for (size_t i = 0; from && i < n; i++)
		add(l, digits, snprintf(digits, sizeof digits, "%02x", ((const unsigned char *)from)[i]));
	add(l, "\n", 1);
}

static void text(lines *l, const char *name, const WCHAR *s) {
	bytes(l, name, s, s ? 2 * wcslen(s) : 0);
}

// ask sends a request and returns the answer, NULL if nobody answers.
static char *ask(lines *l) {
	char where[64] = "";
	GetEnvironmentVariableA("NIGHTLATCH_TEST_WEBAUTHN", where, sizeof where);
	char *port = strchr(where, ':');
	WSADATA data;
	if (!port || WSAStartup(MAKEWORD(2, 2), &data))
		return NULL;
	*port++ = 0;
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(port)), .sin_addr.s_addr = inet_addr(where)};
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
	add(l, "\n", 1);
	lines answer = {0};
	if (connect(s, (struct sockaddr *)&to, sizeof to) == 0 && send(s, l->text, l->size, 0) == (int)l->size) {
		char part[4096];
		for (int n; (n = recv(s, part, sizeof part, 0)) > 0;)
			add(&answer, part, n);
	}
	closesocket(s);
	free(l->text);
	return answer.text;
}

// find returns the value of a line of an answer, NULL if there is none.
static const char *find(const char *answer, const char *name) {
	size_t n = strlen(name);
	for (const char *p = answer; p && *p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
		if (!strncmp(p, name, n) && p[n] == ' ')
			return p + n + 1;
	return NULL;
}

static long long numberOf(const char *answer, const char *name, long long otherwise) {
	const char *v = find(answer, name);
	return v ? strtoll(v, NULL, 10) : otherwise;
}

// get decodes bytes. The test can have a wrong size, no pointer or a wild one.
static void get(const char *answer, const char *name, BYTE **out, DWORD *size) {
	char wrong[64];
	const char *v = find(answer, name);
	size_t n = v ? strspn(v, "0123456789abcdef") / 2 : 0;
	*out = malloc(n + 1);
	*size = n;
	for (size_t i = 0; i < n; i++) {
		char two[3] = {v[2 * i], v[2 * i + 1], 0};
		(*out)[i] = strtol(two, NULL, 16);
	}
	snprintf(wrong, sizeof wrong, "%s-size", name);
	*size = numberOf(answer, wrong, *size);
	snprintf(wrong, sizeof wrong, "%s-at", name);
	*out = (BYTE *)(intptr_t)numberOf(answer, wrong, (intptr_t)*out);
}

static void putCredentials(lines *l, const char *name, const WEBAUTHN_CREDENTIAL_LIST *list) {
	number(l, name, list ? (long long)list->cCredentials : -1);
	for (DWORD i = 0; list && i < list->cCredentials; i++) {
		const WEBAUTHN_CREDENTIAL_EX *c = list->ppCredentials[i];
		number(l, "credential-version", c->dwVersion);
		bytes(l, "credential", c->pbId, c->cbId);
		text(l, "credential-type", c->pwszCredentialType);
		number(l, "credential-transports", c->dwTransports);
	}
}

static void putClient(lines *l, HWND window, const WEBAUTHN_CLIENT_DATA *client) {
	number(l, "window", IsWindow(window) != 0);
	number(l, "client-version", client->dwVersion);
	bytes(l, "client", client->pbClientDataJSON, client->cbClientDataJSON);
	text(l, "client-hash", client->pwszHashAlgId);
}

DWORD WINAPI WebAuthNGetApiVersionNumber(void) {
	lines l = {0};
	bytes(&l, "op-version", NULL, 0);
	char *answer = ask(&l);
	return numberOf(answer, "api", 0);
}

HRESULT WINAPI WebAuthNAuthenticatorMakeCredential(HWND window, PCWEBAUTHN_RP_ENTITY_INFORMATION rp, PCWEBAUTHN_USER_ENTITY_INFORMATION user,
	PCWEBAUTHN_COSE_CREDENTIAL_PARAMETERS parameters, PCWEBAUTHN_CLIENT_DATA client, PCWEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS o,
	PWEBAUTHN_CREDENTIAL_ATTESTATION *out) {
	lines l = {0};
	bytes(&l, "op-create", NULL, 0);
	number(&l, "rp-version", rp->dwVersion);
	text(&l, "rp", rp->pwszId);
	text(&l, "rp-name", rp->pwszName);
	number(&l, "user-version", user->dwVersion);
	bytes(&l, "user", user->pbId, user->cbId);
	text(&l, "user-name", user->pwszName);
	text(&l, "user-display-name", user->pwszDisplayName);
	for (DWORD i = 0; i < parameters->cCredentialParameters; i++) {
		number(&l, "parameter-version", parameters->pCredentialParameters[i].dwVersion);
		number(&l, "algorithm", parameters->pCredentialParameters[i].lAlg);
		text(&l, "parameter-type", parameters->pCredentialParameters[i].pwszCredentialType);
	}
	putClient(&l, window, client);
	number(&l, "options-version", o->dwVersion);
	number(&l, "timeout", o->dwTimeoutMilliseconds);
	number(&l, "attachment", o->dwAuthenticatorAttachment);
	number(&l, "resident", o->bRequireResidentKey);
	number(&l, "verification", o->dwUserVerificationRequirement);
	number(&l, "conveyance", o->dwAttestationConveyancePreference);
	bytes(&l, "cancellation", o->pCancellationId, sizeof(GUID));
	putCredentials(&l, "exclude", o->pExcludeCredentialList);
	if (o->dwVersion >= WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS_VERSION_4)
		number(&l, "prefer-resident", o->bPreferResidentKey);
	char *answer = ask(&l);
	HRESULT hr = (HRESULT)numberOf(answer, "result", E_FAIL);
	*out = NULL;
	if (FAILED(hr) || find(answer, "empty"))
		return hr;
	WEBAUTHN_CREDENTIAL_ATTESTATION *a = calloc(1, sizeof *a);
	WEBAUTHN_COMMON_ATTESTATION *common = calloc(1, sizeof *common);
	WEBAUTHN_X5C *x5c = calloc(1, sizeof *x5c);
	DWORD n;
	a->dwVersion = numberOf(answer, "version", WEBAUTHN_CREDENTIAL_ATTESTATION_CURRENT_VERSION);
	get(answer, "format", (BYTE **)&a->pwszFormatType, &n); // UTF-16 with its end
	get(answer, "data", &a->pbAuthenticatorData, &a->cbAuthenticatorData);
	get(answer, "object", &a->pbAttestationObject, &a->cbAttestationObject);
	get(answer, "id", &a->pbCredentialId, &a->cbCredentialId);
	get(answer, "signature", &common->pbSignature, &common->cbSignature);
	common->dwVersion = WEBAUTHN_COMMON_ATTESTATION_CURRENT_VERSION;
	common->pX5c = x5c;
	a->dwAttestationDecodeType = numberOf(answer, "decoded", WEBAUTHN_ATTESTATION_DECODE_COMMON);
	a->pvAttestationDecode = (void *)(intptr_t)numberOf(answer, "decoded-at", (intptr_t)common);
	a->dwUsedTransport = numberOf(answer, "transport", WEBAUTHN_CTAP_TRANSPORT_USB);
	*out = a;
	free(answer);
	return hr;
}

HRESULT WINAPI WebAuthNAuthenticatorGetAssertion(HWND window, LPCWSTR rp, PCWEBAUTHN_CLIENT_DATA client,
	PCWEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS o, PWEBAUTHN_ASSERTION *out) {
	lines l = {0};
	bytes(&l, "op-get", NULL, 0);
	text(&l, "rp", rp);
	putClient(&l, window, client);
	number(&l, "options-version", o->dwVersion);
	number(&l, "timeout", o->dwTimeoutMilliseconds);
	number(&l, "attachment", o->dwAuthenticatorAttachment);
	number(&l, "verification", o->dwUserVerificationRequirement);
	bytes(&l, "cancellation", o->pCancellationId, sizeof(GUID));
	putCredentials(&l, "allow", o->pAllowCredentialList);
	char *answer = ask(&l);
	HRESULT hr = (HRESULT)numberOf(answer, "result", E_FAIL);
	*out = NULL;
	if (FAILED(hr) || find(answer, "empty"))
		return hr;
	WEBAUTHN_ASSERTION *a = calloc(1, sizeof *a);
	a->dwVersion = numberOf(answer, "version", WEBAUTHN_ASSERTION_CURRENT_VERSION);
	get(answer, "data", &a->pbAuthenticatorData, &a->cbAuthenticatorData);
	get(answer, "signature", &a->pbSignature, &a->cbSignature);
	a->Credential.dwVersion = WEBAUTHN_CREDENTIAL_CURRENT_VERSION;
	get(answer, "id", &a->Credential.pbId, &a->Credential.cbId);
	a->Credential.pwszCredentialType = WEBAUTHN_CREDENTIAL_TYPE_PUBLIC_KEY;
	get(answer, "user", &a->pbUserId, &a->cbUserId);
	*out = a;
	free(answer);
	return hr;
}

// The test counts what is freed.
static void freed(void *p) {
	lines l = {0};
	bytes(&l, "op-free", NULL, 0);
	free(ask(&l));
	free(p);
}

void WINAPI WebAuthNFreeCredentialAttestation(PWEBAUTHN_CREDENTIAL_ATTESTATION a) { freed(a); }
void WINAPI WebAuthNFreeAssertion(PWEBAUTHN_ASSERTION a) { freed(a); }

static LONG operations;

HRESULT WINAPI WebAuthNGetCancellationId(GUID *id) {
	memset(id, 0, sizeof *id);
	id->Data1 = InterlockedIncrement(&operations);
	id->Data4[7] = 0xa5;
	return S_OK;
}

HRESULT WINAPI WebAuthNCancelCurrentOperation(const GUID *id) {
	lines l = {0};
	bytes(&l, "op-cancel", NULL, 0);
	bytes(&l, "cancellation", id, sizeof *id);
	free(ask(&l));
	return S_OK;
}

PCWSTR WINAPI WebAuthNGetErrorName(HRESULT hr) {
	switch (hr) {
	case S_OK:
		return L"Success";
	case NTE_EXISTS:
		return L"InvalidStateError";
	case HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED):
	case NTE_NOT_SUPPORTED:
	case NTE_TOKEN_KEYSET_STORAGE_FULL:
		return L"ConstraintError";
	case NTE_INVALID_PARAMETER:
		return L"NotSupportedError";
	case NTE_DEVICE_NOT_FOUND:
	case NTE_NOT_FOUND:
	case HRESULT_FROM_WIN32(ERROR_CANCELLED):
	case NTE_USER_CANCELLED:
	case HRESULT_FROM_WIN32(ERROR_TIMEOUT):
		return L"NotAllowedError";
	}
	return L"UnknownError";
}

HRESULT WINAPI WebAuthNGetW3CExceptionDOMError(HRESULT hr) { return hr; }

HRESULT WINAPI WebAuthNIsUserVerifyingPlatformAuthenticatorAvailable(WINBOOL *available) {
	*available = FALSE;
	return S_OK;
}
