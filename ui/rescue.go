package ui

import (
	"time"

	"nightlatch/assets"
	"nightlatch/server/api"
)

// A standing is all that decides whether a person gets back in.
type standing struct {
	Account  api.Account
	Keys     []api.Key
	Sessions []api.Session
	Recent   []api.Activity
}

// A rescue answers the overview's question: if this phone died now, could you
// get back in? It is computed from the account's real state, never guessed.
type rescue struct {
	Yes    bool
	Answer string // key of the sentence, which begins with Yes or No
	Args   assets.Args
	Count  int // its plural
	Why    string
	Shield string // full, half, off
	Keep   []way  // what still works
	Gone   []way  // what goes with the phone
	Next   step   // the one thing that would help most
}

// A way is one way in: an icon, and the words for it.
type way struct {
	icon  string
	key   string
	count int
	args  assets.Args
}

// A step is the one that would improve an account's standing.
type step string

// The steps, with keys of the same name in ui.rescue.next.
const (
	stepTurnOn   step = "turn-on" // no second step at all
	stepCode     step = "code"    // a backup code
	stepKey      step = "key"     // a security key
	stepCopied   step = "copied"  // look at a key that may have been copied
	stepCheck    step = "check"   // see that the paper is still there
	stepMoreCode step = "more"    // codes are running out
)

// fewLeft is when backup codes are running out (R78).
const fewLeft = 2

// judge answers the question.
func judge(s standing, w *assets.Catalog, now time.Time) rescue {
	a := s.Account
	if !a.TwoFactor {
		return rescue{
			Yes: true, Answer: "ui.rescue.off", Why: "ui.rescue.off-why", Shield: "off", Next: stepTurnOn,
			Keep: append([]way{{icon: "lock", key: "ui.rescue.password"}}, sessionWay(s, w, now)...),
		}
	}
	r := rescue{Shield: "half"}
	usable, copied := 0, 0
	for _, k := range s.Keys {
		if k.Elsewhere { // it answers to another name than this server's
			continue
		}
		if k.PossiblyCopied {
			copied++
			if a.Policy == "hardened" { // R34: refused there
				continue
			}
		}
		usable++
		r.Keep = append(r.Keep, way{icon: "key", key: "ui.rescue.a-key", args: assets.Args{"label": k.Label}})
	}
	if len(r.Keep) > 2 { // a list of twenty keys answers nothing
		r.Keep = []way{{icon: "key", key: "ui.rescue.keys", count: usable}}
	}
	codes := a.BackupCodes.Active
	if codes > 0 {
		r.Keep = append(r.Keep, way{icon: "backup-codes", key: "ui.rescue.codes", count: codes, args: assets.Args{"next": a.BackupCodes.Next}})
	}
	r.Keep = append(r.Keep, sessionWay(s, w, now)...)
	if a.Methods.Text {
		r.Gone = append(r.Gone, way{icon: "message", key: "method.text"})
	}
	if a.Methods.App {
		r.Gone = append(r.Gone, way{icon: "app", key: "method.app"})
	}
	r.Why = whyOf(a)

	ways := usable
	if codes > 0 {
		ways++
	}
	switch {
	case ways == 0:
		r.Answer, r.Shield = "ui.rescue.no", "off"
	case ways > 1:
		r.Yes, r.Answer, r.Count, r.Shield = true, "ui.rescue.ways", ways, "full"
	case usable == 1:
		r.Yes, r.Answer = true, "ui.rescue.one-key"
	default:
		r.Yes, r.Answer, r.Count = true, "ui.rescue.one-code", codes
	}
	r.Next = nextStep(usable, copied, codes)
	return r
}

func nextStep(usable, copied, codes int) step {
	switch {
	case copied > 0:
		return stepCopied
	case usable == 0 && codes == 0:
		return stepCode
	case usable == 0:
		return stepKey
	case codes == 0:
		return stepCode
	case codes <= fewLeft:
		return stepMoreCode
	}
	return stepCheck
}

// whyOf says what hangs on the phone.
func whyOf(a api.Account) string {
	switch {
	case a.Methods.Text && a.Methods.App:
		return "ui.rescue.both-on-phone"
	case a.Methods.Text:
		return "ui.rescue.text-on-phone"
	case a.Methods.App:
		return "ui.rescue.app-on-phone"
	}
	return "ui.rescue.nothing-on-phone"
}

// sessionWay is this session: it goes on without the phone, until it ends.
func sessionWay(s standing, w *assets.Catalog, now time.Time) []way {
	for _, one := range s.Sessions {
		if one.Current {
			return []way{{icon: "sessions", key: "ui.rescue.session", args: assets.Args{"day": onDay(w, now, one.Expires)}}}
		}
	}
	return nil
}

// say puts a way into words.
func (v way) say(w *assets.Catalog) string {
	if v.count > 0 {
		return w.N(v.key, v.count, v.args)
	}
	return w.T(v.key, v.args)
}
