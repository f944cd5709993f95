// Package server is Nightlatch's account server: routes over the rules' packages,
// and the one table from error to status.
//
// A request comes in through front (headers, panics), guard (Host and Origin), the
// mux and a route; what a route does it does in one store transaction, with its
// audit events and messages. Ceremonies are run by their engine, third-party
// clients come in by the door. Every client takes this road: the console over a
// connection in memory, the rest over loopback.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/ceremony"
	"nightlatch/server/ceremony/proof"
	"nightlatch/server/changes"
	"nightlatch/server/delivery"
	"nightlatch/server/enroll"
	"nightlatch/server/httpapi"
	"nightlatch/server/notice"
	"nightlatch/server/passwordauth"
	"nightlatch/server/seed"
	"nightlatch/server/session"
	"nightlatch/server/signin"
	"nightlatch/server/store"
	"nightlatch/server/store/seal"
	"nightlatch/server/usage"
	"nightlatch/server/webauthn"
)

// name is what the server is called where keys and apps show it.
const name = "Nightlatch"

// Config is what a server is made of.
type Config struct {
	Store  store.Store
	Sealer *seal.Sealer
	Policy account.Policy
	Hasher *account.Hasher
	RPID   string // the relying-party ID of security keys: a host name, "localhost"
	// Origins are where people reach the server beside its listener's own address,
	// through a proxy that has the certificate: "https://login.example.org".
	Origins []string
	Now     func() time.Time // also the store's clock
	Log     *slog.Logger

	// SMSSender and Mailer, if either is given, are how messages leave, for good: the
	// lab's. Otherwise it is what the owner has set up (delivery.Settings).
	SMSSender delivery.SMSSender
	Mailer    delivery.Mailer
	KeepMail  bool         // without a mail server, mail is kept on this computer
	Lab       http.Handler // answers /lab/v1/; nil without the lab
	Version   string
	Seed      *seed.Seed // accounts to make, where their names are free; nil for none
}

// A Server answers requests. Run does what is not a request's.
type Server struct {
	cfg        Config
	store      store.Store // cfg.Store, watched
	hub        *changes.Hub
	sessions   *session.Store
	proofs     *proof.Checker
	ceremonies *ceremony.Engine
	outbox     *delivery.Outbox
	carriers   *delivery.Senders
	usage      *usage.Recorder
	passwords  *passwordauth.Authenticator
	announcer  *notice.Announcer
	http       *httpapi.Handler

	// settled is held for reading by whatever uses the store, and for writing by
	// Reset, which empties it.
	settled sync.RWMutex
}

// New checks the configuration, wires the rooms together and makes the seed's
// accounts.
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
	if cfg.Seed != nil {
		if err := s.applySeed(context.Background(), cfg.Seed); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// wire makes the rooms, from the store up.
func (s *Server) wire() (err error) {
	watched := &changes.Store{Store: s.cfg.Store, Hub: s.hub, Rules: rules()}
	s.store = watched
	s.sessions, err = session.New(session.Config{
		Sealer:              s.cfg.Sealer,
		Lifetime:            s.cfg.Policy.SessionLife,
		Idle:                s.cfg.Policy.SessionIdle,
		ReauthenticateAfter: s.cfg.Policy.ReauthenticateAfter,
		Seen:                func(id string) time.Time { return s.usage.Unwritten(id) },
	})
	if err != nil {
		return err
	}
	if s.carriers, err = s.newSenders(); err != nil {
		return err
	}
	s.outbox, err = delivery.NewOutbox(delivery.Config{
		Store:     s.store,
		Sealer:    s.cfg.Sealer,
		SMSSender: s.carriers,
		Mailer:    s.carriers,
		RPID:      s.cfg.RPID,
		Now:       s.cfg.Now,
		Log:       s.cfg.Log,
	})
	if err != nil {
		return err
	}
	watched.Sent = s.outbox.Wake
	s.usage = usage.New(s.store, s.sessions, s.cfg.Policy.SessionIdle > 0)
	s.announcer = &notice.Announcer{Sealer: s.cfg.Sealer, Capabilities: s.carriers.Capabilities}
	s.passwords, err = passwordauth.New(passwordauth.Config{
		Store:        s.store,
		Sealer:       s.cfg.Sealer,
		Hasher:       s.cfg.Hasher,
		Policy:       s.cfg.Policy,
		Usage:        s.usage,
		Announcer:    s.announcer,
		Capabilities: s.carriers.Capabilities,
	})
	if err != nil {
		return err
	}
	if s.ceremonies, err = s.engine(); err != nil {
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
		Ceremonies:    s.ceremonies,
		Passwords:     s.passwords,
		Hub:           s.hub,
		Usage:         s.usage,
		Announcer:     s.announcer,
		Senders:       s.carriers,
		Wake:          s.outbox.Wake,
		Deliver:       s.Deliver,
		Busy:          &s.settled,
		Origins:       s.cfg.Origins,
		Lab:           s.cfg.Lab,
		Version:       s.cfg.Version,
		KeepMail:      s.cfg.KeepMail,
		FixedDelivery: s.fixedDelivery(),
	})
	return err
}

// engine puts the ceremonies together.
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
		Capabilities: s.carriers.Capabilities,
	})
	if err != nil {
		return nil, err
	}
	defs, err := signin.Definitions(signin.Config{Proof: s.proofs, RP: rp})
	if err != nil {
		return nil, err
	}
	enrolling, err := enroll.Definitions(enroll.Config{Proof: s.proofs, RP: rp, Issuer: name})
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

// HTTPServer returns an http.Server for handler, with timeouts and limits.
func (s *Server) HTTPServer(handler http.Handler) *http.Server { return s.http.HTTPServer(handler) }
