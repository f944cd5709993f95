// Package webpush sends messages to phone apps through their push services (RFC 8030), encrypted
// for the app (RFC 8291) and signed by this server (VAPID, RFC 8292). A UnifiedPush distributor
// takes the same requests.
//
// A client chooses the address of its push service. So only https is used, redirects are not
// followed, and addresses inside a private network are refused when the connection is made, after
// the name was looked up (server-side request forgery). The operator can allow hosts by name.
package webpush

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"syscall"
	"time"

	push "github.com/SherClockHolmes/webpush-go"

	"nightlatch/server/api"
	"nightlatch/server/delivery"
)

const (
	// tryTimeout is how long a push service may take to answer.
	tryTimeout = 10 * time.Second
	// answerMax is how much of its answer is read.
	answerMax = 4 << 10
)

// Config configures a Sender.
type Config struct {
	Keys    *Keys
	Subject string           // how a push service reaches the operator: a mail address or an https URL (RFC 8292 §2.1)
	Hosts   []string         // hosts that may be inside a private network, as in the address: with their port
	Now     func() time.Time // for the time that a message is kept
}

// A Sender is a delivery.PushSender.
type Sender struct {
	cfg    Config
	client *http.Client
}

// New checks the configuration.
func New(cfg Config) (*Sender, error) {
	if cfg.Keys == nil || cfg.Subject == "" || cfg.Now == nil {
		return nil, errors.New("webpush: keys, subject and clock are needed")
	}
	s := &Sender{cfg: cfg}
	s.client = &http.Client{
		Timeout: tryTimeout,
		Transport: &http.Transport{
			DialContext:       s.dial,
			ForceAttemptHTTP2: true,
			IdleConnTimeout:   time.Minute,
			MaxConnsPerHost:   8,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return s, nil
}

// errInside reports a push service inside a private network.
var errInside = &delivery.PermanentError{Reason: "the push service is inside a private network"}

// dial connects to a push service. Unless its host is allowed, its address must be public.
func (s *Sender) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: tryTimeout}
	if !slices.Contains(s.cfg.Hosts, address) {
		d.Control = func(_, to string, _ syscall.RawConn) error {
			if a, err := netip.ParseAddrPort(to); err != nil || !delivery.PublicAddress(a.Addr()) {
				return errInside
			}
			return nil
		}
	}
	return d.DialContext(ctx, network, address)
}

// Push implements delivery.PushSender. A push service that has forgotten the address, or refuses
// the message, is a permanent error.
func (s *Sender) Push(ctx context.Context, to api.PushAddress, payload []byte, until time.Time) error {
	private, public, err := s.cfg.Keys.pair(ctx)
	if err != nil {
		return err
	}
	res, err := push.SendNotificationWithContext(ctx, payload, &push.Subscription{
		Endpoint: to.Endpoint,
		Keys:     push.Keys{Auth: to.Keys.Auth, P256dh: to.Keys.P256dh},
	}, &push.Options{
		HTTPClient: s.client, Subscriber: s.cfg.Subject, TTL: int(max(0, until.Sub(s.cfg.Now())) / time.Second), Urgency: push.UrgencyHigh,
		VAPIDPublicKey: public, VAPIDPrivateKey: private,
	})
	if errors.Is(err, errInside) {
		return errInside
	}
	if err != nil {
		var where *url.Error // its text has the address, which is the right to send to this phone
		if errors.As(err, &where) {
			err = where.Err
		}
		return fmt.Errorf("webpush: the push service does not answer: %w", err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, answerMax))
	return outcome(res.StatusCode)
}

// outcome judges the answer of a push service (RFC 8030 §5 and §8).
func outcome(status int) error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusTooManyRequests, status >= 500:
		return errors.New("webpush: the push service answers " + strconv.Itoa(status))
	case status == http.StatusNotFound, status == http.StatusGone:
		return &delivery.PermanentError{Reason: "the phone's push address has ended"}
	}
	return &delivery.PermanentError{Reason: "the push service answers " + strconv.Itoa(status)}
}
