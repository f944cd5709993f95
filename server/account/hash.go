package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
)

// ErrBusy reports that the hasher's queue is full; a *BusyError says when to
// come back.
var ErrBusy = errors.New("account: too many hashes waiting")

// A BusyError is ErrBusy with the time after which a place is likely free.
type BusyError struct{ RetryAfter time.Duration }

func (e *BusyError) Error() string { return ErrBusy.Error() }

// Is makes errors.Is(err, ErrBusy) true.
func (e *BusyError) Is(target error) bool { return target == ErrBusy }

// HasherConfig configures a Hasher.
type HasherConfig struct {
	Parallel int    // hashes at a time: GOMAXPROCS; each takes Params.Memory
	Queue    int    // callers that may wait for one; more get ErrBusy
	Params   Params // zero: DefaultParams
}

// A Hasher turns passwords and backup codes into Argon2id hashes, a few at a
// time. It is the only slow thing of a sign-in, so it alone needs a queue:
// Parallel hashes keep every core busy, more would only share them and each
// hold 19 MiB.
//
// Argon2 allocates its memory anew for each hash and leaves it as garbage. The
// Hasher has that collected before the next hash asks for memory, so that it gets
// the same pages: pages fresh from the system cost a sign-in up to a tenth more,
// and garbage in wait doubles the memory of the program (docs/decisions/0028).
//
// Nothing here runs inside a store transaction.
type Hasher struct {
	params  Params
	permits chan struct{}
	limit   int64 // running and waiting
	inside  atomic.Int64

	starting sync.Mutex   // held while one asks for memory
	dead     atomic.Int64 // KiB of finished hashes since the last collection
	most     int64        // of dead
}

// NewHasher checks the configuration.
func NewHasher(cfg HasherConfig) (*Hasher, error) {
	if cfg.Params == (Params{}) {
		cfg.Params = DefaultParams()
	}
	switch {
	case cfg.Parallel < 1:
		return nil, errors.New("account: hasher needs at least one hash at a time")
	case cfg.Queue < 0:
		return nil, errors.New("account: hasher queue is negative")
	}
	if err := cfg.Params.check(); err != nil {
		return nil, err
	}
	return &Hasher{
		params:  cfg.Params,
		permits: make(chan struct{}, cfg.Parallel),
		limit:   int64(cfg.Parallel + cfg.Queue),
		most:    int64(cfg.Parallel/2+1) * int64(DefaultParams().Memory),
	}, nil
}

// Hash returns the PHC string of a secret under a fresh salt and today's
// parameters. Errors: ErrBusy; the context's, while waiting.
func (h *Hasher) Hash(ctx context.Context, secret string) (phc string, err error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails (crypto/rand)
	sum, err := h.sum(ctx, secret, salt, h.params)
	if err != nil {
		return "", err
	}
	return formatPHC(h.params, salt, sum), nil
}

// Verify reports whether a secret is the one behind a PHC string, in constant
// time. Errors: ErrBusy; the context's, while waiting; ErrPHC for a string that
// is not one of ours or asks for too much.
func (h *Hasher) Verify(ctx context.Context, phc, secret string) (ok bool, err error) {
	p, salt, want, err := parsePHC(phc)
	if err != nil {
		return false, err
	}
	got, err := h.sum(ctx, secret, salt, p)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// Decoy costs what Verify costs with today's parameters, for a user name that
// nobody has (R42).
func (h *Hasher) Decoy(ctx context.Context, secret string) error {
	_, err := h.sum(ctx, secret, make([]byte, saltBytes), h.params)
	return err
}

// Sum returns the hash of a secret under a salt from NewSalt, with the
// parameters that the salt carries: backup codes of one account share a salt, so
// that one hash compares with all of them (see package backupcode).
func (h *Hasher) Sum(ctx context.Context, secret string, salt []byte) ([]byte, error) {
	p, err := saltParams(salt)
	if err != nil {
		return nil, err
	}
	return h.sum(ctx, secret, salt, p)
}

// Outdated reports whether a PHC string was made with other parameters than
// today's: after the next right password, hash it again.
func (h *Hasher) Outdated(phc string) bool {
	p, _, sum, err := parsePHC(phc)
	return err != nil || p != h.params || len(sum) != sumBytes
}

// sum waits for a permit and hashes. The hash runs in the caller's goroutine
// and can't be interrupted: the permit is held to its end even if the context
// ends meanwhile, or clients that leave could start any number of them.
func (h *Hasher) sum(ctx context.Context, secret string, salt []byte, p Params) ([]byte, error) {
	if inside := h.inside.Add(1); inside > h.limit {
		h.inside.Add(-1)
		return nil, &BusyError{RetryAfter: h.wait(inside)}
	}
	defer h.inside.Add(-1)
	select {
	case h.permits <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.permits }()
	h.collect()
	defer h.dead.Add(int64(p.Memory))
	return argon2.IDKey([]byte(secret), salt, p.Time, p.Memory, p.Threads, sumBytes), nil
}

// collect has the memory of finished hashes collected before another one begins:
// on one core before each, on two before every second, then one in half as many as
// there are cores. Meanwhile no other begins, which would find nothing free and
// make the heap grow.
func (h *Hasher) collect() {
	h.starting.Lock()
	defer h.starting.Unlock()
	if h.dead.Load() >= h.most {
		h.dead.Store(0)
		runtime.GC()
	}
}

// wait estimates when a queue of that length is done: whole seconds, at least
// one, as Retry-After wants it (RFC 9110 §10.2.3). 25 ms is a hash with
// DefaultParams on one core of a present machine.
func (h *Hasher) wait(inside int64) time.Duration {
	queue := time.Duration(inside/int64(cap(h.permits))) * 25 * time.Millisecond
	return queue.Truncate(time.Second) + time.Second
}
