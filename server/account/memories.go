package account

import (
	"sync"
	"time"

	"nightlatch/server/slowhash"
)

// memoryKept is how long the memory of hashes is kept without a hash. A person who signs in
// needs two within seconds.
const memoryKept = 5 * time.Second

// memories holds the memory of finished hashes for the next ones. Without it, each hash leaves
// 19 MiB of garbage, and the hash that triggers a collection is slower (docs/decisions/0065).
type memories struct {
	largest int // KiB; larger blocks, of hashes with other parameters, are not kept

	mu      sync.Mutex
	free    []*slowhash.Memory
	release *time.Timer
}

// take returns memory that no other hash uses.
func (m *memories) take() *slowhash.Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.free)
	if n == 0 {
		return &slowhash.Memory{}
	}
	last := m.free[n-1]
	m.free = m.free[:n-1]
	return last
}

// put takes the memory back. The number of blocks never exceeds the number of parallel hashes.
func (m *memories) put(used *slowhash.Memory) {
	if used.KiB() > m.largest {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.free = append(m.free, used)
	if m.release == nil {
		m.release = time.AfterFunc(memoryKept, m.forget)
		return
	}
	m.release.Reset(memoryKept)
}

// forget drops all memory, so that the collector can free it.
func (m *memories) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.free = nil
}
