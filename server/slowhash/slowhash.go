// Package slowhash computes Argon2id (RFC 9106) in reusable memory.
//
// golang.org/x/crypto/argon2 allocates new memory for each hash: 19 MiB for
// each sign-in. Collecting this garbage costs processor time that grows with
// the rest of the heap, such as idle connections, and it slows down the hash
// that triggers the collection (docs/decisions/0065). Here the memory belongs
// to the caller.
//
// The mixing function, which takes nearly all of the time, the hash of the
// inputs and the choice of reference blocks are those of x/crypto, reached
// with linkname. This package adds only the loop over the blocks. Its tests
// compare every result with x/crypto's, so they fail if an update of the
// module changes one of the functions.
package slowhash

import (
	"encoding/binary"

	_ "unsafe" // for go:linkname

	_ "golang.org/x/crypto/argon2" // has the functions
)

// Constants of RFC 9106 §3.4.
const (
	syncPoints  = 4
	blockLength = 128 // words of 8 bytes: 1 KiB
	mode        = 2   // Argon2id
	headerSize  = 64 + 8
)

type block [blockLength]uint64

//go:linkname initHash golang.org/x/crypto/argon2.initHash
func initHash(password, salt, key, data []byte, time, memory, threads, keyLen uint32, mode int) [headerSize]byte

//go:linkname blake2bHash golang.org/x/crypto/argon2.blake2bHash
func blake2bHash(out, in []byte)

//go:linkname processBlock golang.org/x/crypto/argon2.processBlock
func processBlock(out, in1, in2 *block)

//go:linkname processBlockXOR golang.org/x/crypto/argon2.processBlockXOR
func processBlockXOR(out, in1, in2 *block)

//go:linkname indexAlpha golang.org/x/crypto/argon2.indexAlpha
func indexAlpha(rand uint64, lanes, segments, threads, n, slice, lane, index uint32) uint32

//go:linkname extractKey golang.org/x/crypto/argon2.extractKey
func extractKey(b []block, memory, threads, keyLen uint32) []byte

// Memory is the memory of one hash at a time. The zero value is ready. It
// grows to the size that a hash needs, and keeps it.
type Memory struct{ blocks []block }

// KiB returns the size of the memory in KiB.
func (m *Memory) KiB() int { return len(m.blocks) }

// IDKey returns the same as argon2.IDKey. Time, memory (in KiB) and threads
// must not be zero. It runs in the caller's goroutine, regardless of threads.
func (m *Memory) IDKey(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte {
	lanes := uint32(threads)
	h0 := initHash(password, salt, nil, nil, time, memory, lanes, keyLen, mode)
	memory = max(memory/(syncPoints*lanes), 2) * (syncPoints * lanes)
	if uint32(len(m.blocks)) < memory {
		m.blocks = make([]block, memory)
	}
	p := pass{blocks: m.blocks[:memory], time: time, memory: memory, lanes: lanes, length: memory / lanes}
	p.begin(&h0)
	for p.n = range time {
		for p.slice = range uint32(syncPoints) {
			for lane := range lanes {
				p.segment(lane)
			}
		}
	}
	return extractKey(p.blocks, memory, lanes, keyLen)
}

// A pass is the state of the loop over the memory.
type pass struct {
	blocks              []block
	time, memory, lanes uint32
	length              uint32 // blocks in a lane
	n, slice            uint32 // current pass and slice
}

// begin computes the first two blocks of each lane (RFC 9106 §3.2, steps 3 and 4).
func (p *pass) begin(h0 *[headerSize]byte) {
	var bytes [8 * blockLength]byte
	for lane := range p.lanes {
		binary.LittleEndian.PutUint32(h0[headerSize-4:], lane)
		for column := range uint32(2) {
			binary.LittleEndian.PutUint32(h0[headerSize-8:], column)
			blake2bHash(bytes[:], h0[:])
			b := &p.blocks[lane*p.length+column]
			for i := range b {
				b[i] = binary.LittleEndian.Uint64(bytes[i*8:])
			}
		}
	}
}

// segment computes a quarter of a lane (steps 5 and 6). The first pass
// overwrites all blocks, so memory of an earlier hash need not be cleared.
func (p *pass) segment(lane uint32) {
	mix := processBlockXOR
	if p.n == 0 {
		mix = processBlock
	}
	length := p.length / syncPoints
	independent := p.n == 0 && p.slice < syncPoints/2 // of the password (§3.4.1.3)
	var addresses, in, zero block
	next := func() {
		in[6]++
		processBlock(&addresses, &in, &zero)
		processBlock(&addresses, &addresses, &zero)
	}
	if independent {
		in = block{uint64(p.n), uint64(lane), uint64(p.slice), uint64(p.memory), uint64(p.time), mode}
	}
	index := uint32(0)
	if p.n == 0 && p.slice == 0 {
		index = 2 // begin has computed the first two
		next()
	}
	for offset := lane*p.length + p.slice*length + index; index < length; index, offset = index+1, offset+1 {
		prev := offset - 1
		if index == 0 && p.slice == 0 {
			prev += p.length // the last block of the lane
		}
		random := p.blocks[prev][0]
		if independent {
			if index%blockLength == 0 {
				next()
			}
			random = addresses[index%blockLength]
		}
		reference := indexAlpha(random, p.length, length, p.lanes, p.n, p.slice, lane, index)
		mix(&p.blocks[offset], &p.blocks[prev], &p.blocks[reference])
	}
}
