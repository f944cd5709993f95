package account

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/argon2"

	"nightlatch/server/fairqueue"
)

// cheap parameters keep tests fast.
var cheap = Params{Memory: 64, Time: 1, Threads: 1}

func newHasher(t testing.TB, cfg HasherConfig) *Hasher {
	t.Helper()
	h, err := NewHasher(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHashAndVerify(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	h := newHasher(t, HasherConfig{Parallel: 2})
	phc, err := h.Hash(ctx, "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("PHC string %q", phc)
	}
	for secret, want := range map[string]bool{"correct horse": true, "correct horse ": false, "": false} {
		if ok, err := h.Verify(ctx, phc, secret); ok != want || err != nil {
			t.Errorf("Verify(%q) = %v, %v", secret, ok, err)
		}
	}
	again, err := h.Hash(ctx, "correct horse")
	if err != nil || again == phc {
		t.Errorf("the same password twice gives the same string: %v", err)
	}
}

// A test vector of the reference implementation (phc-winner-argon2,
// src/test.c: Argon2id, version 0x13, t=2, m=2^16, p=1, password, somesalt).
func TestKnownAnswer(t *testing.T) {
	t.Parallel()
	const phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	h := newHasher(t, HasherConfig{Parallel: 1})
	if ok, err := h.Verify(t.Context(), phc, "password"); !ok || err != nil {
		t.Errorf("Verify = %v, %v", ok, err)
	}
	if !h.Outdated(phc) {
		t.Error("a hash with other parameters is not outdated")
	}
}

func TestOutdated(t *testing.T) {
	t.Parallel()
	old := newHasher(t, HasherConfig{Parallel: 1, Params: cheap})
	now := newHasher(t, HasherConfig{Parallel: 1, Params: Params{Memory: 128, Time: 1, Threads: 1}})
	phc, err := old.Hash(t.Context(), "secret")
	if err != nil {
		t.Fatal(err)
	}
	if old.Outdated(phc) || !now.Outdated(phc) || !now.Outdated("garbage") {
		t.Error("Outdated is wrong")
	}
	if ok, err := now.Verify(t.Context(), phc, "secret"); !ok || err != nil {
		t.Errorf("an outdated hash no longer verifies: %v, %v", ok, err)
	}
}

func TestSumKeepsTheSaltsParameters(t *testing.T) {
	t.Parallel()
	salt := newSalt(cheap)
	var sums [2][]byte
	for i, p := range []Params{cheap, {Memory: 256, Time: 2, Threads: 1}} {
		var err error
		if sums[i], err = newHasher(t, HasherConfig{Parallel: 1, Params: p}).Sum(t.Context(), "code", salt); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(sums[0], sums[1]) {
		t.Error("a sum changed with the hasher's parameters: backup codes would be lost")
	}
	if want := argon2.IDKey([]byte("code"), salt, 1, 64, 1, 32); !bytes.Equal(sums[0], want) {
		t.Error("the sum is not Argon2id of code and salt")
	}
	h := newHasher(t, HasherConfig{Parallel: 1})
	for _, bad := range [][]byte{nil, salt[:24], bytes.Repeat([]byte{0xff}, 25), make([]byte, 25)} {
		if _, err := h.Sum(t.Context(), "code", bad); !errors.Is(err, ErrPHC) {
			t.Errorf("Sum with salt %x: %v; want ErrPHC", bad, err)
		}
	}
}

// Parallel hashes run and Queue callers wait. The next caller gets a BusyError.
func TestQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHasher(t, HasherConfig{Parallel: 2, Queue: 3, Params: cheap})
		var running []func()
		for range 2 { // take both turns
			leave, err := h.queue.Enter(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			running = append(running, leave)
		}
		results := make(chan error)
		for range 3 {
			go func() { results <- h.Decoy(t.Context(), "x") }()
		}
		synctest.Wait()
		err := h.Decoy(t.Context(), "one too many")
		var busy *BusyError
		if !errors.Is(err, ErrBusy) || !errors.As(err, &busy) || busy.RetryAfter < time.Second || busy.RetryAfter%time.Second != 0 {
			t.Errorf("Decoy = %#v; want a BusyError with whole seconds", err)
		}
		for _, leave := range running {
			leave()
		}
		for range 3 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		if err := h.Decoy(t.Context(), "room again"); err != nil {
			t.Error(err)
		}
	})
}

// The class and the source of a hash come from the caller's context: beside a flood, a
// device that signed in before waits for one hash and not for the flood (R43).
func TestQueueIsFair(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHasher(t, HasherConfig{Parallel: 1, Queue: 700, Params: cheap})
		leave, err := h.queue.Enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		order := make(chan string, 700)
		hash := func(name string, ctx context.Context) {
			go func() {
				if err := h.Decoy(ctx, "x"); err != nil {
					t.Error(err)
				}
				order <- name
			}()
			synctest.Wait()
		}
		for range 600 {
			hash("flood", fairqueue.WithSource(t.Context(), "192.0.2.1"))
		}
		hash("other address", fairqueue.WithSource(t.Context(), "192.0.2.2"))
		hash("device", fairqueue.WithClass(t.Context(), fairqueue.Known))
		leave()
		// A goroutine may note its name after the next hash has noted its own.
		got := []string{<-order, <-order, <-order, <-order, <-order, <-order}
		if !slices.Contains(got, "device") || !slices.Contains(got, "other address") {
			t.Errorf("the first six were %q; want the device and one of each address among them", got)
		}
		for range 602 - 6 {
			<-order
		}
	})
}

