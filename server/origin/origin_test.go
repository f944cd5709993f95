package origin

import "testing"

func TestEquivalentSpellings(t *testing.T) {
	t.Parallel()
	for want, spellings := range map[string][]string{
		"http://localhost":          {"http://localhost", "http://localhost:80", "http://localhost:", "HTTP://LocalHost:80/"},
		"http://localhost:8440":     {"http://localhost:8440", "http://LOCALHOST:8440/"},
		"http://localhost:443":      {"http://localhost:443"},
		"https://example.org":       {"https://example.org", "https://Example.ORG:443"},
		"https://example.org:80":    {"https://example.org:80"},
		"http://127.0.0.1":          {"http://127.0.0.1:80", "http://127.0.0.1"},
		"http://[::1]":              {"http://[::1]", "http://[::1]:80", "http://[0:0:0:0:0:0:0:1]", "http://[0000:0::0001]:80/"},
		"http://[::1]:8440":         {"http://[::1]:8440", "http://[0:0:0:0:0:0:0:1]:8440"},
		"https://[2001:db8::a]:444": {"https://[2001:DB8:0::A]:444"},
	} {
		for _, s := range spellings {
			if got, err := Parse(s); got != want || err != nil {
				t.Errorf("%s is %q, %v; want %s", s, got, err, want)
			}
		}
	}
}

func TestOtherTexts(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "localhost", "localhost:80", "ftp://localhost", "http://", "http:///", "http://:80", "http://user@localhost", "http://localhost/path",
		"http://localhost?x", "http://localhost#x", "http://localhost:0x50", "http://localhost:080", "http://localhost:70000", "http://localhost:80:80",
		"http://[::1", "http://[::1]x", "http://[::1%25lo]", "http://[::ffff:127.0.0.1]", "http://[127.0.0.1]", "http://::1", "http://local host",
		"http://localhost.", "http://localhost.:80", "https://example.org./", "http://localhost..", "http://.localhost", "http://.", "http://lоcalhost", "http://localhost%00", "javascript:alert(1)", "null",
	} {
		if got, err := Parse(s); err == nil {
			t.Errorf("%q is %q", s, got)
		}
	}
	for _, s := range []string{"localhost, evil.example", "localhost ", "user@localhost", "localhost\x00", "evil.example/localhost"} {
		if got, err := Join("http", s); err == nil {
			t.Errorf("Host %q is %q", s, got)
		}
	}
}

func TestHost(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"http://localhost:8440": "localhost", "https://[::1]": "::1", "https://[::1]:1": "::1", "http://127.0.0.1": "127.0.0.1"} {
		if got := Host(s); got != want {
			t.Errorf("%s: %q", s, got)
		}
	}
}

// Normalising a normal form does not change it.
func FuzzJoin(f *testing.F) {
	f.Add("LOCALHOST.:80")
	f.Add("[0:0::1]:443")
	f.Fuzz(func(t *testing.T, authority string) {
		got, err := Join("http", authority)
		if err != nil {
			return
		}
		if again, err := Parse(got); again != got || err != nil {
			t.Errorf("%q is %q, which is %q, %v", authority, got, again, err)
		}
	})
}
