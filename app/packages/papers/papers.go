// Package papers makes the documents of a package: licences, changelogs, and what differs
// from the program's own documents on Debian.
package papers

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nightlatch/app/packages/licenses"
	"nightlatch/app/packages/manpages"
	"nightlatch/app/packages/release"
)

// A Package is a package that gets documents.
type Package struct {
	Name    string // of the package: nightlatch, nightlatch-server
	Version string // of the Debian package: that of the program, with -1 and so on if there is a revision
	Readme  string // its README.Debian, below assets/packaging; "" for none
}

// width of a line of a changelog, as Debian's tools expect it.
const width = 78

// Stage writes the documents into a directory that has the layout of the root of a system.
// root is the directory of the source, and b the program in the package.
func Stage(ctx context.Context, root, stage string, p Package, b *licenses.Build) error {
	releases, err := release.Read(ctx, root)
	if err != nil {
		return err
	}
	changes, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return err
	}
	copyright, err := b.Debian(root)
	if err != nil {
		return err
	}
	dir := filepath.Join(stage, "usr/share/doc", p.Name)
	files := map[string][]byte{"copyright": copyright}
	packed := map[string][]byte{licenses.FileName: b.ThirdParty()}
	if strings.Contains(p.Version, "-") {
		packed["changelog"], packed["changelog.Debian"] = changes, Debian(p, releases)
	} else { // a package without a revision has one changelog
		packed["changelog"], packed["NEWS"] = Debian(p, releases), changes
	}
	if p.Readme != "" {
		if files["README.Debian"], err = os.ReadFile(filepath.Join(root, "assets/packaging", p.Readme)); err != nil {
			return err
		}
	}
	for name, body := range packed {
		if files[name+".gz"], err = manpages.Compress(body); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, body := range files {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Debian returns the changelog in Debian's format: the first words of each change.
func Debian(p Package, releases []release.Release) []byte {
	var out strings.Builder
	for i, r := range releases {
		version := r.Version
		if i == 0 {
			version = p.Version
		} else {
			out.WriteString("\n")
		}
		fmt.Fprintf(&out, "%s (%s) stable; urgency=medium\n", p.Name, version)
		for _, s := range r.Changes {
			fmt.Fprintf(&out, "\n  [ %s ]\n", s.Heading)
			for _, item := range s.Items {
				out.WriteString(listed(release.Short(item)))
			}
		}
		fmt.Fprintf(&out, "\n -- %s  %s\n", release.Maintainer, r.Date.UTC().Format(time.RFC1123Z))
	}
	return []byte(out.String())
}

// listed returns a change as an item of a list.
func listed(text string) string {
	var out strings.Builder
	line := "  *"
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > width && strings.TrimSpace(line) != "*" {
			out.WriteString(line + "\n")
			line = "   "
		}
		line += " " + word
	}
	return out.String() + line + "\n"
}
