package seal

import (
	"encoding/binary"
	"fmt"
	"hash"
	"sync"

	"golang.org/x/crypto/blake2b"
)

// ChecksumSize is the length of a checksum, in bytes.
const ChecksumSize = 16

// checksums computes checksums with one key. It reuses memory, because every
// read value has its checksum checked.
type checksums struct{ pool sync.Pool }

type checksum struct {
	hash hash.Hash
	text []byte // input of the hash
	sum  [ChecksumSize]byte
}

func newChecksums(key []byte) checksums {
	return checksums{sync.Pool{New: func() any {
		h, err := blake2b.New(ChecksumSize, key)
		if err != nil {
			panic(fmt.Sprintf("seal: %v", err)) // the key is 32 bytes
		}
		return &checksum{hash: h}
	}}}
}

// keptText is the largest buffer that is kept for reuse, in bytes.
const keptText = 4 << 10

// Checksum returns the keyed checksum of a value that is stored under name:
// BLAKE2b-128 over the name's length, the name and the value. It detects a
// value that was changed or moved to another name.
func (s *checksums) Checksum(name string, value []byte) [ChecksumSize]byte {
	c := s.pool.Get().(*checksum)
	c.text = binary.BigEndian.AppendUint64(c.text[:0], uint64(len(name)))
	c.text = append(append(c.text, name...), value...)
	c.hash.Reset()
	c.hash.Write(c.text) // never fails
	c.hash.Sum(c.sum[:0])
	sum := c.sum
	if cap(c.text) > keptText {
		c.text = nil
	}
	s.pool.Put(c)
	return sum
}
