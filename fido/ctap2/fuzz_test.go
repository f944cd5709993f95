package ctap2_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"testing"

	"nightlatch/fido"
	"nightlatch/fido/ctap2"
	"nightlatch/fido/ctap2/wire"
	"nightlatch/fido/ctaphid"
	"nightlatch/fido/fidotest"
	"nightlatch/fido/nfc/apdu"
	"nightlatch/fido/softkey"
)

// A hostile authenticator answers with the given bytes, one part per command, and the last
// part again and again.
type hostile struct{ parts [][]byte }

func (h *hostile) next() []byte {
	part := h.parts[0]
	if len(h.parts) > 1 {
		h.parts = h.parts[1:]
	}
	return part
}

func (h *hostile) CBOR(context.Context, []byte, func(ctaphid.Status)) ([]byte, error) {
	return h.next(), nil
}

func (h *hostile) Msg(context.Context, []byte) ([]byte, error) { return h.next(), nil }

// split separates the parts, each of which follows its length in two bytes.
func split(raw []byte) [][]byte {
	var parts [][]byte
	for len(raw) >= 2 {
		n := min(int(raw[0])<<8|int(raw[1]), len(raw)-2)
		parts, raw = append(parts, raw[2:2+n]), raw[2+n:]
	}
	return append(parts, nil)
}

func join(parts ...[]byte) []byte {
	var raw []byte
	for _, p := range parts {
		raw = append(raw, byte(len(p)>>8), byte(len(p)))
		raw = append(raw, p...)
	}
	return raw
}

// calls are all calls of a key.
func calls(ctx context.Context) []func(fido.Key) error {
	hash := sha256.Sum256(nil)
	make := fido.CredentialRequest{ClientDataHash: hash[:], RPID: "localhost", UserID: []byte{1}, UserName: "a", Algorithm: fido.ES256}
	verified := make
	verified.PIN = "123456"
	get := fido.AssertionRequest{ClientDataHash: hash[:], RPID: "localhost", CredentialIDs: [][]byte{{1, 2}}}
	return []func(fido.Key) error{
		func(k fido.Key) error { _, err := k.Info(ctx); return err },
		func(k fido.Key) error { _, err := k.PINTries(ctx); return err },
		func(k fido.Key) error { _, err := k.MakeCredential(ctx, make); return err },
		func(k fido.Key) error { _, err := k.MakeCredential(ctx, verified); return err },
		func(k fido.Key) error { _, err := k.Assert(ctx, get); return err },
		func(k fido.Key) error { return k.SetPIN(ctx, "123456", "654321") },
		func(k fido.Key) error { _, err := k.Credentials(ctx, "123456"); return err },
		func(k fido.Key) error { return k.DeleteCredential(ctx, []byte{1}, "123456") },
		func(k fido.Key) error { return k.Reset(ctx) },
		func(k fido.Key) error { return k.Select(ctx) },
	}
}

// A hostile authenticator makes no call panic or last for ever, whatever it answers.
func FuzzAnswers(f *testing.F) {
	honest := &answers{Key: fidotest.AutoTouchKey(f, softkey.Config{})}
	if err := honest.SetPIN("123456"); err != nil {
		f.Fatal(err)
	}
	for i, call := range calls(f.Context()) {
		k, err := ctap2.New(ctap2.Config{Backend: honest})
		if err != nil {
			f.Fatal(err)
		}
		_ = call(k)
		f.Add(byte(i), false, join(honest.all...))
		honest.all = nil
	}
	registration := append([]byte{5, 4}, bytes.Repeat([]byte{1}, 64)...)
	registration = append(registration, 2, 7, 7, 0x30, 0, 1, 2, 3, 0x90, 0)
	f.Add(byte(2), true, join(registration))
	f.Add(byte(4), true, join([]byte{0x69, 0x85}, []byte{1, 0, 0, 0, 9, 1, 2, 0x90, 0}))
	f.Add(byte(9), true, join(apdu.Response{Status: apdu.WrongData}.Bytes()))
	f.Fuzz(func(t *testing.T, call byte, u2f bool, raw []byte) {
		ctx, stop := context.WithCancel(t.Context())
		k, err := ctap2.New(ctap2.Config{Backend: &waiting{hostile{split(raw)}, 50, stop}, U2F: u2f})
		if err != nil {
			t.Fatal(err)
		}
		all := calls(ctx)
		_ = all[int(call)%len(all)](k)
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
}

// waiting ends the call after a number of commands, as a user does who gives up: a U2F key
// may answer "not touched yet" for ever.
type waiting struct {
	hostile
	left int
	stop context.CancelFunc
}

func (w *waiting) Msg(ctx context.Context, raw []byte) ([]byte, error) {
	answer, err := w.hostile.Msg(ctx, raw)
	if r, parsed := apdu.ParseResponse(answer); parsed == nil && r.Status == apdu.NotAllowed {
		w.left = min(w.left, 1)
	}
	if w.left--; w.left < 0 {
		w.stop()
	}
	return answer, err
}

// answers records a key's answers.
type answers struct {
	*softkey.Key
	all [][]byte
}

func (a *answers) CBOR(ctx context.Context, request []byte, status func(ctaphid.Status)) ([]byte, error) {
	answer, err := a.Key.CBOR(ctx, request, status)
	a.all = append(a.all, answer)
	return answer, err
}

// A key that claims to list more credentials than any key can store is refused.
func TestEndlessList(t *testing.T) {
	t.Parallel()
	k := fidotest.AutoTouchKey(t, softkey.Config{})
	if err := k.SetPIN("123456"); err != nil {
		t.Fatal(err)
	}
	for name, total := range map[string]any{"more than fit": 1 << 20, "none": 0} {
		liar := &liar{Key: k, total: total}
		key, err := ctap2.New(ctap2.Config{Backend: liar})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := key.Credentials(t.Context(), "123456"); !errors.Is(err, fido.ErrAnswer) || liar.asked > 2 {
			t.Errorf("%s: %v after %d commands", name, err, liar.asked)
		}
	}
}

// A liar claims to have credentials of so many relying parties.
type liar struct {
	*softkey.Key
	total any
	asked int
}

func (l *liar) CBOR(ctx context.Context, request []byte, status func(ctaphid.Status)) ([]byte, error) {
	if request[0] != wire.CredMgmt {
		return l.Key.CBOR(ctx, request, status)
	}
	l.asked++
	answer, err := wire.Encode(map[int]any{1: 1, 2: 1, 5: l.total, 9: l.total})
	return append([]byte{0}, answer...), err
}
