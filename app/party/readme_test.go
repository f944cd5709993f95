package party

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// repository is the root of the repository.
const repository = "../.."

// codeBlocks returns the code blocks of a language in a Markdown file.
func codeBlocks(t *testing.T, page, kind string) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(repository, page))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)\n```"+kind+"\n(.*?)```\n").FindAllSubmatch(b, -1)
	if found == nil {
		t.Fatalf("%s has no code block of %s", page, kind)
	}
	var all []string
	for _, block := range found {
		all = append(all, string(block[1]))
	}
	return all
}

// The commands for client developers in README.md and docs/api.md work when they are pasted
// into a shell.
func TestREADMERunsWhenPasted(t *testing.T) {
	dir := t.TempDir()
	docs, err := filepath.Abs(filepath.Join(repository, "docs"))
	if err != nil {
		t.Fatal(err)
	}
	program, err := filepath.Abs(built.plain)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "build"), 0o700); err != nil {
		t.Fatal(err)
	}
	for target, name := range map[string]string{docs: "docs", program: "build/nightlatch"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	// Wait for the server to end at the end of the script.
	const end = "kill $!\n"
	block, ends := strings.CutSuffix(codeBlocks(t, "README.md", "sh")[0], end)
	if !ends {
		t.Fatalf("README does not end the server that it starts: %s", block)
	}
	script := "cd " + dir + " && export TMPDIR=" + dir + "\n" + block + strings.Join(codeBlocks(t, "docs/api.md", "sh"), "") + end + "wait $!\n"
	got := run(t, nil, script, "bash", "-e", "-u")
	for _, want := range []string{`"type":"enter-code","channel":"text"`, `"username":"ada"`, `"two_factor":true`, `{"now":"`, "enrolled as Blue\n", `"lost":true`} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("no %s in the answers", want)
		}
	}
	if got.status != 0 || strings.Contains(got.stdout, `"type":"about:blank"`) || strings.Contains(got.stdout, `"refusal":{`) {
		t.Errorf("%+v", got)
	}
}

// docs/accounts.json must be the example in docs/seed.md.
func TestSeedFileIsTheOneInTheDocs(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(repository, "docs", "accounts.json"))
	if err != nil {
		t.Fatal(err)
	}
	if codeBlocks(t, "docs/seed.md", "json")[0] != string(b) {
		t.Error("docs/seed.md and docs/accounts.json are not the same")
	}
}

// docs/api.md must have every flag of serve.
func TestAPIPageHasEveryFlag(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(repository, "docs", "api.md"))
	if err != nil {
		t.Fatal(err)
	}
	help := run(t, nil, "", built.plain, "serve", "-h")
	flags := regexp.MustCompile(`(?m)^  -([a-z-]+)`).FindAllStringSubmatch(help.stdout, -1)
	if len(flags) < 5 {
		t.Fatalf("%+v", help)
	}
	for _, f := range flags {
		if !strings.Contains(string(page), "`--"+f[1]) {
			t.Errorf("docs/api.md does not have --%s", f[1])
		}
	}
}
