package seal

import (
	"encoding/base64"
	"strings"
)

// Export returns the master key as the text of a key file. Any Nightlatch can
// read it, also if the original is in a keyring. It is for backups, and as
// secret as the key.
func (s *Sealer) Export() string {
	return inFile + base64.StdEncoding.EncodeToString(s.master[:]) + "\n"
}

// Import reads the result of Export. Error: ErrKeyDamaged.
func Import(text string) (*Sealer, error) {
	key, ok := strings.CutPrefix(strings.TrimSpace(text), inFile)
	if !ok {
		return nil, ErrKeyDamaged
	}
	master, err := decode(key)
	if err != nil {
		return nil, err
	}
	return New(master), nil
}
