// Package licenses finds what a built program contains, and under which licences: the
// modules of its build information with their texts from the module cache, C code and fonts
// in them, Go's own library, and tables that were derived from the work of others.
//
// A module without a text, or with a licence that is not in the list allowed, is an error.
package licenses

import (
	"cmp"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/google/licensecheck"
)

// A Component is a part of the program that others made.
type Component struct {
	Name    string
	Version string
	Sum     string // of a module, as in go.sum
	Note    string // what of it is in the program; "" for code
	IDs     []string
	Texts   []Text
}

// A Text is a licence or a notice.
type Text struct {
	Name string // its file
	Body string
	IDs  []string // SPDX identifiers; none for a notice
}

// Expression is the SPDX expression of the component's licences.
func (c Component) Expression() string { return strings.Join(c.IDs, " AND ") }

// allowed are the licences that the program may contain: permissive ones, which ask for no
// more than their text.
var allowed = []string{"Apache-2.0", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib", "OFL-1.1", "Unicode-3.0", "0BSD", "CC0-1.0", "Unlicense", "Bitstream-Vera", "LicenseRef-ICC-profile"}

// own are the parts that are in no module: files of this source that are the work of
// others, or were derived from it.
var own = []struct {
	Component
	file string // of the source
}{
	{Component{Name: "Inter", Version: "4.1", Note: "font"}, "assets/font/Inter-LICENSE.txt"},
	{Component{Name: "JetBrains Mono", Version: "2.304", Note: "font"}, "assets/font/JetBrainsMono-LICENSE.txt"},
	{Component{Name: "Unicode CLDR", Version: "47", Note: "tables of regions and languages"}, "assets/packaging/licenses/unicode-cldr.txt"},
	{Component{Name: "libphonenumber", Version: "", Note: "table of phone numbers"}, "LICENSE"},
	{Component{Name: "zxcvbn", Version: "4.4.2", Note: "word lists, by way of github.com/trustelem/zxcvbn"}, "assets/packaging/licenses/zxcvbn.txt"},
}

// leftOut are files of licences of what a build does not contain, with the tag that says so.
var leftOut = map[string]string{"fyne.io/fyne/v2/theme/font/LICENSE_EmojiOneColor.txt": "no_emoji"}

// goLimit is how long the go command may take.
const goLimit = 5 * time.Minute

// A Build is a built program and what it contains.
type Build struct {
	Info       *buildinfo.BuildInfo
	Components []Component // sorted by name
}

// Of describes a program that was built from the source in the directory root.
func Of(ctx context.Context, root, program string) (*Build, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("licenses: %s: %w", program, err)
	}
	ctx, cancel := context.WithTimeout(ctx, goLimit)
	defer cancel()
	b := &Build{Info: info}
	linked := map[string]*module{}
	if err := b.linked(ctx, root, linked); err != nil {
		return nil, err
	}
	var parts []Component
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		parts = append(parts, Component{Name: m.Path, Version: m.Version, Sum: m.Sum})
	}
	return b, b.describe(ctx, root, strings.TrimPrefix(info.GoVersion, "go"), parts, linked)
}

// targets are the systems and kinds of build that Source describes.
var targets = [][]debug.BuildSetting{
	{{Key: "GOOS", Value: "linux"}, {Key: "GOARCH", Value: "amd64"}, {Key: "CGO_ENABLED", Value: "1"}, {Key: "-tags", Value: "no_emoji,migrated_fynedo"}},
	{{Key: "GOOS", Value: "linux"}, {Key: "GOARCH", Value: "amd64"}, {Key: "CGO_ENABLED", Value: "0"}, {Key: "-tags", Value: "headless"}},
	{{Key: "GOOS", Value: "windows"}, {Key: "GOARCH", Value: "amd64"}, {Key: "CGO_ENABLED", Value: "1"}, {Key: "-tags", Value: "no_emoji,migrated_fynedo"}},
	{{Key: "GOOS", Value: "darwin"}, {Key: "GOARCH", Value: "arm64"}, {Key: "CGO_ENABLED", Value: "1"}, {Key: "-tags", Value: "no_emoji,migrated_fynedo"}},
}

