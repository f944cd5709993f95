package webauthn

import (
	_ "embed"
	"encoding/hex"
	"strings"
)

// models is a copy of the list in package fido. The two packages must not import each
// other; a test compares the copies.
//
//go:embed models.txt
var models string

// Model returns a name for a key (R31) by the AAGUID of its model (§6.5.1). It is "" if the
// model is unknown or the browser did not send it.
func Model(aaguid []byte) string {
	if len(aaguid) != 16 {
		return ""
	}
	want := hex.EncodeToString(aaguid)
	for line := range strings.Lines(models) {
		id, name, ok := strings.Cut(strings.TrimSpace(line), " ")
		if ok && strings.ReplaceAll(id, "-", "") == want {
			return name
		}
	}
	return ""
}
