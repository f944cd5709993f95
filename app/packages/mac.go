package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"nightlatch/app/packages/release"
	"nightlatch/assets"
)

const macWords = `Nightlatch for macOS
====================

This is the skeleton of an application bundle. It has no program, and nobody has run it: the
window needs Apple's headers to compile, and this build ran without them.

On a Mac with Xcode's command line tools and Go, in the source of the same version:

  CGO_ENABLED=1 go build -trimpath -tags=no_emoji,migrated_fynedo \
    -ldflags "-s -w -X main.version=%[1]s" \
    -o Nightlatch.app/Contents/MacOS/nightlatch ./app

The result is not signed and not notarised.
`

const macInfo = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>CFBundleDevelopmentRegion</key><string>en</string>
	<key>CFBundleDisplayName</key><string>Nightlatch</string>
	<key>CFBundleExecutable</key><string>nightlatch</string>
	<key>CFBundleIconFile</key><string>nightlatch.icns</string>
	<key>CFBundleIdentifier</key><string>%[2]s</string>
	<key>CFBundleInfoDictionaryVersion</key><string>6.0</string>
	<key>CFBundleName</key><string>Nightlatch</string>
	<key>CFBundlePackageType</key><string>APPL</string>
	<key>CFBundleShortVersionString</key><string>%[1]s</string>
	<key>CFBundleVersion</key><string>%[1]s</string>
	<key>LSApplicationCategoryType</key><string>public.app-category.utilities</string>
	<key>LSMinimumSystemVersion</key><string>11.0</string>
	<key>NSHighResolutionCapable</key><true/>
	<key>NSSupportsAutomaticGraphicsSwitching</key><true/>
</dict>
</plist>
`

// mac makes the skeleton of a bundle for macOS: everything but the program.
func (b *builder) mac(context.Context) error {
	license, err := os.ReadFile(filepath.Join(b.root, "LICENSE"))
	if err != nil {
		return err
	}
	files := []struct {
		name string
		body []byte
	}{
		{"Nightlatch.app/Contents/Info.plist", fmt.Appendf(nil, macInfo, b.version, release.ID)},
		{"Nightlatch.app/Contents/MacOS/", nil},
		{"Nightlatch.app/Contents/PkgInfo", []byte("APPL????")},
		{"Nightlatch.app/Contents/Resources/nightlatch.icns", icns()},
		{"Nightlatch.app/Contents/Resources/LICENSE.txt", license},
		{"NOT-RUN.txt", fmt.Appendf(nil, macWords, b.version)},
	}
	out, err := os.Create(filepath.Join(b.out, "nightlatch-"+b.version+"-macos-skeleton.zip"))
	if err != nil {
		return err
	}
	defer out.Close()
	z := zip.NewWriter(out)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: b.date()}
		h.SetMode(0o644)
		if f.body == nil {
			h.SetMode(os.ModeDir | 0o755)
			h.Method = zip.Store
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := w.Write(f.body); err != nil {
			return err
		}
	}
	return errors.Join(z.Close(), out.Close())
}

// icns is the icon in the format of macOS: PNGs, each behind a type and a length.
func icns() []byte {
	var pictures bytes.Buffer
	for _, p := range []struct {
		kind string
		edge int
	}{{"icp4", 16}, {"icp5", 32}, {"icp6", 64}, {"ic07", 128}, {"ic08", 256}, {"ic09", 512}} {
		png := assets.AppIcon(p.edge)
		pictures.WriteString(p.kind)
		pictures.Write(binary.BigEndian.AppendUint32(nil, uint32(len(png)+8)))
		pictures.Write(png)
	}
	head := binary.BigEndian.AppendUint32([]byte("icns"), uint32(pictures.Len()+8))
	return append(head, pictures.Bytes()...)
}