// Source describes all programs that are built from the source in the directory root, on any
// system. It does not depend on the version of Go.
func Source(ctx context.Context, root string) (*Build, error) {
	ctx, cancel := context.WithTimeout(ctx, goLimit)
	defer cancel()
	b := &Build{Info: new(buildinfo.BuildInfo)}
	linked := map[string]*module{}
	for _, t := range targets {
		b.Info = &buildinfo.BuildInfo{Path: "nightlatch/app", Settings: t}
		if err := b.linked(ctx, root, linked); err != nil {
			return nil, err
		}
	}
	b.Info.Settings = targets[0]
	var parts []Component
	for name, m := range linked {
		parts = append(parts, Component{Name: name, Version: m.version, Sum: m.sum})
	}
	return b, b.describe(ctx, root, "", parts, linked)
}

// describe finds the texts of all components.
func (b *Build) describe(ctx context.Context, root, goVersion string, modules []Component, linked map[string]*module) error {
	var errs []error
	add := func(c Component, texts []Text, err error) {
		c.Texts = texts
		if err == nil {
			err = c.classify()
		}
		errs = append(errs, err)
		b.Components = append(b.Components, c)
	}
	for _, m := range modules {
		texts, err := b.textsOf(m.Name, linked[m.Name])
		add(m, texts, err)
	}
	goroot, err := output(exec.CommandContext(ctx, "go", "env", "GOROOT"))
	if err != nil {
		return err
	}
	text, err := read(filepath.Join(strings.TrimSpace(goroot), "LICENSE"), "LICENSE")
	add(Component{Name: "Go", Version: goVersion, Note: "standard library and runtime"}, []Text{text}, err)
	for _, o := range own {
		text, err := read(filepath.Join(root, o.file), path.Base(o.file))
		add(o.Component, []Text{text}, err)
	}
	slices.SortFunc(b.Components, func(x, y Component) int { return cmp.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)) })
	return errors.Join(errs...)
}

// setting returns a setting of the build.
func (b *Build) setting(key string) string {
	for _, s := range b.Info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// A module is a directory of the module cache, and the packages of it that are linked.
type module struct {
	dir, version, sum string
	packages          []string // their directories
}

// linked adds the modules to all, with the packages that the build contains.
func (b *Build) linked(ctx context.Context, root string, all map[string]*module) error {
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-json=Dir,Standard,Module", b.Info.Path)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOFLAGS=-tags="+b.setting("-tags"), "GOOS="+cmp.Or(b.setting("GOOS"), runtime.GOOS), "GOARCH="+cmp.Or(b.setting("GOARCH"), runtime.GOARCH), "CGO_ENABLED="+b.setting("CGO_ENABLED"))
	out, err := output(cmd)
	if err != nil {
		return err
	}
	for in := json.NewDecoder(strings.NewReader(out)); ; {
		var p struct {
			Dir      string
			Standard bool
			Module   *struct {
				Path, Dir, Version, Sum string
				Main                    bool
			}
		}
		if err := in.Decode(&p); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if p.Standard || p.Module == nil || p.Module.Main {
			continue
		}
		m := all[p.Module.Path]
		if m == nil {
			m = &module{dir: p.Module.Dir, version: p.Module.Version, sum: p.Module.Sum}
			all[p.Module.Path] = m
		}
		m.packages = append(m.packages, p.Dir)
	}
}

func output(cmd *exec.Cmd) (string, error) {
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("licenses: %s: %w: %s", strings.Join(cmd.Args[:2], " "), err, &errs)
	}
	return string(out), nil
}

var licenseFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|unlicen[cs]e)([-_.].*)?$`)

// textsOf reads the licences of a module: those of the linked packages and of the
// directories above them, and of directories below them that are no packages, such as C code
// and fonts.
func (b *Build) textsOf(name string, m *module) ([]Text, error) {
	if m == nil {
		return nil, fmt.Errorf("licenses: %s is in the program, but no package of it is linked: was it built from another source?", name)
	}
	var texts []Text
	err := filepath.WalkDir(m.dir, func(file string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_")) {
			return filepath.SkipDir // not in the program
		}
		if err != nil || d.IsDir() || !licenseFile.MatchString(d.Name()) || strings.HasSuffix(file, ".go") {
			return err
		}
		rel, err := filepath.Rel(m.dir, file)
		if err != nil || !m.covers(filepath.Dir(file)) {
			return err
		}
		rel = filepath.ToSlash(rel)
		if tag := leftOut[name+"/"+rel]; tag != "" && slices.Contains(strings.Split(b.setting("-tags"), ","), tag) {
			return nil
		}
		t, err := read(file, rel)
		texts = append(texts, t)
		return err
	})
	if err == nil && len(texts) == 0 {
		err = fmt.Errorf("licenses: %s has no licence text", name)
	}
	return texts, err
}

// covers reports whether a licence in dir is about a linked package.
func (m *module) covers(dir string) bool {
	return slices.ContainsFunc(m.packages, func(p string) bool {
		if p == dir || strings.HasPrefix(p, dir+string(filepath.Separator)) {
			return true
		}
		if !strings.HasPrefix(dir, p+string(filepath.Separator)) {
			return false
		}
		for at := dir; at != p; at = filepath.Dir(at) { // no package on the way
			if goFiles, err := filepath.Glob(filepath.Join(at, "*.go")); err != nil || len(goFiles) > 0 {
				return false
			}
		}
		return true
	})
}

func read(file, name string) (Text, error) {
	body, err := os.ReadFile(file)
	if err != nil {
		return Text{}, err
	}
	lines := strings.Split(strings.ReplaceAll(string(body), "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t\f\ufeff")
	}
	return Text{Name: name, Body: strings.Trim(strings.Join(lines, "\n"), "\n") + "\n"}, nil
}

// classify names the licences of a component, and refuses what is not allowed.
func (c *Component) classify() error {
	for i, t := range c.Texts {
		if notice := strings.HasPrefix(strings.ToLower(path.Base(t.Name)), "notice"); notice {
			continue
		}
		ids := identify(t.Body)
		if len(ids) == 0 {
			return fmt.Errorf("licenses: the licence of %s in %s is not known: read it, and add it to the list", c.Name, t.Name)
		}
		for _, id := range ids {
			if !slices.Contains(allowed, id) {
				return fmt.Errorf("licenses: %s is under %s (%s), which is not allowed in the program", c.Name, id, t.Name)
			}
		}
		c.Texts[i].IDs = ids
		c.IDs = append(c.IDs, ids...)
	}
	slices.Sort(c.IDs)
	c.IDs = slices.Compact(c.IDs)
	if len(c.IDs) == 0 {
		return fmt.Errorf("licenses: %s has a notice, but no licence", c.Name)
	}
	return nil
}

// phrases tell licences that licensecheck v0.3.1 does not know.
var phrases = map[string]string{
	"UNICODE LICENSE V3":                                       "Unicode-3.0",
	"Bitstream Vera is a trademark of Bitstream":               "Bitstream-Vera",
	"licensed under the SIL Open Font License, Version 1.1":    "OFL-1.1",
	"by the International Color Consortium, and may be copied": "LicenseRef-ICC-profile",
}

// grants are texts that only give more rights.
var grants = []string{"GooglePatentClause"}

// identify returns the SPDX identifiers of the licences in a text.
func identify(text string) (ids []string) {
	for _, m := range licensecheck.Scan([]byte(text)).Match {
		if !m.IsURL && !slices.Contains(grants, m.ID) {
			ids = append(ids, m.ID)
		}
	}
	words := strings.Join(strings.Fields(text), " ")
	for phrase, id := range phrases {
		if strings.Contains(words, phrase) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
