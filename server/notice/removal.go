package notice

import (
	"fmt"
	"maps"
	"strconv"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/audit"
	"nightlatch/server/store"
	"nightlatch/server/twofactor"
)

// AnnounceRemoval appends the events of a removal and sends one mail. The owner of a
// deleted phone number, and after a reset the account's phone, get a text.
func (n *Announcer) AnnounceRemoval(tx store.Tx, a *account.Account, from Origin, r twofactor.Removed) error {
	events, mail := Removal(r)
	if err := n.announce(tx, a, from, events, []audit.Event{mail}); err != nil {
		return err
	}
	switch {
	case r.Phone != "":
		return n.Text(tx, a, from, audit.Event{Type: api.EventPhoneDeleted}, r.Phone)
	case r.ByOperator && a.PhoneVerified:
		return n.Text(tx, a, from, mail, a.Phone)
	}
	return nil
}

// Removal returns the events of a removal, oldest first, and the event to mail: the one
// that changes most for the owner. All routes use it, so that they record the same
// events (R61).
func Removal(r twofactor.Removed) (events []audit.Event, mail audit.Event) {
	add := func(e audit.Event) { events = append(events, e) }
	deleted := "" // for the mail, in English
	if r.PhoneDeleted {
		add(audit.Event{Type: api.EventPhoneDeleted, Rule: "R17"})
		mail, deleted = events[0], "Your phone number"
	}
	if r.Key != nil {
		add(audit.Event{Type: api.EventKeyDeleted, Rule: "R31", Details: map[string]string{"label": r.Key.Label}})
		mail, deleted = events[0], fmt.Sprintf("The security key %q", r.Key.Label)
	}
	rule := "R60"
	if r.ByOperator {
		rule = "R102"
	}
	for _, m := range r.Methods {
		add(audit.Event{Type: api.EventMethodOff, Rule: rule, Details: map[string]string{"method": string(m)}})
		if mail.Type == "" {
			mail = events[0]
			mail.Details = map[string]string{"method": englishName(m)}
		}
	}
	if r.TwoFactorOff {
		add(audit.Event{Type: api.EventTwoFactorOff, Rule: "R61"})
		mail = events[len(events)-1]
		if deleted != "" {
			mail.Details = map[string]string{"deleted": deleted}
		}
	}
	if r.BackupCodes > 0 {
		add(counted(api.EventBackupCodesVoided, r.BackupCodes))
	}
	if r.TemporaryPasswords > 0 {
		add(counted(api.EventTemporaryPasswordsRevoked, r.TemporaryPasswords))
	}
	if r.ByOperator {
		add(audit.Event{Type: api.EventTwoFactorReset, Rule: "R102"})
		mail = events[len(events)-1]
	}
	mail.Details = maps.Clone(mail.Details)
	return events, mail
}

// englishName returns a method's name in English.
func englishName(m api.Method) string {
	switch m {
	case api.Text:
		return "text message"
	case api.App:
		return "authenticator app"
	case api.SecurityKey:
		return "security key"
	}
	return string(m)
}

func counted(event api.EventType, n int) audit.Event {
	return audit.Event{Type: event, Rule: "R61", Details: map[string]string{"count": strconv.Itoa(n)}}
}
