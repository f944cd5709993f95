package windows

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The environment variables that name a certificate. Each is the path of a file, so that no
// secret is in the environment or in a list of arguments.
const (
	certVariable      = "NIGHTLATCH_SIGN_CERT"          // PEM, with its chain
	keyVariable       = "NIGHTLATCH_SIGN_KEY"           // PEM
	pkcs12Variable    = "NIGHTLATCH_SIGN_PKCS12"        // instead of the two
	passwordVariable  = "NIGHTLATCH_SIGN_PASSWORD_FILE" // of the key, if it has one
	timestampVariable = "NIGHTLATCH_SIGN_TIMESTAMP"     // the address of a time-stamp authority
)

// Unsigned is what a build without a certificate says.
const Unsigned = "No certificate was given, so the programs and the installers for Windows are unsigned, and Windows warns before it runs them. Name one with " +
	certVariable + " and " + keyVariable + ", or with " + pkcs12Variable + "."

// A Signer signs programs and Windows Installer packages with a certificate. A nil Signer
// leaves them as they are.
type Signer struct {
	Cert, Key string // PEM files
	PKCS12    string // a file with both
	Password  string // a file with the password of the key; may be empty
	Timestamp string // the address of an RFC 3161 authority; may be empty: then a signature ends with its certificate
	Date      time.Time
}

// SignerOf reads the environment. It returns nil if no certificate is given.
func SignerOf(getenv func(string) string, date time.Time) (*Signer, error) {
	s := &Signer{
		Cert: getenv(certVariable), Key: getenv(keyVariable), PKCS12: getenv(pkcs12Variable),
		Password: getenv(passwordVariable), Timestamp: getenv(timestampVariable), Date: date,
	}
	switch {
	case s.Cert == "" && s.Key == "" && s.PKCS12 == "":
		return nil, nil
	case s.PKCS12 != "" && (s.Cert != "" || s.Key != ""):
		return nil, fmt.Errorf("windows: give either %s, or %s and %s", pkcs12Variable, certVariable, keyVariable)
	case s.PKCS12 == "" && (s.Cert == "" || s.Key == ""):
		return nil, fmt.Errorf("windows: %s and %s are needed together", certVariable, keyVariable)
	}
	for variable, file := range map[string]*string{certVariable: &s.Cert, keyVariable: &s.Key, pkcs12Variable: &s.PKCS12, passwordVariable: &s.Password} {
		if *file == "" {
			continue
		}
		abs, err := filepath.Abs(*file) // tools run in other directories
		if err == nil {
			_, err = os.Stat(abs)
		}
		if err != nil {
			return nil, fmt.Errorf("windows: %s: %w", variable, err)
		}
		*file = abs
	}
	return s, nil
}

// args are the arguments of osslsigncode, without the files. The signing time is the date
// of the source: without an authority nobody vouches for another one, and two builds with
// one RSA key are equal.
func (s *Signer) args() []string {
	args := []string{"sign", "-h", "sha256", "-n", "Nightlatch", "-i", "https://nightlatch.org", "-time", strconv.FormatInt(s.Date.Unix(), 10)}
	if s.PKCS12 != "" {
		args = append(args, "-pkcs12", s.PKCS12)
	} else {
		args = append(args, "-certs", s.Cert, "-key", s.Key)
	}
	if s.Password != "" {
		args = append(args, "-readpass", s.Password)
	}
	if s.Timestamp != "" {
		args = append(args, "-ts", s.Timestamp)
	}
	return args
}

// Sign replaces a file by its signed form.
func (s *Signer) Sign(ctx context.Context, file string) error {
	if s == nil {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, toolTime)
	defer stop()
	signed := file + ".signed"
	cmd := exec.CommandContext(ctx, "osslsigncode", append(s.args(), "-in", file, "-out", signed)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return errors.Join(fmt.Errorf("windows: osslsigncode could not sign %s: %w\n%s", filepath.Base(file), err, out), os.RemoveAll(signed))
	}
	return os.Rename(signed, file)
}

// command is the shell command that does what Sign does.
func (s *Signer) command(file string) string {
	words := []string{"osslsigncode"}
	for _, arg := range s.args() {
		words = append(words, quote(arg))
	}
	return fmt.Sprintf("%s -in '%s' -out '%s.signed' >/dev/null && mv '%s.signed' '%s'", strings.Join(words, " "), file, file, file, file)
}

// quote returns a word for the shell.
func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// move moves a file, also to another file system.
func move(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Close())
	}
	return errors.Join(out.Close(), os.Remove(from))
}
