package seal

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
)

func keys(b byte) *Sealer { return New([32]byte{b}) }

func TestSealOpens(t *testing.T) {
	t.Parallel()
	k := keys(1)
	for _, plain := range []string{"", "x", "JBSWY3DPEHPK3PXP", string(make([]byte, 60_000))} {
		sealed := k.Seal("acct/a/authn/app", []byte(plain))
		got, err := k.Open("acct/a/authn/app", sealed)
		if err != nil || string(got) != plain {
			t.Errorf("%d bytes came back as %d, %v", len(plain), len(got), err)
		}
		if len(plain) > 8 && bytes.Contains(sealed, []byte(plain)) {
			t.Error("the plaintext is readable")
		}
		if again := k.Seal("acct/a/authn/app", []byte(plain)); bytes.Equal(again, sealed) {
			t.Error("the same bytes twice")
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	k := keys(1)
	sealed := k.Seal("name", []byte("secret"))
	for name, try := range map[string]func() ([]byte, error){
		"another name":   func() ([]byte, error) { return k.Open("nam", sealed) },
		"another master": func() ([]byte, error) { return keys(2).Open("name", sealed) },
		"nothing":        func() ([]byte, error) { return k.Open("name", nil) },
		"cut off":        func() ([]byte, error) { return k.Open("name", sealed[:len(sealed)-1]) },
		"longer":         func() ([]byte, error) { return k.Open("name", append(bytes.Clone(sealed), 0)) },
	} {
		if got, err := try(); !errors.Is(err, ErrSealed) || got != nil {
			t.Errorf("%s: %q, %v; want ErrSealed", name, got, err)
		}
	}
	for i := range sealed {
		bent := bytes.Clone(sealed)
		bent[i] ^= 1
		if _, err := k.Open("name", bent); !errors.Is(err, ErrSealed) {
			t.Errorf("byte %d changed: %v, want ErrSealed", i, err)
		}
	}
}

// TestSealedFormIsStable opens a value that an earlier program sealed.
func TestSealedFormIsStable(t *testing.T) {
	t.Parallel()
	sealed, err := hex.DecodeString(stable)
	if err != nil {
		t.Fatal(err)
	}
	got, err := keys(7).Open("acct/a/authn/app", sealed)
	if err != nil || string(got) != "JBSWY3DPEHPK3PXP" {
		t.Errorf("got %q, %v", got, err)
	}
	if sum := keys(7).MAC("session", "token"); hex.EncodeToString(sum[:]) != stableMAC {
		t.Errorf("the MAC is %x", sum)
	}
}

func TestMACSeparatesParts(t *testing.T) {
	t.Parallel()
	k := keys(1)
	seen := make(map[[32]byte]int)
	for i, sum := range [][32]byte{
		k.MAC("d"), k.MAC("d", ""), k.MAC("d", "", ""), k.MAC("d", "ab"), k.MAC("d", "a", "b"), k.MAC("da", "b"),
		k.MAC("d", "b", "a"), k.MAC("d\x00ab"), keys(2).MAC("d", "ab"),
	} {
		if other, dup := seen[sum]; dup {
			t.Errorf("%d and %d are the same", other, i)
		}
		seen[sum] = i
	}
	if again := keys(1); k.MAC("d", "a", "b") != again.MAC("d", "a", "b") {
		t.Error("the same parts differ")
	}
}

func FuzzOpen(f *testing.F) {
	k := keys(1)
	f.Add("name", k.Seal("name", []byte("secret")))
	f.Add("", []byte{version})
	f.Fuzz(func(t *testing.T, name string, sealed []byte) {
		plain, err := k.Open(name, sealed)
		if err == nil && (name != "name" || string(plain) != "secret") {
			t.Errorf("a forged value opened as %q", plain)
		}
		if err != nil && !errors.Is(err, ErrSealed) {
			t.Errorf("got %v, want ErrSealed", err)
		}
	})
}

func BenchmarkMAC(b *testing.B) {
	k := keys(1)
	b.ReportAllocs()
	for b.Loop() {
		k.MAC("session", "nls_0123456789012345678901234567890123456789012")
	}
}

func BenchmarkSeal(b *testing.B) {
	k := keys(1)
	for b.Loop() {
		k.Seal("name", make([]byte, 32))
	}
}
