// Package server is Nightlatch's account server. It wires the packages below together
// (New), runs the background work (Run), empties the store for the lab (Reset), and has
// the operations of the administrator (operator.go) and of inbound texts (inbound.go).
//
// Requests arrive at httpapi. It checks the origin and the session, and changes the
// store in one transaction, together with audit events and messages. All clients use it:
// the window over an in-memory connection, the others over loopback.
//
// The packages, from the outside in:
//
//	api, client         wire types, and a Go client
//	httpapi             routes, and the table from errors to status codes
//	thirdparty/...      HTTP Basic and OAuth for clients without second steps
//	passwordauth        their user name and password
//	ceremony/...        the engine for exchanges of several steps
//	signin, enroll      the ceremonies
//	signup              who may sign up
//	recovery            can the owner sign in without the phone?
//	twofactor           removal of methods, and what the removal of the last one voids (R61)
//	account             accounts, methods, policy, password hashes
//	session, backupcode, temppassword, otp, webauthn, ratelimit
//	                    one kind of credential or limit each
//	audit, notice       activity lists, and messages about changes
//	delivery            mail and text messages
//	backup, dailybackup backups, and the server's daily backups
//	epoch               ends sessions, codes and other short-lived data after a restore
//	origin              the normal form of addresses
//	connpool            limits connections and the request bodies that are arriving
//	slowhash            Argon2id in reusable memory
//	fairqueue           the order in which requests get their hash
//	changes             which topics changed, for event streams
//	usage               last-seen times and use counts, written in batches
//	store/...           the store: contract, back end, encryption, cache
//	seed, lab           test accounts, and the simulated phones and mailboxes
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/backup"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/changes"
	"nightlatch/server/dailybackup"
	"nightlatch/server/delivery"
	"nightlatch/server/delivery/webpush"
	"nightlatch/server/enroll"
	"nightlatch/server/httpapi"
	"nightlatch/server/notice"
	"nightlatch/server/passwordauth"
	"nightlatch/server/phoneapp"
	"nightlatch/server/seed"
	"nightlatch/server/session"
	"nightlatch/server/signin"
	"nightlatch/server/signup"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
	"nightlatch/server/usage"
	"nightlatch/server/webauthn"
)

// name is shown by security keys and authenticator apps.
const name = "Nightlatch"

// Config configures a Server. Origins, the senders, Lab, Version and Seed may be zero.
type Config struct {
	Store  store.Store
	Sealer *seal.Sealer
	Policy account.Policy
	Hasher *account.Hasher
	RPID   string // the relying-party ID of security keys: a host name, "localhost"
	// Origins are further addresses of the server, behind a proxy that has the
	// certificate: "https://login.example.org".
	Origins []string
	Now     func() time.Time // also the store's clock
	Log     *slog.Logger

	// If SMSSender or Mailer is set, as in the lab, all messages are sent through them.
	// Otherwise the owner's settings decide (delivery.Settings).
	SMSSender  delivery.SMSSender
	Mailer     delivery.Mailer
	PushSender delivery.PushSender // sends to the phone apps of the lab; nil without the lab
	// PushHosts are hosts, with their ports, of push services that may be inside a private network.
	PushHosts []string
	KeepMail  bool         // without a mail server, mail is kept on this computer
	Lab       http.Handler // answers /lab/v1/; nil without the lab
	Version   string
	// BackupSource returns the data of a daily backup. CheckData reads and
	// checks the whole database before each backup. Without them there are no
	// daily backups.
	BackupSource func() (backup.Source, error)
	CheckData    func(context.Context) error
	BackupFolder string     // the folder for backups; "" for the owner's setting
	Seed         *seed.Seed // accounts to create if their names are free; nil for none

	// Connections is the maximum number of open connections, over all
	// listeners; 0 for 1,024.
	Connections int

	SignUp signup.Mode // who may sign up; "" for the owner's setting (R7)
}

// A Server answers requests. Run does the background work.
type Server struct {
	cfg        Config
	store      store.Store // cfg.Store, with the change feed
	hub        *changes.Hub
	sessions   *session.Store
	proofs     *proof.Checker
	ceremonies *ceremony.Engine
	outbox     *delivery.Outbox
	senders    *delivery.Senders
	backups    *dailybackup.Runner // nil if there are none
	usage      *usage.Recorder
	passwords  *passwordauth.Authenticator
	announcer  *notice.Announcer
	door       *signup.Door
	phones     *phoneapp.Store
	pushKeys   *webpush.Keys
	http       *httpapi.Handler

	// busy is held for reading by requests and background work, and for writing by
	// Reset, which empties the store.
	busy sync.RWMutex
}

