package backup

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
)

// PassphraseMin is the minimum length of a passphrase in characters. Anyone who gets the file
// can try passphrases without a limit.
const PassphraseMin = 12

// A Lock encrypts a backup, and an Opener decrypts it. Neither is ever printed.
type (
	Lock   struct{ recipient age.Recipient }
	Opener struct {
		identity   age.Identity
		passphrase bool
	}
)

// ErrPassphrase reports a passphrase that is too short.
var ErrPassphrase = fmt.Errorf("backup: a passphrase needs at least %d characters", PassphraseMin)

// Passphrase returns the Lock and the Opener of a passphrase.
func Passphrase(text string) (Lock, Opener, error) {
	if len([]rune(text)) < PassphraseMin {
		return Lock{}, Opener{}, ErrPassphrase
	}
	lock, err := age.NewScryptRecipient(text)
	if err != nil {
		return Lock{}, Opener{}, fmt.Errorf("backup: passphrase: %w", err)
	}
	opener, err := OpenerFor(text)
	return Lock{lock}, opener, err
}

// NewRecoveryKey makes a recovery key. It is shown once, to be printed.
func NewRecoveryKey() (text string, lock Lock, opener Opener, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", Lock{}, Opener{}, fmt.Errorf("backup: recovery key: %w", err)
	}
	return id.String(), Lock{id.Recipient()}, Opener{identity: id}, nil
}

// Recipient returns the public half of a lock that was made with a recovery key:
// "age1…". It is no secret.
func (l Lock) Recipient() string {
	if r, ok := l.recipient.(fmt.Stringer); ok {
		return r.String()
	}
	return ""
}

// ParseRecipient reads the public half of a recovery key.
func ParseRecipient(text string) (Lock, error) {
	text = strings.TrimSpace(text)
	r, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil || len(r) != 1 {
		// The error could quote the text, which may be the secret half by mistake.
		return Lock{}, errors.New("backup: not a recipient (age1…)")
	}
	return Lock{r[0]}, nil
}

// recoveryPrefix begins every recovery key, in any case.
const recoveryPrefix = "AGE-SECRET-KEY-"

// IsRecoveryKey reports whether a text is meant as a recovery key.
func IsRecoveryKey(text string) bool {
	return strings.HasPrefix(strings.ToUpper(strings.TrimSpace(text)), recoveryPrefix)
}

// IsRemark reports a line of a key file that is neither a recovery key nor a passphrase:
// age-keygen writes when the key was made, and its public half.
func IsRemark(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || strings.HasPrefix(line, "# created: ") || strings.HasPrefix(line, "# public key: ")
}

// maxWork is the largest accepted work factor of a passphrase. It takes 1 GiB and some seconds;
// age writes 18. The factor is in the file, so a changed file could make the program use any
// amount of memory.
const maxWork = 20

// OpenerFor reads a recovery key or a passphrase. A recovery key that was typed from paper
// may have spaces in it.
func OpenerFor(text string) (Opener, error) {
	if IsRecoveryKey(text) {
		id, err := age.ParseIdentities(strings.NewReader(strings.ToUpper(strings.Join(strings.Fields(text), ""))))
		if err != nil || len(id) != 1 {
			return Opener{}, fmt.Errorf("%w: it is not a recovery key, or has a typing mistake", ErrWrongKey)
		}
		return Opener{identity: id[0]}, nil
	}
	id, err := age.NewScryptIdentity(text)
	if err != nil {
		return Opener{}, fmt.Errorf("backup: passphrase: %w", err)
	}
	id.SetMaxWorkFactor(maxWork)
	return Opener{identity: id, passphrase: true}, nil
}

// Encrypt returns a writer of an encrypted backup. remembered opens the written file, so that
// the writer can check it. It exists in memory only.
func Encrypt(w io.Writer, lock Lock) (out io.WriteCloser, remembered Opener, err error) {
	var file remembering
	file.Recipient = lock.recipient
	out, err = age.Encrypt(w, &file)
	if err != nil {
		return nil, Opener{}, fmt.Errorf("backup: encrypt: %w", err)
	}
	return out, Opener{identity: age.NewInjectedFileKeyIdentity(file.key)}, nil
}

// A remembering recipient keeps the file's key.
type remembering struct {
	age.Recipient
	key []byte
}

func (r *remembering) Wrap(key []byte) ([]*age.Stanza, error) {
	r.key = append([]byte(nil), key...)
	return r.Recipient.Wrap(key)
}

// WrapWithLabels passes on the labels that keep recipients from being mixed
// (age.RecipientWithLabels).
func (r *remembering) WrapWithLabels(key []byte) ([]*age.Stanza, []string, error) {
	labelled, ok := r.Recipient.(age.RecipientWithLabels)
	if !ok {
		s, err := r.Wrap(key)
		return s, nil, err
	}
	r.key = append([]byte(nil), key...)
	return labelled.WrapWithLabels(key)
}

// Decrypt returns the parts of an encrypted backup, for Read. Errors: ErrNotBackup,
// ErrWrongKey, ErrOtherKind.
func Decrypt(r io.Reader, opener Opener) (io.Reader, error) {
	parts, err := age.Decrypt(r, opener.identity)
	var none *age.NoIdentityMatchError
	switch {
	case err == nil:
		return parts, nil
	case errors.As(err, &none):
		for _, kind := range none.StanzaTypes {
			if (kind == "scrypt") != opener.passphrase {
				return nil, ErrOtherKind
			}
		}
		return nil, ErrWrongKey
	}
	return nil, damaged(err)
}
