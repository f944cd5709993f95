//go:build cgo && !nofido

/* The functions of libfido2 that go-libfido2 calls. Each jumps to the function of the same
   name in fido2.dll, which is loaded when it is needed. Without these the linker would take
   them from the import library of go-libfido2, and Windows would not start the program on
   computers without fido2.dll. */
#include <windows.h>

#define FUNCTIONS(F) \
	F(fido_assert_allow_cred) F(fido_assert_authdata_len) F(fido_assert_authdata_ptr) \
	F(fido_assert_count) F(fido_assert_free) F(fido_assert_hmac_secret_len) \
	F(fido_assert_hmac_secret_ptr) F(fido_assert_id_len) F(fido_assert_id_ptr) \
	F(fido_assert_new) F(fido_assert_set_clientdata_hash) F(fido_assert_set_extensions) \
	F(fido_assert_set_hmac_salt) F(fido_assert_set_rp) F(fido_assert_set_up) \
	F(fido_assert_set_uv) F(fido_assert_sig_len) F(fido_assert_sig_ptr) \
	F(fido_assert_user_display_name) F(fido_assert_user_icon) F(fido_assert_user_id_len) \
	F(fido_assert_user_id_ptr) F(fido_assert_user_name) F(fido_bio_dev_enroll_begin) \
	F(fido_bio_dev_enroll_continue) F(fido_bio_dev_enroll_remove) \
	F(fido_bio_dev_get_template_array) F(fido_bio_dev_set_template_name) \
	F(fido_bio_enroll_free) F(fido_bio_enroll_new) F(fido_bio_enroll_remaining_samples) \
	F(fido_bio_template) F(fido_bio_template_array_count) F(fido_bio_template_array_free) \
	F(fido_bio_template_array_new) F(fido_bio_template_free) F(fido_bio_template_id_len) \
	F(fido_bio_template_id_ptr) F(fido_bio_template_name) F(fido_bio_template_new) \
	F(fido_bio_template_set_id) F(fido_bio_template_set_name) F(fido_cbor_info_aaguid_len) \
	F(fido_cbor_info_aaguid_ptr) F(fido_cbor_info_extensions_len) \
	F(fido_cbor_info_extensions_ptr) F(fido_cbor_info_free) F(fido_cbor_info_new) \
	F(fido_cbor_info_options_len) F(fido_cbor_info_options_name_ptr) \
	F(fido_cbor_info_options_value_ptr) F(fido_cbor_info_protocols_len) \
	F(fido_cbor_info_protocols_ptr) F(fido_cbor_info_versions_len) \
	F(fido_cbor_info_versions_ptr) F(fido_cred_authdata_len) F(fido_cred_authdata_ptr) \
	F(fido_cred_clientdata_hash_len) F(fido_cred_clientdata_hash_ptr) \
	F(fido_cred_display_name) F(fido_cred_fmt) F(fido_cred_free) F(fido_cred_id_len) \
	F(fido_cred_id_ptr) F(fido_cred_new) F(fido_cred_pubkey_len) F(fido_cred_pubkey_ptr) \
	F(fido_cred_rp_id) F(fido_cred_rp_name) F(fido_cred_set_clientdata_hash) \
	F(fido_cred_set_extensions) F(fido_cred_set_prot) F(fido_cred_set_rk) F(fido_cred_set_rp) \
	F(fido_cred_set_type) F(fido_cred_set_user) F(fido_cred_set_uv) F(fido_cred_sig_len) \
	F(fido_cred_sig_ptr) F(fido_cred_type) F(fido_cred_user_id_len) F(fido_cred_user_id_ptr) \
	F(fido_cred_user_name) F(fido_cred_x5c_len) F(fido_cred_x5c_ptr) \
	F(fido_credman_del_dev_rk) F(fido_credman_get_dev_metadata) F(fido_credman_get_dev_rk) \
	F(fido_credman_get_dev_rp) F(fido_credman_metadata_free) F(fido_credman_metadata_new) \
	F(fido_credman_rk) F(fido_credman_rk_count) F(fido_credman_rk_existing) \
	F(fido_credman_rk_free) F(fido_credman_rk_new) F(fido_credman_rk_remaining) \
	F(fido_credman_rp_count) F(fido_credman_rp_free) F(fido_credman_rp_id) \
	F(fido_credman_rp_name) F(fido_credman_rp_new) F(fido_dev_build) F(fido_dev_cancel) \
	F(fido_dev_close) F(fido_dev_flags) F(fido_dev_free) F(fido_dev_get_assert) \
	F(fido_dev_get_cbor_info) F(fido_dev_get_retry_count) F(fido_dev_info_free) \
	F(fido_dev_info_manifest) F(fido_dev_info_manufacturer_string) F(fido_dev_info_new) \
	F(fido_dev_info_path) F(fido_dev_info_product) F(fido_dev_info_product_string) \
	F(fido_dev_info_ptr) F(fido_dev_info_vendor) F(fido_dev_is_fido2) F(fido_dev_major) \
	F(fido_dev_make_cred) F(fido_dev_minor) F(fido_dev_new) F(fido_dev_open) \
	F(fido_dev_protocol) F(fido_dev_reset) F(fido_dev_set_pin) F(fido_init)

/* Before fido2.dll is loaded every function returns 0. go-libfido2 calls only fido_init
   then. */
static void *nothing(void) { return 0; }

#define JUMP(name) \
	__attribute__((used)) static void *to_##name = nothing; \
	__asm__(".text\n.globl " #name "\n" #name ":\n\tjmp *to_" #name "(%rip)\n");
FUNCTIONS(JUMP)

static const struct function {
	const char *name;
	void **to;
} functions[] = {
#define ROW(name) {#name, &to_##name},
	FUNCTIONS(ROW)
};

enum { COUNT = sizeof functions / sizeof functions[0] };

/* nightlatch_load_fido2 loads the DLL at a full path, and the DLLs that it needs from its
   own directory or the system's. It returns 0 or an error code of Windows. A DLL without
   one of the functions is not used at all. */
unsigned long nightlatch_load_fido2(const wchar_t *path)
{
	void *found[COUNT];
	HMODULE dll = LoadLibraryExW(path, NULL, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32);
	if (dll == NULL)
		return GetLastError();
	for (int i = 0; i < COUNT; i++)
		if ((found[i] = (void *)GetProcAddress(dll, functions[i].name)) == NULL) {
			FreeLibrary(dll);
			return ERROR_PROC_NOT_FOUND;
		}
	for (int i = 0; i < COUNT; i++)
		*functions[i].to = found[i];
	return 0;
}