// A hash keeps its turn until it is done, even if the context ends meanwhile: the next one
// does not begin before that.
func TestTurnIsHeldToTheEnd(t *testing.T) {
	t.Parallel()
	h := newHasher(t, HasherConfig{Parallel: 1, Queue: 8})
	ctx, leave := context.WithCancel(t.Context())
	first, second := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := h.Hash(ctx, "x")
		first <- err
	}()
	ended, end := context.WithCancel(t.Context())
	end()
	for h.Decoy(ended, "probe") == nil { // no turn is taken yet, or the probe has it
		runtime.Gosched()
	}
	leave()
	go func() { second <- h.Decoy(t.Context(), "x") }()
	if err := <-first; err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("the hash whose client left returned %v", err)
	}
	if err := <-second; err != nil {
		t.Error(err)
	}
}

func TestNewHasherChecks(t *testing.T) {
	t.Parallel()
	for _, cfg := range []HasherConfig{
		{},
		{Parallel: -1},
		{Parallel: 1, Queue: -1},
		{Parallel: 1, Params: Params{Memory: 19456}},
		{Parallel: 1, Params: Params{Memory: 1 << 30, Time: 1, Threads: 1}},
	} {
		if _, err := NewHasher(cfg); err == nil {
			t.Errorf("NewHasher(%+v) returned no error", cfg)
		}
	}
}

// phcOf returns a PHC string with the given parts.
func phcOf(kind, version, costs string, salt, sum int) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$%s$%s$%s$%s$%s", kind, version, costs, b64.EncodeToString(make([]byte, salt)), b64.EncodeToString(make([]byte, sum)))
}

