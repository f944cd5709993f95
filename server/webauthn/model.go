package webauthn

import (
	_ "embed"
	"encoding/hex"
	"strings"
)

// models is the list of package fido, word for word: the two rooms may not
// import each other, and a test holds the copies together.
//
//go:embed models.txt
var models string

// Model suggests a name for a key of that model (R31), by its AAGUID (§6.5.1);
// "" when it is not known or the browser did not say.
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
