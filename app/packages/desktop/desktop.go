// Package desktop makes the files by which a Linux desktop shows the program: its entry in
// menus, its icons, and the AppStream description for software centres. Texts come from
// assets/translations, in every language that is there; icons from assets/icon.
package desktop

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"image"
	_ "image/png" // the pictures' format
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"nightlatch/app/packages/release"
	"nightlatch/assets"
)

// pictures are the screens that software centres show, the first one first: files of
// docs/pictures, without -light.png. The homepage serves that directory.
var pictures = []string{"overview-protected", "two-factor-all", "app-qr", "key-touch", "print-preview", "text-code"}

// mostNews is how many changes of a release the description has. The changelog has all.
const mostNews = 12

// Stage writes the files into a directory that has the layout of the root of a system. root
// is the directory of the source.
func Stage(ctx context.Context, root, stage string) error {
	e, err := newEntry(ctx, root)
	if err != nil {
		return err
	}
	for name, dir := range map[string]string{".desktop": "usr/share/applications", ".metainfo.xml": "usr/share/metainfo"} {
		text, err := e.render(root, release.ID+name)
		if err != nil {
			return err
		}
		if err := write(filepath.Join(stage, dir, release.ID+name), text); err != nil {
			return err
		}
	}
	icons := filepath.Join(stage, "usr/share/icons/hicolor")
	for _, edge := range assets.AppIconSizes() {
		if err := write(filepath.Join(icons, fmt.Sprintf("%dx%d/apps", edge, edge), release.ID+".png"), assets.AppIcon(edge)); err != nil {
			return err
		}
	}
	symbol, err := assets.Icon("app")
	if err != nil {
		return err
	}
	return firstError(
		write(filepath.Join(icons, "scalable/apps", release.ID+".svg"), assets.AppIconSVG()),
		write(filepath.Join(icons, "symbolic/apps", release.ID+"-symbolic.svg"), symbol),
		write(filepath.Join(stage, "usr/lib/udev/rules.d", "70-nightlatch.rules"), []byte(assets.UdevRule())),
	)
}

func write(path string, body []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, body, 0o644)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// An entry is what the templates show.
type entry struct {
	ID, Name, License, Homepage string
	Features                    []string
	Pictures                    []picture
	Releases                    []release.Release

	texts map[string]*assets.Catalog // by language
	order []string                   // English first
}

type picture struct {
	Caption, URL  string
	Width, Height int
	Default       bool
}

func newEntry(ctx context.Context, root string) (*entry, error) {
	e := &entry{
		ID: release.ID, Name: "Nightlatch", License: release.License, Homepage: release.Homepage,
		Features: []string{"desktop.feature.methods", "desktop.feature.codes", "desktop.feature.recovery", "desktop.feature.activity", "desktop.feature.lab"},
		texts:    map[string]*assets.Catalog{}, order: assets.Languages(),
	}
	var err error
	if e.Releases, err = release.Read(ctx, root); err != nil {
		return nil, err
	}
	for _, lang := range e.order {
		if e.texts[lang], err = assets.New(lang); err != nil {
			return nil, err
		}
	}
	for i, name := range pictures {
		file := name + "-light.png"
		p := picture{Caption: "desktop.picture." + name, URL: release.Homepage + "/pictures/" + file, Default: i == 0}
		if p.Width, p.Height, err = sizeOf(filepath.Join(root, "docs/pictures", file)); err != nil {
			return nil, err
		}
		e.Pictures = append(e.Pictures, p)
	}
	return e, nil
}

func sizeOf(path string) (width, height int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	c, _, err := image.DecodeConfig(f)
	if err != nil {
		return 0, 0, fmt.Errorf("desktop: %s: %w", path, err)
	}
	return c.Width, c.Height, nil
}

func (e *entry) render(root, name string) ([]byte, error) {
	t, err := template.ParseFiles(filepath.Join(root, "assets/packaging", name+".tmpl"))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, e); err != nil {
		return nil, err
	}
	for _, w := range e.texts {
		if missing := w.Missing(); len(missing) > 0 {
			return nil, fmt.Errorf("desktop: %s has no text for %s", w.Tag(), strings.Join(missing, ", "))
		}
	}
	return out.Bytes(), nil
}

// each calls f with a text in English, and in every language in which it is another one.
func (e *entry) each(key string, f func(lang, text string)) {
	english := e.texts["en"].T(key)
	f("", english)
	for _, lang := range e.order[1:] {
		if text := e.texts[lang].T(key); text != english {
			f(lang, text)
		}
	}
}

// Texts returns the lines of a key of the desktop entry: Name=…, Name[de]=…
func (e *entry) Texts(name, key string) string {
	var b strings.Builder
	e.each(key, func(lang, text string) {
		if lang != "" {
			lang = "[" + posix(lang) + "]"
		}
		fmt.Fprintf(&b, "%s%s=%s\n", name, lang, text)
	})
	return b.String()
}

// posix returns a language tag as desktop entries write it: pt_BR for pt-BR, zh_TW for
// zh-Hant.
func posix(tag string) string {
	switch tag {
	case "zh-Hans":
		return "zh_CN"
	case "zh-Hant":
		return "zh_TW"
	}
	return strings.ReplaceAll(tag, "-", "_")
}

// Elements returns an element of the description in every language.
func (e *entry) Elements(indent int, name, key string) string {
	var b strings.Builder
	e.each(key, func(lang, text string) {
		if lang != "" {
			lang = fmt.Sprintf(" xml:lang=%q", lang)
		}
		fmt.Fprintf(&b, "%*s<%s%s>%s</%s>\n", indent, "", name, lang, escape(text), name)
	})
	return b.String()
}

// News returns the first changes of a release.
func (e *entry) News(r release.Release) (news []string) {
	for _, s := range r.Changes {
		for _, item := range s.Items {
			if len(news) < mostNews {
				news = append(news, escape(release.Short(item)))
			}
		}
	}
	return news
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder does not fail
	return b.String()
}
