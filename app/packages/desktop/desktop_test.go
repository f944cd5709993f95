package desktop

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"nightlatch/app/packages/release"
	"nightlatch/assets"
)

const root = "../../.."

func staged(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := Stage(t.Context(), root, dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// The programs that check such files find nothing. What needs a network is left out: whether
// the homepage and the pictures can be reached.
func TestFilesAreValid(t *testing.T) {
	t.Parallel()
	dir := staged(t)
	for _, command := range [][]string{
		{"desktop-file-validate", "--warn-kde", dir + "/usr/share/applications/" + release.ID + ".desktop"},
		{"appstreamcli", "validate", "--no-net", "--pedantic", "--explain", dir + "/usr/share/metainfo/" + release.ID + ".metainfo.xml"},
		{"appstreamcli", "validate-tree", "--no-net", dir},
	} {
		out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput()
		if err != nil || bytes.Contains(out, []byte("W: ")) || bytes.Contains(out, []byte("hint: ")) {
			t.Errorf("%s: %v\n%s", strings.Join(command[:2], " "), err, out)
		}
	}
}

// Each icon has the size of its directory, and the entry names it.
func TestIcons(t *testing.T) {
	t.Parallel()
	dir := staged(t)
	for _, edge := range assets.AppIconSizes() {
		f, err := os.Open(fmt.Sprintf("%s/usr/share/icons/hicolor/%dx%d/apps/%s.png", dir, edge, edge, release.ID))
		if err != nil {
			t.Fatal(err)
		}
		c, _, err := image.DecodeConfig(f)
		f.Close()
		if err != nil || c.Width != edge || c.Height != edge {
			t.Errorf("%d: %d x %d: %v", edge, c.Width, c.Height, err)
		}
	}
	for _, name := range []string{"scalable/apps/" + release.ID + ".svg", "symbolic/apps/" + release.ID + "-symbolic.svg"} {
		if b, err := os.ReadFile(filepath.Join(dir, "usr/share/icons/hicolor", name)); err != nil || !bytes.Contains(b, []byte("<svg")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every language has its lines, by the names that desktop entries use.
func TestLanguages(t *testing.T) {
	t.Parallel()
	e, err := newEntry(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	if e.texts["pt-BR"], err = assets.New(assets.PseudoLong); err != nil {
		t.Fatal(err)
	}
	e.order = []string{"en", "pt-BR"}
	lines := strings.Split(e.Texts("Name", "desktop.lab"), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "Name=") || !strings.HasPrefix(lines[1], "Name[pt_BR]=") {
		t.Errorf("%q", lines)
	}
	if got := e.Elements(2, "p", "desktop.lab"); strings.Count(got, "\n") != 2 || !strings.Contains(got, `  <p xml:lang="pt-BR">`) {
		t.Errorf("%q", got)
	}
	for tag, want := range map[string]string{"de": "de", "pt-BR": "pt_BR", "zh-Hant": "zh_TW"} {
		if got := posix(tag); got != want {
			t.Errorf("%s: %s", tag, got)
		}
	}
}
