// Package httpapi is the HTTP interface of the server: the routes, their handlers, and
// the one table from errors to status codes. docs/api.md describes it for clients.
//
// A request passes the security headers and the recovery of panics (front.go), the
// check of Host and Origin (origincheck.go), the mux (routes.go) and the check of the
// session (auth.go). Handlers change the store in one transaction, together with audit
// events and messages.
package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"nightlatch/server/account"
	"nightlatch/server/ceremony"
	"nightlatch/server/changes"
	"nightlatch/server/connpool"
	"nightlatch/server/dailybackup"
	"nightlatch/server/delivery"
	"nightlatch/server/fairqueue"
	"nightlatch/server/notice"
	"nightlatch/server/origin"
	"nightlatch/server/passwordauth"
	"nightlatch/server/phoneapp"
	"nightlatch/server/session"
	"nightlatch/server/signup"
	"nightlatch/server/store"
	"nightlatch/server/store/revcache"
	"nightlatch/server/store/seal"
	"nightlatch/server/usage"
)

// Config configures a Handler. Origins, Lab, Version and the two booleans may be zero.
type Config struct {
	Store  store.Store
	Sealer *seal.Sealer
	Policy account.Policy
	Hasher *account.Hasher
	RPID   string           // relying-party ID of security keys
	Now    func() time.Time // also the store's clock
	Log    *slog.Logger

	Sessions   *session.Store
	Phones     *phoneapp.Store
	PushKey    func(context.Context) (string, error) // by which push services know the server (RFC 8292)
	PushHosts  []string                              // hosts of push services that may be inside a private network
	Ceremonies *ceremony.Engine
	Passwords  *passwordauth.Authenticator
	Hub        *changes.Hub
	Usage      *usage.Recorder
	Announcer  *notice.Announcer
	Senders    *delivery.Senders
	Door       *signup.Door
	Backups    *dailybackup.Runner         // nil if the server makes none
	Wake       func()                      // makes the outbox look for messages
	Deliver    func(context.Context) error // sends every message that is due
	Busy       *sync.RWMutex               // held for reading while a request runs

	Origins       []string     // through a proxy: "https://login.example.org"
	Lab           http.Handler // answers /lab/v1/; nil without the lab
	Connections   int          // the most that are kept open; 0 for 1,024
	Version       string
	KeepMail      bool // without a mail server, mails are kept on this computer
	FixedDelivery bool // the owner cannot change how messages are sent
}

func (cfg Config) check() error {
	switch {
	case cfg.Store == nil, cfg.Sealer == nil, cfg.Hasher == nil, cfg.Policy.Name == "", cfg.RPID == "":
		return errors.New("httpapi: store, sealer, hasher, policy and relying-party ID are needed")
	case cfg.Now == nil, cfg.Log == nil, cfg.Busy == nil, cfg.Wake == nil, cfg.Deliver == nil:
		return errors.New("httpapi: clock, log, lock, Wake and Deliver are needed")
	case cfg.Phones == nil, cfg.PushKey == nil:
		return errors.New("httpapi: phone apps and the push key are needed")
	case cfg.Sessions == nil, cfg.Ceremonies == nil, cfg.Passwords == nil, cfg.Hub == nil,
		cfg.Usage == nil, cfg.Announcer == nil, cfg.Senders == nil, cfg.Door == nil:
		return errors.New("httpapi: sessions, ceremonies, passwords, hub, usage, announcer, senders and door are needed")
	}
	return nil
}

const (
	// defaultConnections is the default of Config.Connections.
	defaultConnections = 1024
	// bodyBytes limits the total size of the request bodies that are arriving.
	// A typical body has a few hundred bytes.
	bodyBytes = 16 << 20
)

// A Handler answers requests. Network and InProcess return its http.Handlers.
type Handler struct {
	cfg        Config
	identities revcache.Cache[identity] // by token
	pace       pace                     // of the changes of each session
	setting    sync.Mutex               // held while the delivery settings change
	searches   *fairqueue.Queue         // of activity: each takes processor time
	words      wordsByLanguage          // what searches compare with
	loopback   *originCheck
	console    *originCheck
	conns      *connpool.Pool
	url        atomic.Pointer[string] // origin of the listener; nil before SetURL
}

// New checks the configuration and makes the routes.
func New(cfg Config) (*Handler, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.Connections == 0 {
		cfg.Connections = defaultConnections
	}
	h := &Handler{cfg: cfg, conns: connpool.New(cfg.Connections, bodyBytes), searches: fairqueue.New(1, waitingSearches)}
	routes, err := h.mux()
	if err != nil {
		return nil, err
	}
	h.loopback = &originCheck{next: routes}
	h.console = consoleCheck(routes)
	return h, nil
}

// Clear empties the caches. It must be called after the store was emptied.
func (h *Handler) Clear() { h.identities.Clear() }

// SetURL sets the address of the listener, such as "http://localhost:8440". Until then
// Network refuses every request.
func (h *Handler) SetURL(address string) error {
	own, err := origin.Parse(address)
	if err != nil {
		return fmt.Errorf("httpapi: %q is not the address of a listener", address)
	}
	if err := h.loopback.setURL(own, h.cfg.Origins...); err != nil {
		return err
	}
	h.url.Store(&own)
	return nil
}

// Network answers requests with the Host and Origin of the address given to SetURL.
func (h *Handler) Network() http.Handler { return h.front(h.receiving(h.loopback)) }

// InProcess answers the connection within the program (client.InMemory), and no other.
func (h *Handler) InProcess() http.Handler { return h.front(markWindow(h.console)) }
