package recovery_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"nightlatch/server/api"
	"nightlatch/server/recovery"
)

var end = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

func TestAssess(t *testing.T) {
	t.Parallel()
	type opts = []api.RecoveryOption
	session := api.RecoveryOption{Kind: api.RecoverySession, Until: &end}
	key := func(labels ...string) api.RecoveryOption {
		return api.RecoveryOption{Kind: api.RecoveryKey, Count: len(labels), Labels: labels}
	}
	codes := func(n, next int) api.RecoveryOption {
		return api.RecoveryOption{Kind: api.RecoveryBackupCodes, Count: n, Number: next}
	}
	anyKeys := func(n int) api.RecoveryOption { return api.RecoveryOption{Kind: api.RecoveryKey, Count: n} }
	text, app := api.RecoveryOption{Kind: api.RecoveryText}, api.RecoveryOption{Kind: api.RecoveryApp}
	for _, tt := range []struct {
		name  string
		state recovery.State
		want  api.Recovery
	}{
		{
			"two-factor is off",
			recovery.State{},
			api.Recovery{BackIn: api.BackInOff, Level: api.RecoveryNone, Keeps: opts{{Kind: api.RecoveryPassword}, session}, Gone: opts{}, Next: api.RecoverTurnOn},
		},
		{
			"text alone",
			recovery.State{Text: true},
			api.Recovery{BackIn: api.BackInNo, Level: api.RecoveryNone, Keeps: opts{session}, Gone: opts{text}, Next: api.RecoverCode},
		},
		{
			"text and app",
			recovery.State{Text: true, App: true},
			api.Recovery{BackIn: api.BackInNo, Level: api.RecoveryNone, Keeps: opts{session}, Gone: opts{text, app}, Next: api.RecoverCode},
		},
		{
			"app and codes",
			recovery.State{App: true, Codes: []int{4, 5}},
			api.Recovery{BackIn: api.BackInYes, Level: api.RecoveryHalf, Keeps: opts{codes(2, 4), session}, Gone: opts{app}, Next: api.RecoverKey},
		},
		{
			"a code without a copy",
			recovery.State{App: true, Blocked: true},
			api.Recovery{BackIn: api.BackInNo, Level: api.RecoveryNone, Keeps: opts{session}, Gone: opts{app}, Next: api.RecoverReplace},
		},
		{
			"a code from before copies were recorded",
			recovery.State{App: true, Blocked: true, MayHaveCopy: true},
			api.Recovery{BackIn: api.BackInNo, Level: api.RecoveryNone, Keeps: opts{session}, Gone: opts{app}, Next: api.RecoverCopy},
		},
		{
			"two codes with a copy before one without",
			recovery.State{Text: true, Keys: []recovery.Key{{Label: "Blue"}}, Codes: []int{1, 2}, Blocked: true},
			api.Recovery{BackIn: api.BackInYes, Level: api.RecoveryFull, Keeps: opts{key("Blue"), codes(2, 1), session}, Gone: opts{text}, Next: api.RecoverReplace},
		},
		{
			"one key",
			recovery.State{Keys: []recovery.Key{{Label: "Blue"}}},
			api.Recovery{Lost: api.LostKey, BackIn: api.BackInNo, Level: api.RecoveryNone, Keeps: opts{session}, Gone: opts{key("Blue")}, Next: api.RecoverCode},
		},
		{
			"one key and codes",
			recovery.State{Keys: []recovery.Key{{Label: "Blue"}}, Codes: []int{1, 2, 3}},
			api.Recovery{Lost: api.LostKey, BackIn: api.BackInYes, Level: api.RecoveryHalf, Keeps: opts{codes(3, 1), session}, Gone: opts{key("Blue")}, Next: api.RecoverKey},
		},
		{
			"two keys",
			recovery.State{Keys: []recovery.Key{{Label: "Blue"}, {Label: "Red"}}},
			api.Recovery{Lost: api.LostKey, BackIn: api.BackInYes, Level: api.RecoveryHalf, Keeps: opts{anyKeys(1), session}, Gone: opts{anyKeys(1)}, Next: api.RecoverCode},
		},
		{
			"three keys",
			recovery.State{Keys: []recovery.Key{{Label: "Blue"}, {Label: "Red"}, {Label: "Green"}}},
			api.Recovery{Lost: api.LostKey, BackIn: api.BackInYes, Level: api.RecoveryFull, Keeps: opts{anyKeys(2), session}, Gone: opts{anyKeys(1)}, Next: api.RecoverCode},
		},
		{
			"a key and few codes",
			recovery.State{Text: true, Keys: []recovery.Key{{Label: "Blue"}}, Codes: []int{1, 2}},
			api.Recovery{BackIn: api.BackInYes, Level: api.RecoveryFull, Keeps: opts{key("Blue"), codes(2, 1), session}, Gone: opts{text}, Next: api.RecoverMoreCodes},
		},
		{
			"a key and many codes",
			recovery.State{Text: true, Keys: []recovery.Key{{Label: "Blue"}}, Codes: []int{1, 2, 3}},
			api.Recovery{BackIn: api.BackInYes, Level: api.RecoveryFull, Keeps: opts{key("Blue"), codes(3, 1), session}, Gone: opts{text}, Next: api.RecoverCheck},
		},
		{
			"a copied key, classic",
			recovery.State{Text: true, Keys: []recovery.Key{{Label: "Blue", Copied: true}}},
			api.Recovery{BackIn: api.BackInYes, Level: api.RecoveryHalf, Keeps: opts{key("Blue"), session}, Gone: opts{text}, Next: api.RecoverCopied},
		},
		{
			"a copied key, hardened",
			recovery.State{Text: true, Keys: []recovery.Key{{Label: "Blue", Copied: true}}, RefuseCopied: true},
			api.Recovery{BackIn: api.BackInNo, Level: api.RecoveryNone, Keeps: opts{session}, Gone: opts{text}, Next: api.RecoverCopied},
		},
		{
			"of two keys one is copied, hardened",
			recovery.State{Keys: []recovery.Key{{Label: "Blue", Copied: true}, {Label: "Red"}}, RefuseCopied: true},
			api.Recovery{Lost: api.LostKey, BackIn: api.BackInNo, Level: api.RecoveryNone, Keeps: opts{session}, Gone: opts{anyKeys(1)}, Next: api.RecoverCopied},
		},
		{
			"a key of another relying party",
			recovery.State{App: true, Keys: []recovery.Key{{Label: "Blue", Foreign: true}}},
			api.Recovery{BackIn: api.BackInNo, Level: api.RecoveryNone, Keeps: opts{session}, Gone: opts{app}, Next: api.RecoverCode},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.state.Session, tt.state.FewCodes = end, 2
			if tt.want.Lost == "" && tt.want.BackIn != api.BackInOff {
				tt.want.Lost = api.LostPhone
			}
			if got := recovery.Assess(tt.state); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// The counts alone decide the answer and the level: keys plus one for any codes.
func TestAssessCounts(t *testing.T) {
	t.Parallel()
	for keys := range 4 {
		for codes := range 4 {
			s := recovery.State{Text: true, FewCodes: 2}
			for i := range keys {
				s.Keys = append(s.Keys, recovery.Key{Label: fmt.Sprint(i)})
			}
			for i := range codes {
				s.Codes = append(s.Codes, i+1)
			}
			options := keys + min(codes, 1)
			wantIn, wantLevel := api.BackInYes, []api.RecoveryLevel{api.RecoveryNone, api.RecoveryHalf, api.RecoveryFull}[min(options, 2)]
			if options == 0 {
				wantIn = api.BackInNo
			}
			got := recovery.Assess(s)
			if got.BackIn != wantIn || got.Level != wantLevel {
				t.Errorf("%d keys, %d codes: %s, %s; want %s, %s", keys, codes, got.BackIn, got.Level, wantIn, wantLevel)
			}
		}
	}
}
