package lab

import (
	"slices"

	"nightlatch/server/api"
)

// Unseen is what has arrived and has not been in sight yet: the panel was scrolled, hidden
// or behind a dialog. It is marked with counts until it is seen.
type unseen struct {
	texts map[string]int  // by phone number
	mail  map[string]bool // by MailID
	keys  map[string]bool // by ID: it waits for a touch
}

func newUnseen() unseen {
	return unseen{texts: map[string]int{}, mail: map[string]bool{}, keys: map[string]bool{}}
}

// texted is the number of unseen texts on all phones.
func (u unseen) texted() (n int) {
	for _, one := range u.texts {
		n += one
	}
	return n
}

// count is the number of all unseen things.
func (u unseen) count() int { return u.texted() + len(u.mail) + len(u.keys) }

// learn adds what arrived between two states, and forgets keys that no longer wait. It
// reports whether something arrived.
func (u unseen) learn(before, now State) (arrived bool) {
	for _, p := range now.Phones {
		if n := newTexts(before, p); n > 0 {
			u.texts[p.Number] += n
			arrived = true
		}
	}
	known := map[string]bool{}
	for _, m := range before.Mail {
		known[MailID(m)] = true
	}
	for _, m := range now.Mail {
		if id := MailID(m); !known[id] {
			u.mail[id] = true
			arrived = true
		}
	}
	for _, k := range now.Keys {
		waited := slices.ContainsFunc(before.Keys, func(b api.LabKey) bool { return b.ID == k.ID && b.WaitingForTouch })
		if k.WaitingForTouch && !waited {
			u.keys[k.ID] = true
			arrived = true
		}
	}
	for id := range u.keys {
		if !slices.ContainsFunc(now.Keys, func(k api.LabKey) bool { return k.ID == id && k.WaitingForTouch }) {
			delete(u.keys, id)
		}
	}
	return arrived
}

// newTexts is how many texts a phone has received since a state.
func newTexts(before State, p api.LabPhone) int {
	was := 0
	if at := slices.IndexFunc(before.Phones, func(b api.LabPhone) bool { return b.Number == p.Number }); at >= 0 {
		was = received(before.Phones[at])
	}
	return max(0, received(p)-was)
}

func received(p api.LabPhone) int {
	if p.Received == nil {
		return 0
	}
	return *p.Received
}

// latest is the number of the phone, among those with new texts, that got the last one; ""
// if there is none.
func latest(before State, phones []api.LabPhone) (number string) {
	var last api.Time
	for _, p := range phones {
		if newTexts(before, p) > 0 && p.LastText != nil && (number == "" || p.LastText.After(last)) {
			number, last = p.Number, *p.LastText
		}
	}
	return number
}
