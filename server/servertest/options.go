package servertest

import (
	"path/filepath"
	"runtime"
	"testing"

	"nightlatch/server"
	"nightlatch/server/account"
	"nightlatch/server/signup"
	"nightlatch/server/store/bolt"
)

// An Option changes the configuration of a World's server.
type Option func(*server.Config)

// Hardened sets the hardened policy.
func Hardened(cfg *server.Config) { cfg.Policy = account.Hardened() }

// WithDoor sets the flag that says who may sign up (R7).
func WithDoor(mode signup.Mode) Option { return func(cfg *server.Config) { cfg.SignUp = mode } }

// AsNew leaves out the setting that opens sign-up in a World that is no lab.
// Sign-up is then as on a new server.
func AsNew(cfg *server.Config) { cfg.Version = asNew }

// WithoutAccounts leaves out the four accounts of every World.
func WithoutAccounts(cfg *server.Config) { cfg.Seed = nil }

const asNew = "new"

// WithoutTexts removes the sender of text messages.
func WithoutTexts(cfg *server.Config) { cfg.SMSSender = nil }

// WithoutLab removes the routes of the lab. Messages still go to the lab's mailboxes.
func WithoutLab(cfg *server.Config) { cfg.Lab = nil }

// WithLocalMailbox is the configuration of the console without the lab: no senders are
// set up, and mail stays in the local mailbox.
func WithLocalMailbox(cfg *server.Config) {
	cfg.Lab, cfg.Mailer, cfg.SMSSender, cfg.KeepMail = nil, nil, nil, true
}

// WithRPID sets the relying-party ID and further origins.
func WithRPID(rpID string, origins ...string) Option {
	return func(cfg *server.Config) { cfg.RPID, cfg.Origins = rpID, origins }
}

// WithBolt replaces the store by one that runs closures once, as in production.
func WithBolt(t testing.TB) Option {
	return func(cfg *server.Config) {
		s, err := bolt.Open(bolt.Config{Path: filepath.Join(t.TempDir(), "once.db"), Now: cfg.Now, ReserveBytes: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		cfg.Store = s
	}
}

// WithRealHashing hashes passwords with the parameters of production.
func WithRealHashing(cfg *server.Config) { cfg.Hasher = NewHasher(account.DefaultParams()) }

// CheapHashing are parameters with which hashing takes no noticeable time.
var CheapHashing = account.Params{Memory: 64, Time: 1, Threads: 1}

// NewHasher returns a hasher with a long queue.
func NewHasher(p account.Params) *account.Hasher {
	h, err := account.NewHasher(account.HasherConfig{Parallel: runtime.GOMAXPROCS(0), Queue: 256, Params: p})
	if err != nil {
		panic(err)
	}
	return h
}