func TestParsePHC(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		phcOf("argon2id", "v=19", "m=19456,t=2,p=1", 16, 32),
		phcOf("argon2id", "v=19", "m=8,t=1,p=1", 8, 16),
		phcOf("argon2id", "v=19", "m=262144,t=16,p=16", 64, 64),
	} {
		p, salt, sum, err := parsePHC(good)
		if err != nil {
			t.Errorf("%s: %v", good, err)
		} else if back := formatPHC(p, salt, sum); back != good {
			t.Errorf("%s is written as %s", good, back)
		}
	}
	for name, bad := range map[string]string{
		"empty":               "",
		"bcrypt":              "$2b$12$abcdefghijklmnopqrstuv",
		"argon2i":             phcOf("argon2i", "v=19", "m=19456,t=2,p=1", 16, 32),
		"old version":         phcOf("argon2id", "v=16", "m=19456,t=2,p=1", 16, 32),
		"no version":          phcOf("argon2id", "", "m=19456,t=2,p=1", 16, 32),
		"too much memory":     phcOf("argon2id", "v=19", "m=262145,t=2,p=1", 16, 32),
		"huge memory":         phcOf("argon2id", "v=19", "m=4294967295,t=1,p=1", 16, 32),
		"memory past 32 bits": phcOf("argon2id", "v=19", "m=4294986752,t=1,p=1", 16, 32),
		"too many passes":     phcOf("argon2id", "v=19", "m=19456,t=17,p=1", 16, 32),
		"too many lanes":      phcOf("argon2id", "v=19", "m=19456,t=2,p=17", 16, 32),
		"lanes past 8 bits":   phcOf("argon2id", "v=19", "m=19456,t=2,p=257", 16, 32),
		"no passes":           phcOf("argon2id", "v=19", "m=19456,t=0,p=1", 16, 32),
		"no lanes":            phcOf("argon2id", "v=19", "m=19456,t=2,p=0", 16, 32),
		"too little memory":   phcOf("argon2id", "v=19", "m=7,t=1,p=1", 16, 32),
		"leading zero":        phcOf("argon2id", "v=19", "m=019456,t=2,p=1", 16, 32),
		"sign":                phcOf("argon2id", "v=19", "m=+19456,t=2,p=1", 16, 32),
		"other order":         phcOf("argon2id", "v=19", "t=2,m=19456,p=1", 16, 32),
		"extra parameter":     phcOf("argon2id", "v=19", "m=19456,t=2,p=1,keyid=x", 16, 32),
		"short salt":          phcOf("argon2id", "v=19", "m=19456,t=2,p=1", 7, 32),
		"short sum":           phcOf("argon2id", "v=19", "m=19456,t=2,p=1", 16, 15),
		"long sum":            phcOf("argon2id", "v=19", "m=19456,t=2,p=1", 16, 65),
		"trailing part":       phcOf("argon2id", "v=19", "m=19456,t=2,p=1", 16, 32) + "$",
		"padding":             phcOf("argon2id", "v=19", "m=19456,t=2,p=1", 16, 32) + "=",
		"line feed":           phcOf("argon2id", "v=19", "m=19456,t=2,p=1", 16, 32) + "\n",
		"10 MB":               strings.Repeat("$", 10<<20),
	} {
		if _, _, _, err := parsePHC(bad); !errors.Is(err, ErrPHC) {
			t.Errorf("%s: %v; want ErrPHC", name, err)
		}
	}
	h := newHasher(t, HasherConfig{Parallel: 1})
	if ok, err := h.Verify(t.Context(), "$argon2id$v=19$m=4194304,t=100,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "x"); ok || !errors.Is(err, ErrPHC) {
		t.Errorf("a hash that asks for 4 GiB: %v, %v", ok, err)
	}
}

func FuzzPHC(f *testing.F) {
	f.Add(phcOf("argon2id", "v=19", "m=19456,t=2,p=1", 16, 32))
	f.Add(phcOf("argon2id", "v=19", "m=8,t=1,p=1", 8, 16))
	f.Add("$argon2id$v=19$m=99999999999,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, s string) {
		p, salt, sum, err := parsePHC(s)
		if err != nil {
			return
		}
		if p.check() != nil || len(salt) < saltMin || len(sum) < sumMin {
			t.Errorf("%q asks for %+v, salt %d, sum %d", s, p, len(salt), len(sum))
		}
		if back := formatPHC(p, salt, sum); back != s {
			t.Errorf("%q is written as %q", s, back)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	h := newHasher(b, HasherConfig{Parallel: 1})
	phc, err := h.Hash(b.Context(), "secret")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if ok, err := h.Verify(b.Context(), phc, "secret"); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

// Hashes reuse the memory of earlier ones: a program that never collects garbage does not
// grow, and no hash has to collect the garbage of another one (R42).
func TestHashesShareMemory(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	h := newHasher(t, HasherConfig{Parallel: 2})
	allocated := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.TotalAlloc
	}
	before := allocated()
	for range 20 {
		if err := h.Decoy(t.Context(), "secret"); err != nil {
			t.Fatal(err)
		}
	}
	if grown := allocated() - before; grown > 30<<20 {
		t.Errorf("20 consecutive hashes allocated %d MiB", grown>>20)
	}
}

// kept returns the number of memory blocks that a hasher keeps.
func kept(h *Hasher) int {
	h.memory.mu.Lock()
	defer h.memory.mu.Unlock()
	return len(h.memory.free)
}

// Memory is released when there was no hash for a while. The memory of a hash with huge
// parameters is released at once.
func TestMemoryIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHasher(t, HasherConfig{Parallel: 1, Params: cheap})
		for range 3 {
			if err := h.Decoy(t.Context(), "secret"); err != nil {
				t.Fatal(err)
			}
		}
		if n := kept(h); n != 1 {
			t.Errorf("%d memories after consecutive hashes; want 1", n)
		}
		<-time.After(memoryKept + time.Second)
		synctest.Wait()
		if n := kept(h); n != 0 {
			t.Errorf("%d memories are kept without a hash", n)
		}
		if _, err := h.Verify(t.Context(), phcOf("argon2id", "v=19", "m=65536,t=1,p=1", 16, 32), "x"); err != nil {
			t.Fatal(err)
		}
		if n := kept(h); n != 0 {
			t.Error("64 MiB are kept")
		}
	})
}
