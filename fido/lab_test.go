package fido

import "testing"

// A lab key is recognised by what it reports, even if its path is not known to be
// virtual.
func TestLabKeyIsRecognised(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name            string
		info            GetInfoResponse
		listedAsVirtual bool
		want            bool
	}{
		{"by its model", GetInfoResponse{FIDO2: true, AAGUID: LabAAGUID[:]}, false, true},
		{"by its release, an old key", GetInfoResponse{Release: LabVersion}, false, true},
		{"by its path", GetInfoResponse{FIDO2: true, AAGUID: make([]byte, 16)}, true, true},
		{"a real key", GetInfoResponse{FIDO2: true, AAGUID: make([]byte, 16), Release: [3]byte{5, 4, 3}}, false, false},
		{"a real old key", GetInfoResponse{}, false, false},
	} {
		k := newFake(t)
		k.info = tt.info
		p, err := clientOf(t, k).Info(t.Context(), Device{Path: "fake", Transport: USB, Virtual: tt.listedAsVirtual})
		if err != nil || p.Device.Virtual != tt.want {
			t.Errorf("%s: %+v, %v", tt.name, p.Device, err)
		}
	}
}
