package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// No flag takes a secret, because other users of a computer can read command lines. Flags
// name the source of a secret.
func TestNoFlagTakesASecret(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{ // none of these is a secret
		"recovery-key": true, // a boolean: the key is made and printed
		"key-path":     true, // of a security key
		"keep-mail":    true,
		"session":      true, // refused
	}
	secret := regexp.MustCompile(`password|passphrase|pin\b|token|session|secret|code|key|credential`)
	flags := regexp.MustCompile(`\b(?:\w*Var|String|Bool|Int|Duration|Func)\((?:f, )?(?:\(\*\w+\))?(?:\(?&?[\w.]+\)?, )?"([a-z][a-z-]*)", `)
	n := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range flags.FindAllSubmatch(src, -1) {
			n++
			name := string(m[1])
			if secret.MatchString(name) && !strings.HasSuffix(name, "-from") && !strings.HasSuffix(name, "-file") && !known[name] {
				t.Errorf("%s: --%s takes a secret from the command line", file, name)
			}
		}
	}
	if n < 20 {
		t.Errorf("found only %d flags", n)
	}
}

// A user name and password in --server are refused, because command lines are readable. The
// refusal does not repeat them.
func TestServerURLHasNoPassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://ann:hunter22@localhost:8440", "https://ann:hunter22@example.org", "http://hunter22@localhost", "http://localhost:8440/?token=hunter22", "ann:hunter22@nowhere", "http://[hunter22"} {
		if _, _, err := checkServer(url); err == nil || strings.Contains(err.Error(), "hunter22") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
