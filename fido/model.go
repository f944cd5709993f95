package fido

import (
	_ "embed"
	"encoding/hex"
	"strings"
)

// models is the list of known models, one per line: AAGUID, a space, the name. The
// head of the file names its source and date.
//
//go:embed models.txt
var models string

// Model returns the name of the model with the given AAGUID (WebAuthn section 6.5.1),
// or "" if it is unknown. U2F keys have no AAGUID.
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
