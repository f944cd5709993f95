package slowhash

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"

	"golang.org/x/crypto/argon2"
)

// Every result equals that of x/crypto, also in reused memory.
func TestSameAsXCrypto(t *testing.T) {
	t.Parallel()
	var m Memory
	for _, p := range []struct {
		time, memory uint32
		threads      uint8
	}{
		{1, 8, 1}, {2, 19456, 1}, {1, 64, 1}, {3, 100, 2}, {2, 1, 1}, {1, 1031, 4}, {16, 64, 1}, {2, 4096, 3}, {1, 7, 16}, {2, 2048, 1},
	} {
		for _, password := range []string{"", "secret", "a much longer passphrase, with more than one block of BLAKE2b: " + string(make([]byte, 200))} {
			salt := []byte(fmt.Sprint(p, "salt and salt"))
			want := argon2.IDKey([]byte(password), salt, p.time, p.memory, p.threads, 32)
			if got := m.IDKey([]byte(password), salt, p.time, p.memory, p.threads, 32); !bytes.Equal(got, want) {
				t.Errorf("%+v, %q: %x; want %x", p, password, got, want)
			}
		}
	}
	if want := argon2.IDKey([]byte("x"), make([]byte, 16), 1, 64, 1, 100); !bytes.Equal(m.IDKey([]byte("x"), make([]byte, 16), 1, 64, 1, 100), want) {
		t.Error("another length of the key")
	}
}

// A test vector of the reference implementation (phc-winner-argon2, src/test.c).
func TestKnownAnswer(t *testing.T) {
	t.Parallel()
	var m Memory
	got := hex.EncodeToString(m.IDKey([]byte("password"), []byte("somesalt"), 2, 1<<16, 1, 32))
	if want := "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"; got != want {
		t.Errorf("%s; want %s", got, want)
	}
}

// A hash in reused memory allocates almost nothing.
func TestAllocatesNoMemory(t *testing.T) {
	m := Memory{}
	secret, salt := []byte("secret"), make([]byte, 16)
	result := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		m.IDKey(secret, salt, 1, 19456, 1, 32)
		b.ResetTimer()
		for range b.N {
			m.IDKey(secret, salt, 1, 19456, 1, 32)
		}
	})
	if result.AllocedBytesPerOp() > 16<<10 {
		t.Errorf("a hash allocates %d bytes", result.AllocedBytesPerOp())
	}
}

func BenchmarkMemory(b *testing.B) {
	var m Memory
	secret, salt := []byte("secret"), make([]byte, 16)
	for b.Loop() {
		m.IDKey(secret, salt, 2, 19456, 1, 32)
	}
}

func BenchmarkXCrypto(b *testing.B) {
	secret, salt := []byte("secret"), make([]byte, 16)
	for b.Loop() {
		argon2.IDKey(secret, salt, 2, 19456, 1, 32)
	}
}
