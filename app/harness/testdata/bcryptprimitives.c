// Go takes random numbers from ProcessPrng of bcryptprimitives.dll, which wine 8 does not
// have. This one is for tests only.
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
	return RtlGenRandom(data, size);
}
