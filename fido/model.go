package fido

import (
	_ "embed"
	"encoding/hex"
	"strings"
)

// models is the list of known models, one a line: AAGUID, a space, the name. Its
// head says where it comes from and of which day it is.
//
//go:embed models.txt
var models string

// Model suggests a name for a key of the given model (AAGUID, WebAuthn section
// 6.5.1), or returns "" when the model is not known. U2F keys have none.
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
