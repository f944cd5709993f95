package windows

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"text/template"

	"nightlatch/app/packages/release"
)

// upgradeCode is what Windows knows the program by, in every version. It must never change.
const upgradeCode = "{8E8A3C55-6B1F-5D0C-9A54-2F6F0D3B7C11}"

// msi makes the Windows Installer package for all users.
func (b *builder) msi(ctx context.Context) (string, error) {
	sum, err := b.content()
	if err != nil {
		return "", err
	}
	source, err := b.wxs(sum)
	if err != nil {
		return "", err
	}
	file, err := b.write("nightlatch.wxs", source)
	if err != nil {
		return "", err
	}
	out := filepath.Join(b.Out, "nightlatch-"+b.Version+"-x64.msi")
	built := filepath.Join(b.work, filepath.Base(out))
	if err := b.run(ctx, "wixl", "--arch", "x64", "--output", built, file); err != nil {
		return "", err
	}
	if err := b.addTables(ctx, built); err != nil {
		return "", err
	}
	database, err := os.ReadFile(built)
	if err != nil {
		return "", err
	}
	// Another package code than an installed package has is a condition of an upgrade, so
	// it comes from the content.
	if err := setSummary(database, guid("package "+sum), b.Date); err != nil {
		return "", err
	}
	if err := os.WriteFile(built, database, 0o644); err != nil {
		return "", err
	}
	if err := b.Signer.Sign(ctx, built); err != nil {
		return "", err
	}
	return out, move(built, out)
}

// content is a sum of all that is installed.
func (b *builder) content() (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, b.Version)
	for _, file := range b.files {
		f, err := os.Open(filepath.Join(b.tree, filepath.FromSlash(file)))
		if err != nil {
			return "", err
		}
		fmt.Fprintln(h, file)
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// guid is the name-based UUID (RFC 9562, 5.5) of a name of ours.
func guid(name string) string {
	sum := sha1.Sum([]byte("\x8e\x8a\x3c\x55\x6b\x1f\x5d\x0c\x9a\x54\x2f\x6f\x0d\x3b\x7c\x11" + name))
	sum[6], sum[8] = sum[6]&0x0f|0x50, sum[8]&0x3f|0x80
	return strings.ToUpper(fmt.Sprintf("{%x-%x-%x-%x-%x}", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16]))
}

// wxs fills in the template. A component stands for one file and keeps its GUID as long as
// the file keeps its place.
func (b *builder) wxs(sum string) ([]byte, error) {
	t, err := template.ParseFiles(filepath.Join(b.sources, "nightlatch.wxs.tmpl"))
	if err != nil {
		return nil, err
	}
	var components, references strings.Builder
	b.directory(&components, ".", 10)
	for n := range b.files {
		fmt.Fprintf(&references, "      <ComponentRef Id=\"%s\"/>\n", componentID(n))
	}
	var out bytes.Buffer
	err = t.Execute(&out, map[string]string{
		"ProductCode": guid("product " + sum), "UpgradeCode": upgradeCode, "Version": b.Version, "Homepage": release.Homepage,
		"Icon": "pictures/nightlatch.ico", "Components": components.String(), "References": references.String(),
		"SettingsGUID": guid("component settings"), "PathGUID": guid("component path"),
	})
	return out.Bytes(), err
}

func componentID(n int) string { return fmt.Sprintf("C%03d", n) }

// directory writes the files and folders of a folder of the tree.
func (b *builder) directory(w *strings.Builder, dir string, indent int) {
	inner := map[string]bool{}
	for n, file := range b.files {
		if path.Dir(file) == dir {
			fmt.Fprintf(w, "%*s<Component Id=\"%s\" Guid=\"%s\" Win64=\"yes\"><File Id=\"F%03d\" Name=\"%s\" Source=\"%s\" KeyPath=\"yes\"/></Component>\n",
				indent, "", componentID(n), guid("component "+file), n, escape(path.Base(file)), escape("tree/"+file))
			continue
		}
		below, ok := strings.CutPrefix(file, dir+"/")
		if dir == "." {
			below, ok = file, true
		}
		name, _, _ := strings.Cut(below, "/")
		if !ok || inner[name] {
			continue
		}
		inner[name] = true
		fmt.Fprintf(w, "%*s<Directory Id=\"D%03d\" Name=\"%s\">\n", indent, "", n, escape(name))
		b.directory(w, path.Join(dir, name), indent+2)
		fmt.Fprintf(w, "%*s</Directory>\n", indent, "")
	}
}

func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(text)
}

// addTables adds what wixl cannot write: an upgrade that also replaces the same version, and
// the entry of PATH, which belongs to the feature Terminal.
func (b *builder) addTables(ctx context.Context, database string) error {
	const (
		onlyDetect   = 0x2
		minInclusive = 0x100
		maxInclusive = 0x200
	)
	tables := map[string]string{
		"Upgrade": "UpgradeCode\tVersionMin\tVersionMax\tLanguage\tAttributes\tRemove\tActionProperty\n" +
			"s38\tS20\tS20\tS255\ti4\tS255\ts72\n" +
			"Upgrade\tUpgradeCode\tVersionMin\tVersionMax\tLanguage\tAttributes\n" +
			fmt.Sprintf("%s\t0.0.0\t%s\t\t%d\t\tOLDERINSTALLED\n", upgradeCode, b.Version, minInclusive|maxInclusive) +
			fmt.Sprintf("%s\t%s\t\t\t%d\t\tNEWERINSTALLED\n", upgradeCode, b.Version, onlyDetect),
		// "=-*": set in the environment of the computer, and remove with the component.
		// "[~];" keeps what is there.
		"Environment": "Environment\tName\tValue\tComponent_\n" +
			"s72\tl255\tL255\ts72\n" +
			"Environment\tEnvironment\n" +
			"Path\t=-*PATH\t[~];[INSTALLDIR]\tPath\n",
	}
	for _, name := range []string{"Upgrade", "Environment"} {
		file, err := b.write(name+".idt", []byte(strings.ReplaceAll(tables[name], "\n", "\r\n")))
		if err != nil {
			return err
		}
		if err := b.run(ctx, "msibuild", database, "-i", file); err != nil {
			return err
		}
	}
	return b.run(ctx, "msibuild", database, "-q",
		"INSERT INTO `InstallExecuteSequence` (`Action`, `Sequence`) VALUES ('RemoveEnvironmentStrings', 3300)",
		"INSERT INTO `InstallExecuteSequence` (`Action`, `Sequence`) VALUES ('WriteEnvironmentStrings', 5200)",
		// An administrator's settings reach the part of the installation that has the rights.
		"UPDATE `Property` SET `Value` = 'INSTALLDIR;NEWERINSTALLED;OLDERINSTALLED' WHERE `Property` = 'SecureCustomProperties'")
}
