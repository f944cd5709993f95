package lab

import (
	"context"
	"fmt"
	"strings"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/rawtext"
)

// maxMail is the number of mails that the mailbox keeps. The oldest are deleted first.
const maxMail = 5000

// Text sends a text to a simulated phone (delivery.SMSSender). It does not report
// whether the carrier delivers it.
func (l *Lab) Text(_ context.Context, to, body string) error {
	number, err := normalize(to)
	if err != nil {
		return fmt.Errorf("lab: text: %w", err)
	}
	l.mu.Lock()
	p := l.phone(number)
	p.send(body, l.cfg.Clock.Now(), l.cfg.Chance)
	l.mu.Unlock()
	l.deliver()
	l.wakeRun()
	return nil
}

// Mail puts a mail into the simulated mailbox (delivery.Mailer).
func (l *Lab) Mail(_ context.Context, to, subject, body string) error {
	l.mu.Lock()
	l.mail = append(l.mail, api.LabMail{To: to, Subject: subject, Text: body, At: l.cfg.Clock.Now()})
	if over := len(l.mail) - maxMail; over > 0 {
		l.mail = append(l.mail[:0], l.mail[over:]...)
	}
	l.mu.Unlock()
	l.feed.publish(api.TopicLabMail)
	return nil
}

// Run delivers delayed texts when they are due, until ctx is done.
func (l *Lab) Run(ctx context.Context) error {
	for {
		changed := l.cfg.Clock.Changed() // before the clock is read, so that no move is missed
		var due <-chan time.Time
		stop := func() bool { return true }
		if wait := l.deliver(); wait >= 0 {
			timer := time.NewTimer(wait)
			due, stop = timer.C, timer.Stop
		}
		select {
		case <-ctx.Done():
			stop()
			return nil
		case <-changed:
			l.feed.publish(api.TopicLabClock)
		case <-l.wake:
		case <-due:
		}
		stop()
	}
}

// deliver puts every text that is due into its phone's inbox. It returns the time until
// the next is due, or a negative number if there is none.
func (l *Lab) deliver() time.Duration {
	next, arrived := time.Duration(-1), 0
	l.mu.Lock()
	now := l.cfg.Clock.Now()
	for _, p := range l.phones {
		n, wait := p.arrive(now, l.cfg.ShortCode)
		arrived += n
		if wait >= 0 && (next < 0 || wait < next) {
			next = wait
		}
	}
	l.mu.Unlock()
	if arrived > 0 {
		l.feed.publish(api.TopicLabTexts)
	}
	return next
}

// fromPhone handles a text that a phone sends. The carrier handles GO and STOP before
// the server does, so that the server's answer to GO is delivered (R18).
func (l *Lab) fromPhone(ctx context.Context, number, body string) error {
	l.mu.Lock()
	p := l.phone(number)
	if err := p.in.sends(); err != nil {
		l.mu.Unlock()
		return err
	}
	switch strings.ToUpper(rawtext.Parsed(body)) {
	case "GO", "START":
		p.optedIn = true
	case "STOP":
		p.optedIn = false
	}
	l.mu.Unlock()
	l.feed.publish(api.TopicLabPhones)
	if l.cfg.Inbound == nil {
		return nil
	}
	return l.cfg.Inbound(ctx, number, l.cfg.ShortCode, body)
}

// phone returns the phone with a number and makes it if necessary. The caller holds mu.
func (l *Lab) phone(number string) *phone {
	p := l.phones[number]
	if p == nil {
		p = newPhone(number)
		l.phones[number] = p
		l.devices = append(l.devices, p.in)
	}
	return p
}
