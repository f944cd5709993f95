package delivery

import (
	"context"
	"errors"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/store"
)

// sendQueue sends to one recipient until an attempt fails. The messages after it
// wait, so that the order is kept. An error is the store's or the context's.
func (o *Outbox) sendQueue(ctx context.Context, queue []envelope) (failed bool, err error) {
	for _, e := range queue {
		if e.Keep {
			if err := o.keep(ctx, e); err != nil {
				return false, err
			}
			continue
		}
		err := o.wanted(ctx, e)
		if err == nil {
			err = o.try(ctx, e)
		}
		if ctx.Err() != nil {
			return false, ctx.Err() // the server is stopping: do not count the attempt
		}
		again := o.settle(&e, err)
		err = o.cfg.Store.Update(ctx, func(tx store.Tx) error {
			if again {
				return save(tx, o.cfg.Sealer, e.key, e.row)
			}
			return tx.Delete(e.key)
		})
		if err != nil || again {
			return again, err
		}
	}
	return false, nil
}

// errStopped reports a text message that was enqueued before its number sent STOP
// (R18).
var errStopped = &PermanentError{Reason: "the number opted out of text messages"}

// wanted returns errExpired for a message whose code has expired, and errStopped for a text
// message whose number has opted out since it was enqueued.
func (o *Outbox) wanted(ctx context.Context, e envelope) error {
	if e.expired(o.cfg.Now()) {
		return errExpired
	}
	if e.Channel != api.ByText {
		return nil
	}
	return o.cfg.Store.View(ctx, func(tx store.Tx) error {
		stopped, err := Stopped(tx, e.Channel, e.To)
		if err == nil && stopped {
			err = errStopped
		}
		return err
	})
}

// keep moves a mail from the outbox into its account's local mailbox, exactly once.
func (o *Outbox) keep(ctx context.Context, e envelope) error {
	subject, body, err := Render(e.Message.at(o.cfg.Now()), o.cfg.RPID)
	switch {
	case e.expired(o.cfg.Now()):
		err = errExpired
	case err != nil:
		err = &PermanentError{Reason: err.Error()}
	}
	if err != nil {
		o.settle(&e, err)
		return o.cfg.Store.Update(ctx, func(tx store.Tx) error { return tx.Delete(e.key) })
	}
	return o.cfg.Store.Update(ctx, func(tx store.Tx) error {
		m := LocalMessage{To: e.To, Subject: subject, Text: body, At: tx.Now().UTC()}
		if err := keep(tx, o.cfg.Sealer, e.Account, m); err != nil {
			return err
		}
		return tx.Delete(e.key)
	})
}

// settle counts an attempt and reports whether the message is tried again later.
func (o *Outbox) settle(e *envelope, err error) (again bool) {
	e.Tries++
	log := o.cfg.Log.With("message", e.key, "channel", e.Channel, "template", e.Template, "tries", e.Tries)
	var permanent *PermanentError
	switch {
	case err == nil:
		return false
	case errors.As(err, &permanent), e.Tries >= maxTries:
		log.Error("outbox: not delivered; no more attempts", "error", err)
		return false
	}
	log.Warn("outbox: not delivered; trying again later", "error", err)
	e.Due = o.cfg.Now().Add(pause(e.Tries))
	return true
}

// pause returns the wait after a number of attempts: 1 s, 2 s, 4 s … 5 min.
func pause(tries int) time.Duration {
	return min(firstPause<<min(tries-1, 30), maxPause)
}

func (o *Outbox) try(ctx context.Context, e envelope) error {
	subject, body, err := Render(e.Message.at(o.cfg.Now()), o.cfg.RPID)
	if err != nil {
		return &PermanentError{Reason: err.Error()}
	}
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, idKey{}, e.key[len(Prefix):]), tryTimeout)
	defer cancel()
	switch {
	case e.Channel == api.ByText && o.cfg.SMSSender != nil:
		return o.cfg.SMSSender.Text(ctx, e.To, body)
	case e.Channel == api.ByPush && o.cfg.PushSender != nil:
		return o.push(ctx, e, subject, body)
	case e.Channel == api.ByEmail && o.cfg.Mailer != nil:
		return o.cfg.Mailer.Mail(ctx, e.To, subject, body)
	}
	return errNoSender()
}
