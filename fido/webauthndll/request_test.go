package webauthndll

import (
	"slices"
	"testing"
	"time"
	"unsafe"

	"nightlatch/fido"
)

var creation = fido.DialogCreation{
	ClientData: []byte(`{"type":"webauthn.create"}`),
	RPID:       "localhost", RPName: "Nightlatch",
	UserID: []byte("handle"), UserName: "mara", UserDisplayName: "Mara Œ 🔑",
	Algorithms:   []int64{fido.ES256, fido.EdDSA, fido.RS256},
	Exclude:      []fido.DialogCredential{{ID: []byte("one"), Transports: []string{"usb", "nfc"}}, {ID: []byte("second"), Transports: []string{"hybrid", "usb"}}},
	ResidentKey:  "preferred",
	Verification: "required",
	Timeout:      90 * time.Second,
}

func bytesAt(p *byte, n uint32) string { return string(unsafe.Slice(p, n)) }

func textAt(t *testing.T, p *uint16) string {
	t.Helper()
	s, err := text(p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Each part of the options is in its field, in the versions of the API version.
func TestMaking(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ api, options, prefer uint32 }{{1, 3, 0}, {2, 3, 0}, {3, 4, 1}, {9, 4, 1}} {
		id := new(guid)
		m := newMaking(creation, tt.api, id)
		if m.options.version != tt.options || uint32(m.options.preferResident) != tt.prefer || m.options.requireResident != 0 {
			t.Errorf("API %d: options %d, preferred %d, required %d", tt.api, m.options.version, m.options.preferResident, m.options.requireResident)
		}
		if textAt(t, m.rp.id) != "localhost" || textAt(t, m.rp.name) != "Nightlatch" || m.rp.version != 1 {
			t.Errorf("relying party %+v", m.rp)
		}
		if bytesAt(m.user.id, m.user.idSize) != "handle" || textAt(t, m.user.name) != "mara" || textAt(t, m.user.displayName) != "Mara Œ 🔑" || m.user.version != 1 {
			t.Errorf("user %+v", m.user)
		}
		if bytesAt(m.client.json, m.client.size) != string(creation.ClientData) || textAt(t, m.client.hash) != "SHA-256" || m.client.version != 1 {
			t.Errorf("client data %+v", m.client)
		}
		var algorithms []int64
		for _, p := range unsafe.Slice(m.parameters.first, m.parameters.count) {
			algorithms = append(algorithms, int64(p.algorithm))
			if p.version != 1 || textAt(t, p.kind) != "public-key" {
				t.Errorf("parameter %+v", p)
			}
		}
		if !slices.Equal(algorithms, creation.Algorithms) {
			t.Errorf("algorithms %v", algorithms)
		}
		list := unsafe.Slice(m.options.exclude.first, m.options.exclude.count)
		if len(list) != 2 || bytesAt(list[0].id, list[0].idSize) != "one" || list[0].transports != transportUSB|transportNFC ||
			bytesAt(list[1].id, list[1].idSize) != "second" || list[1].transports != 0 || textAt(t, list[1].kind) != "public-key" || list[1].version != 1 {
			t.Errorf("exclude list %+v", list)
		}
		o := m.options
		if o.timeout != 90_000 || o.attachment != attachmentCrossPlatform || o.verification != verificationRequired || o.conveyance != conveyanceNone || o.cancellation != id {
			t.Errorf("options %+v", o)
		}
	}
	bare := newMaking(fido.DialogCreation{RPID: "localhost", UserName: "ma\x00ra", ResidentKey: "required", Verification: "discouraged", Attestation: "direct"}, 1, nil)
	if bare.options.exclude != nil || bare.options.requireResident != 1 || bare.options.verification != verificationDiscouraged || bare.options.conveyance != conveyanceDirect ||
		textAt(t, bare.rp.name) != "localhost" || textAt(t, bare.user.displayName) != "mara" {
		t.Errorf("%+v", bare)
	}
}

func TestGetting(t *testing.T) {
	t.Parallel()
	r := fido.DialogRequest{ClientData: []byte("{}"), RPID: "localhost", Allow: creation.Exclude, Timeout: time.Minute}
	for api, version := range map[uint32]uint32{1: 4, 2: 4, 3: 5, 7: 5} {
		id := new(guid)
		g := newGetting(r, api, id)
		o := g.options
		if o.version != version || o.timeout != 60_000 || o.attachment != attachmentAny || o.verification != verificationPreferred || o.cancellation != id || o.allow.count != 2 ||
			textAt(t, g.rpID) != "localhost" || bytesAt(g.client.json, g.client.size) != "{}" {
			t.Errorf("API %d: %+v", api, g)
		}
	}
	if g := newGetting(fido.DialogRequest{RPID: "localhost"}, 3, nil); g.options.allow != nil {
		t.Error("an empty allow list is a list")
	}
}
