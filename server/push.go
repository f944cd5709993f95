package server

import (
	"context"
	"errors"
	"strings"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/delivery"
	"nightlatch/server/delivery/webpush"
)

// pushers send to phone apps: to those of the lab, and through push services to all others.
type pushers struct {
	lab delivery.PushSender // nil without the lab
	web *webpush.Sender
}

var errNoLabPhone = &delivery.PermanentError{Reason: "phones of a lab exist only in a lab"}

// Push implements delivery.PushSender.
func (p pushers) Push(ctx context.Context, to api.PushAddress, payload []byte, until time.Time) error {
	switch {
	case !strings.HasPrefix(to.Endpoint, delivery.LabPush):
		return p.web.Push(ctx, to, payload, until)
	case p.lab == nil:
		return errNoLabPhone
	}
	return p.lab.Push(ctx, to, payload, until)
}

// newPushers makes the senders. Push services know the server by its first public address, or
// else by its name (RFC 8292).
func (s *Server) newPushers() (pushers, error) {
	s.pushKeys = &webpush.Keys{Store: s.store, Sealer: s.cfg.Sealer}
	subject := "operator@" + s.cfg.RPID
	if len(s.cfg.Origins) > 0 && strings.HasPrefix(s.cfg.Origins[0], "https://") {
		subject = s.cfg.Origins[0]
	}
	web, err := webpush.New(webpush.Config{Keys: s.pushKeys, Subject: subject, Hosts: s.cfg.PushHosts, Now: s.cfg.Now})
	if err != nil {
		return pushers{}, errors.Join(errors.New("server: push"), err)
	}
	return pushers{lab: s.cfg.PushSender, web: web}, nil
}
