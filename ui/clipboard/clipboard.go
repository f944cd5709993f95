// Package clipboard takes secrets off the clipboard of the desktop again.
//
// Other programs can read the clipboard, and the person forgets what is on it. A secret
// stays there for a minute, or until the program ends. What somebody copied meanwhile is
// left alone.
package clipboard

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"time"
)

// Stay is how long a secret stays on the clipboard.
const Stay = time.Minute

// A Board is the clipboard of the desktop. fyne.Clipboard is one.
type Board interface {
	Content() string
	SetContent(text string)
}

// An Owner tells whose text is on the clipboard without reading it. A program that has
// stopped answering blocks whoever reads a text of its.
type Owner interface {
	// Note is called after this program has put a text on the clipboard.
	Note()
	// Ours reports whether no other program has put a text there since. It is true if
	// the system can't tell.
	Ours() bool
}

// A Keeper puts texts on the clipboard. It keeps a keyed hash of a secret, not the secret.
// Its methods are called on one goroutine.
type Keeper struct {
	board Board
	owner Owner
	now   func() time.Time
	key   []byte
	sum   []byte // of the secret; nil while none of ours is on the clipboard
	until time.Time
}

// New returns a keeper. now is this computer's clock.
func New(board Board, owner Owner, now func() time.Time) *Keeper {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails
	return &Keeper{board: board, owner: owner, now: now, key: key}
}

// Copy puts a text on the clipboard that may stay there.
func (k *Keeper) Copy(text string) {
	k.board.SetContent(text)
	k.sum, k.until = nil, time.Time{}
}

// CopySecret puts a text on the clipboard that is to be cleared after Stay.
func (k *Keeper) CopySecret(text string) {
	k.board.SetContent(text)
	k.owner.Note()
	k.sum, k.until = k.hash(text), k.now().Add(Stay)
}

// Until returns when the secret on the clipboard will be cleared. It is zero if there is
// none, or another text is there meanwhile.
func (k *Keeper) Until() time.Time {
	if !k.holds() {
		k.sum, k.until = nil, time.Time{}
	}
	return k.until
}

// Check clears the secret if its time is over. It reports whether one is still there. The
// caller calls it once a second.
func (k *Keeper) Check() bool {
	switch until := k.Until(); {
	case until.IsZero():
		return false
	case k.now().Before(until) && k.now().After(until.Add(-Stay-time.Second)): // a clock that was set back ends it too
		return true
	}
	k.Clear()
	return false
}

// Clear takes the secret off the clipboard. It does nothing to a text of somebody else.
func (k *Keeper) Clear() {
	if k.holds() {
		k.board.SetContent("")
	}
	k.sum, k.until = nil, time.Time{}
}

// holds reports whether the secret is still on the clipboard.
func (k *Keeper) holds() bool {
	return k.sum != nil && k.owner.Ours() && hmac.Equal(k.hash(k.board.Content()), k.sum)
}

func (k *Keeper) hash(text string) []byte {
	h := hmac.New(sha256.New, k.key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
