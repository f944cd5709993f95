// Package recovery answers the question: if this phone died now, could you get back
// in? The answer is the same for every client (GET /api/v1/recovery).
//
// It assumes that texts and the authenticator app are on the phone, and that security
// keys and backup codes are not. Where only security keys are on, there is no phone to
// lose, and the question is about one of the keys. While two-factor is off, there is no
// question.
package recovery

import (
	"time"

	"nightlatch/server/account"
	"nightlatch/server/api"
	"nightlatch/server/backupcode"
	"nightlatch/server/store"
)

// State is everything that the answer depends on.
type State struct {
	Text, App    bool
	Keys         []Key
	Codes        []int            // numbers of the backup codes that can be used and have a copy, next one first (R77)
	Blocked      bool             // the next active code after them has no copy, so the rest can't be used (R72)
	MayHaveCopy  bool             // that code is older than the record of copies
	Void         *api.VoidedCodes // if no code is active, because all became void
	Session      time.Time        // end of the session of the request; zero for none
	RefuseCopied bool             // sign-in refuses a key that may have been copied (R34)
	FewCodes     int              // with this many codes or fewer, more should be made (R78)
}

// A Key is a security key.
type Key struct {
	Label   string
	Copied  bool // it may have been copied (R34)
	Foreign bool // it belongs to another relying-party ID and cannot sign in here
}

// Load reads the state of an account. session is the end of the request's session.
func Load(tx store.Tx, a *account.Account, p account.Policy, rpID string, session time.Time) (State, error) {
	e, err := account.Enrolled(tx, a)
	if err != nil {
		return State{}, err
	}
	keys, err := account.Keys(tx, a.ID)
	if err != nil {
		return State{}, err
	}
	codes, unknown, err := backupcode.Reachable(tx, a)
	if err != nil {
		return State{}, err
	}
	void, ok, err := backupcode.LastVoid(tx, a)
	if err != nil {
		return State{}, err
	}
	s := State{
		Text: e.Text, App: e.App, Codes: codes, Session: session,
		Blocked: len(codes) < len(a.ActiveBackupCodes), MayHaveCopy: unknown,
		RefuseCopied: p.RefuseCopiedKey, FewCodes: p.BackupCodesLow,
	}
	if ok {
		s.Void = void.API()
	}
	for _, k := range keys {
		s.Keys = append(s.Keys, Key{Label: k.Label, Copied: k.PossiblyCopied, Foreign: k.ForeignRP(rpID)})
	}
	return s, nil
}

// Assess answers the question.
func Assess(s State) api.Recovery {
	r := api.Recovery{Keeps: []api.RecoveryOption{}, Gone: []api.RecoveryOption{}}
	if !s.Text && !s.App && len(s.Keys) == 0 {
		r.BackIn, r.Level, r.Next = api.BackInOff, api.RecoveryNone, api.RecoverTurnOn
		r.Keeps = append(r.Keeps, api.RecoveryOption{Kind: api.RecoveryPassword})
		r.Keeps = append(r.Keeps, s.session()...)
		return r
	}
	r.CodesVoid = s.Void
	usable, copied := s.usable()
	keys := api.RecoveryOption{Kind: api.RecoveryKey, Count: len(usable), Labels: usable}
	r.Lost = api.LostPhone
	if !s.Text && !s.App {
		r.Lost = api.LostKey
		r.Gone = append(r.Gone, s.oneKey())
		keys = api.RecoveryOption{Kind: api.RecoveryKey, Count: max(0, len(usable)-1)} // any of them
	}
	if keys.Count > 0 {
		r.Keeps = append(r.Keeps, keys)
	}
	options := keys.Count
	if n := len(s.Codes); n > 0 {
		options++
		r.Keeps = append(r.Keeps, api.RecoveryOption{Kind: api.RecoveryBackupCodes, Count: n, Number: s.Codes[0]})
	}
	r.Keeps = append(r.Keeps, s.session()...)
	if s.Text {
		r.Gone = append(r.Gone, api.RecoveryOption{Kind: api.RecoveryText})
	}
	if s.App {
		r.Gone = append(r.Gone, api.RecoveryOption{Kind: api.RecoveryApp})
	}
	switch r.BackIn = api.BackInYes; options {
	case 0:
		r.BackIn, r.Level = api.BackInNo, api.RecoveryNone
	case 1:
		r.Level = api.RecoveryHalf
	default:
		r.Level = api.RecoveryFull
	}
	r.Next = s.next(keys.Count, copied)
	return r
}

// oneKey is the key that is lost. It has a label if there is only one.
func (s State) oneKey() api.RecoveryOption {
	lost := api.RecoveryOption{Kind: api.RecoveryKey, Count: 1}
	if len(s.Keys) == 1 {
		lost.Labels = []string{s.Keys[0].Label}
	}
	return lost
}

// usable returns the labels of the keys that can sign in here, and whether any key may
// have been copied.
func (s State) usable() (labels []string, copied bool) {
	for _, k := range s.Keys {
		if k.Foreign {
			continue
		}
		copied = copied || k.Copied
		if !k.Copied || !s.RefuseCopied {
			labels = append(labels, k.Label)
		}
	}
	return labels, copied
}

// session returns the request's session as an option: it works without the phone until
// it ends.
func (s State) session() []api.RecoveryOption {
	if s.Session.IsZero() {
		return nil
	}
	until := s.Session.UTC()
	return []api.RecoveryOption{{Kind: api.RecoverySession, Until: &until}}
}

// next returns the step that helps most. usable is the number of keys that are left.
func (s State) next(usable int, copied bool) api.RecoveryStep {
	codes := len(s.Codes)
	switch {
	case copied:
		return api.RecoverCopied
	case s.Blocked && codes <= s.FewCodes && s.MayHaveCopy:
		return api.RecoverCopy
	case s.Blocked && codes <= s.FewCodes:
		return api.RecoverReplace
	case codes == 0:
		return api.RecoverCode
	case usable == 0:
		return api.RecoverKey
	case codes <= s.FewCodes:
		return api.RecoverMoreCodes
	}
	return api.RecoverCheck
}
