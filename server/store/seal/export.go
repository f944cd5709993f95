package seal

import (
	"encoding/base64"
	"strings"
)

// Export returns the master key as a master key file that any Nightlatch can read, also
// where the original is in a keyring. It is for backups, and as secret as the key.
func (s *Sealer) Export() string {
	return inFile + base64.StdEncoding.EncodeToString(s.master[:]) + "\n"
}

// Import reads what Export returned. Error: ErrKeyDamaged.
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
