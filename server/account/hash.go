package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"sync/atomic"
	"time"

	"nightlatch/server/fairqueue"
)

// ErrBusy reports that the hasher's queue is full. A *BusyError has the time to wait.
var ErrBusy = errors.New("account: too many hashes waiting")

// A BusyError is ErrBusy with the time after which the queue probably has room.
type BusyError struct{ RetryAfter time.Duration }

func (e *BusyError) Error() string { return ErrBusy.Error() }

// Is makes errors.Is(err, ErrBusy) true.
func (e *BusyError) Is(target error) bool { return target == ErrBusy }

// HasherConfig configures a Hasher.
type HasherConfig struct {
	Parallel int    // hashes at a time, usually GOMAXPROCS; each takes Params.Memory
	Queue    int    // maximum number of waiting callers; beyond it, one of them gets ErrBusy
	Params   Params // zero: DefaultParams

	// Turns is the queue; nil makes one from Parallel and Queue.
	Turns *fairqueue.Queue
}

// A Hasher computes Argon2id hashes of passwords and backup codes, a few at a time.
// Hashing is the only slow part of a sign-in, so it has a queue: Parallel hashes keep
// all cores busy. More hashes at a time would not finish sooner, and each needs 19 MiB.
// The queue is fair: the class and the source of a caller come from its context (R43,
// package fairqueue).
//
// Hashes reuse the memory of earlier ones (package slowhash).
//
// Its methods must not be called inside a store transaction.
type Hasher struct {
	params   Params
	parallel int
	queue    *fairqueue.Queue
	memory   memories
	done     atomic.Uint64
}

// Hashes returns how many hashes were computed.
func (h *Hasher) Hashes() uint64 { return h.done.Load() }

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
	if cfg.Turns == nil {
		cfg.Turns = fairqueue.New(cfg.Parallel, cfg.Queue)
	}
	return &Hasher{
		params:   cfg.Params,
		parallel: cfg.Parallel,
		queue:    cfg.Turns,
		memory:   memories{largest: int(max(cfg.Params.Memory, DefaultParams().Memory))},
	}, nil
}

// Hash returns the PHC string of a secret with a new salt and the hasher's
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

// Verify reports whether a secret matches a PHC string, in constant time. Errors:
// ErrBusy; the context's, while waiting; ErrPHC for a string that this package did not
// write or whose parameters are too large.
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

// Decoy takes as long as Verify with the hasher's parameters. It is for unknown user
// names (R42).
func (h *Hasher) Decoy(ctx context.Context, secret string) error {
	_, err := h.sum(ctx, secret, make([]byte, saltBytes), h.params)
	return err
}

// Sum returns the hash of a secret with an account's BackupSalt, which includes the
// parameters. The backup codes of an account share one salt, so that one hash can be
// compared with all of them (see package backupcode).
func (h *Hasher) Sum(ctx context.Context, secret string, salt []byte) ([]byte, error) {
	p, err := saltParams(salt)
	if err != nil {
		return nil, err
	}
	return h.sum(ctx, secret, salt, p)
}

// Outdated reports whether a PHC string has other parameters than the hasher. The secret
// should be hashed again the next time it is known.
func (h *Hasher) Outdated(phc string) bool {
	p, _, sum, err := parsePHC(phc)
	return err != nil || p != h.params || len(sum) != sumBytes
}

// sum waits for its turn and hashes. The hash runs in the caller's goroutine and can't be
// interrupted. The turn lasts until the hash is done, even if the context ends meanwhile:
// otherwise clients that disconnect could start any number of hashes.
func (h *Hasher) sum(ctx context.Context, secret string, salt []byte, p Params) ([]byte, error) {
	leave, err := h.queue.Enter(ctx)
	if full := (*fairqueue.FullError)(nil); errors.As(err, &full) {
		return nil, &BusyError{RetryAfter: h.wait(full.Waiting)}
	}
	if err != nil {
		return nil, err
	}
	defer leave()
	memory := h.memory.take()
	defer h.memory.put(memory)
	h.done.Add(1)
	return memory.IDKey([]byte(secret), salt, p.Time, p.Memory, p.Threads, sumBytes), nil
}

// wait estimates how long a queue of that length takes, in whole seconds and at least
// one, for Retry-After (RFC 9110 §10.2.3). It assumes 25 ms for a hash: the time with
// DefaultParams on one core of a current machine.
func (h *Hasher) wait(waiting int) time.Duration {
	queue := time.Duration(waiting/h.parallel) * 25 * time.Millisecond
	return queue.Truncate(time.Second) + time.Second
}
