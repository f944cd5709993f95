package ui

import (
	"time"

	"nightlatch/assets"
	"nightlatch/server/api"
	"nightlatch/ui/shell"
)

// A recoveryState is everything that decides whether a person can get back in.
type recoveryState struct {
	Account  api.Account
	Keys     []api.Key
	Sessions []api.Session
	Recent   []api.Activity
}

// An assessment answers the overview's question: if this phone died now, could
// you get back in?
type assessment struct {
	Yes    bool
	Answer string // translation key of the sentence, which begins with Yes or No
	Args   assets.Args
	Count  int // the sentence's plural; 0 for none
	Why    string
	Level  level
	Keep   []option // what still works
	Gone   []option // what is lost with the phone
	Next   step     // the one thing that helps most
}

// A level is how well an account is protected against the loss of the phone.
type level string

// The levels.
const (
	levelOff  level = "off"
	levelHalf level = "half"
	levelFull level = "full"
)

// An option is one way to get in: an icon and its text.
type option struct {
	icon  string
	key   string // translation key
	count int
	args  assets.Args
}

// A step is an action that improves the assessment.
type step string

// The steps. ui.rescue.next has translations under the same names.
const (
	stepTurnOn   step = "turn-on" // turn on two-factor authentication
	stepCode     step = "code"    // make a backup code
	stepKey      step = "key"     // add a security key
	stepCopied   step = "copied"  // look at a key that may have been copied
	stepCheck    step = "check"   // check that the printed codes are still there
	stepMoreCode step = "more"    // make more backup codes
)

// assess answers the question.
func assess(s recoveryState, w *assets.Catalog, now time.Time) assessment {
	a := s.Account
	if !a.TwoFactor {
		return assessment{
			Yes: true, Answer: "ui.rescue.off", Why: "ui.rescue.off-why", Level: levelOff, Next: stepTurnOn,
			Keep: append([]option{{icon: "lock", key: "ui.rescue.password"}}, sessionOption(s, w, now)...),
		}
	}
	r := assessment{Level: levelHalf}
	usable, copied := 0, 0
	for _, k := range s.Keys {
		if k.Elsewhere { // it belongs to another relying party ID
			continue
		}
		if k.PossiblyCopied {
			copied++
			if a.Policy == api.PolicyHardened { // R34: refused there
				continue
			}
		}
		usable++
		r.Keep = append(r.Keep, option{icon: "key", key: "ui.rescue.a-key", args: assets.Args{"label": k.Label}})
	}
	if len(r.Keep) > 2 { // a long list of keys would hide the answer
		r.Keep = []option{{icon: "key", key: "ui.rescue.keys", count: usable}}
	}
	codes := a.BackupCodes.Active
	if codes > 0 {
		r.Keep = append(r.Keep, option{icon: "backup-codes", key: "ui.rescue.codes", count: codes, args: assets.Args{"next": a.BackupCodes.Next}})
	}
	r.Keep = append(r.Keep, sessionOption(s, w, now)...)
	if a.Methods.Text {
		r.Gone = append(r.Gone, option{icon: "message", key: "method.text"})
	}
	if a.Methods.App {
		r.Gone = append(r.Gone, option{icon: "app", key: "method.app"})
	}
	r.Why = whyOf(a)

	options := usable
	if codes > 0 {
		options++
	}
	switch {
	case options == 0:
		r.Answer, r.Level = "ui.rescue.no", levelOff
	case options > 1:
		r.Yes, r.Answer, r.Count, r.Level = true, "ui.rescue.ways", options, levelFull
	case usable == 1:
		r.Yes, r.Answer = true, "ui.rescue.one-key"
	default:
		r.Yes, r.Answer, r.Count = true, "ui.rescue.one-code", codes
	}
	r.Next = nextStep(usable, copied, a.BackupCodes)
	return r
}

func nextStep(usable, copied int, codes api.BackupCodes) step {
	switch {
	case copied > 0:
		return stepCopied
	case usable == 0 && codes.Active == 0:
		return stepCode
	case usable == 0:
		return stepKey
	case codes.Active == 0:
		return stepCode
	case codes.Low: // R78
		return stepMoreCode
	}
	return stepCheck
}

// whyOf says what depends on the phone.
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

// sessionOption is this session: it works without the phone until it ends.
func sessionOption(s recoveryState, w *assets.Catalog, now time.Time) []option {
	for _, one := range s.Sessions {
		if one.Current {
			return []option{{icon: "sessions", key: "ui.rescue.session", args: assets.Args{"day": shell.OnDay(w, now, one.Expires)}}}
		}
	}
	return nil
}

// text describes an option.
func (v option) text(w *assets.Catalog) string {
	if v.count > 0 {
		return w.N(v.key, v.count, v.args)
	}
	return w.T(v.key, v.args)
}