// New checks the configuration, creates the parts and the accounts of the seed.
func New(cfg Config) (*Server, error) {
	switch {
	case cfg.Store == nil, cfg.Sealer == nil, cfg.Hasher == nil:
		return nil, errors.New("server: store, keys and hasher are needed")
	case cfg.Policy.Name == "", cfg.RPID == "":
		return nil, errors.New("server: a policy and a relying-party ID are needed")
	case cfg.Now == nil, cfg.Log == nil:
		return nil, errors.New("server: a clock and a logger are needed")
	}
	if err := httpapi.CheckOrigins(cfg.RPID, cfg.Origins); err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	s := &Server{cfg: cfg, hub: &changes.Hub{}}
	if err := s.wire(); err != nil {
		return nil, err
	}
	if err := account.AdoptOwner(context.Background(), s.store); err != nil {
		return nil, err
	}
	if cfg.Seed != nil {
		if err := s.applySeed(context.Background(), cfg.Seed); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// wire creates the parts, from the store up.
func (s *Server) wire() (err error) {
	watched := &changes.Store{Store: s.cfg.Store, Hub: s.hub, Rules: rules()}
	s.store = watched
	s.sessions, err = session.New(session.Config{
		Sealer:              s.cfg.Sealer,
		Lifetime:            s.cfg.Policy.SessionLife,
		Idle:                s.cfg.Policy.SessionIdle,
		ReauthenticateAfter: s.cfg.Policy.ReauthenticateAfter,
		Seen:                func(id string) time.Time { return s.usage.Active(id) },
	})
	if err != nil {
		return err
	}
	if s.phones, err = phoneapp.New(phoneapp.Config{Sealer: s.cfg.Sealer, Sessions: s.sessions, Policy: s.cfg.Policy}); err != nil {
		return err
	}
	if s.senders, err = s.newSenders(); err != nil {
		return err
	}
	push, err := s.newPushers()
	if err != nil {
		return err
	}
	s.outbox, err = delivery.NewOutbox(delivery.Config{
		Store:     s.store,
		Sealer:    s.cfg.Sealer,
		SMSSender: s.senders,
		Mailer:    s.senders,

		PushSender: push,
		RPID:       s.cfg.RPID,
		Now:        s.cfg.Now,
		Log:        s.cfg.Log,
	})
	if err != nil {
		return err
	}
	watched.Sent = s.outbox.Wake
	s.usage = usage.New(s.store, s.sessions, s.cfg.Policy.SessionIdle > 0)
	s.announcer = &notice.Announcer{Sealer: s.cfg.Sealer, Capabilities: s.senders.Capabilities}
	if s.door, err = signup.New(signup.Config{Sealer: s.cfg.Sealer, Flag: s.cfg.SignUp, Lab: s.cfg.Lab != nil}); err != nil {
		return err
	}
	s.passwords, err = passwordauth.New(passwordauth.Config{
		Store:        s.store,
		Sealer:       s.cfg.Sealer,
		Hasher:       s.cfg.Hasher,
		Policy:       s.cfg.Policy,
		Usage:        s.usage,
		Announcer:    s.announcer,
		Capabilities: s.senders.Capabilities,
	})
	if err != nil {
		return err
	}
	if s.ceremonies, err = s.engine(); err != nil {
		return err
	}
	if s.backups, err = s.newBackups(); err != nil {
		return err
	}
	s.http, err = httpapi.New(httpapi.Config{
		Store:         s.store,
		Sealer:        s.cfg.Sealer,
		Policy:        s.cfg.Policy,
		Hasher:        s.cfg.Hasher,
		RPID:          s.cfg.RPID,
		Now:           s.cfg.Now,
		Log:           s.cfg.Log,
		Sessions:      s.sessions,
		Phones:        s.phones,
		PushKey:       s.pushKeys.Public,
		PushHosts:     s.cfg.PushHosts,
		Ceremonies:    s.ceremonies,
		Passwords:     s.passwords,
		Hub:           s.hub,
		Usage:         s.usage,
		Announcer:     s.announcer,
		Senders:       s.senders,
		Door:          s.door,
		Backups:       s.backups,
		Wake:          s.outbox.Wake,
		Deliver:       s.Deliver,
		Busy:          &s.busy,
		Origins:       s.cfg.Origins,
		Lab:           s.cfg.Lab,
		Connections:   s.cfg.Connections,
		Version:       s.cfg.Version,
		KeepMail:      s.cfg.KeepMail,
		FixedDelivery: s.fixedDelivery(),
	})
	return err
}

// engine creates the ceremonies.
func (s *Server) engine() (*ceremony.Engine, error) {
	rp, err := webauthn.New(webauthn.Config{
		RPID:             s.cfg.RPID,
		RPName:           name,
		Origins:          func() []string { return s.http.KeyOrigins() },
		UserVerification: s.cfg.Policy.UserVerification,
		Lab:              s.cfg.Lab != nil,
	})
	if err != nil {
		return nil, err
	}
	s.proofs, err = proof.New(proof.Config{
		Store:        s.store,
		Sealer:       s.cfg.Sealer,
		Hasher:       s.cfg.Hasher,
		Sessions:     s.sessions,
		Policy:       s.cfg.Policy,
		Capabilities: s.senders.Capabilities,
	})
	if err != nil {
		return nil, err
	}
	defs, err := signin.Definitions(signin.Config{Proof: s.proofs, RP: rp, Door: s.door, Announcer: s.announcer, Phones: s.phones})
	if err != nil {
		return nil, err
	}
	enrolling, err := enroll.Definitions(enroll.Config{Proof: s.proofs, RP: rp, Issuer: name, Phones: s.phones})
	if err != nil {
		return nil, err
	}
	return ceremony.New(ceremony.Config{
		Store:    s.store,
		Sealer:   s.cfg.Sealer,
		Sessions: s.sessions,
	}, append(defs, enrolling...)...)
}

// SetURL sets the address of the listener, such as "http://localhost:8440". Until
// then Handler refuses every request.
func (s *Server) SetURL(address string) error { return s.http.SetURL(address) }

// Handler answers requests from the network with the Host and Origin of the address
// that SetURL set.
func (s *Server) Handler() http.Handler { return s.http.Network() }

// Console answers the connection within the program (client.InMemory), and no other.
func (s *Server) Console() http.Handler { return s.http.InProcess() }

// Listener returns a listener for HTTPServer with a limited number of
// connections.
func (s *Server) Listener(l net.Listener) net.Listener { return s.http.Listener(l) }

// HTTPServer returns an http.Server for handler, with timeouts and limits.
func (s *Server) HTTPServer(handler http.Handler) *http.Server { return s.http.HTTPServer(handler) }
