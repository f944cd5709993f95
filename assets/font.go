package assets

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
)

//go:generate font/source/subset

// The fonts of the window are embedded as []byte, which Font returns without a copy. An
// embed.FS would copy the file at every start.
var (
	//go:embed font/Inter-Regular.otf
	interRegular []byte
	//go:embed font/Inter-SemiBold.otf
	interSemiBold []byte
	//go:embed font/JetBrainsMono-Regular.ttf
	jetBrainsRegular []byte
	//go:embed font/JetBrainsMono-Medium.ttf
	jetBrainsMedium []byte

	//go:embed font/Inter-Regular.ttf.gz
	interForPDF []byte

	//go:embed font/*-LICENSE.txt
	fontLicences embed.FS
)

// A Face is one of the bundled fonts, by the name of its file.
type Face string

// The embedded faces. All have the SIL Open Font License 1.1, whose text is beside the
// files. The TrueType files are reduced: the releases and the script are in
// font/source.
const (
	Text       Face = "Inter-Regular.otf"
	TextStrong Face = "Inter-SemiBold.otf"
	Mono       Face = "JetBrainsMono-Regular.ttf"
	MonoStrong Face = "JetBrainsMono-Medium.ttf"

	// TextForPDF is Text with TrueType outlines, which PDF writers require: the same
	// version (3.19), the same widths. The window uses Text, because Fyne loads it four
	// times as fast.
	TextForPDF Face = "Inter-Regular.ttf"
)

// Font returns the file of a face, nil for an unknown face. The caller must not change
// it. TextForPDF is decompressed on each call, which takes a few milliseconds.
func Font(f Face) []byte {
	switch f {
	case Text:
		return interRegular
	case TextStrong:
		return interSemiBold
	case Mono:
		return jetBrainsRegular
	case MonoStrong:
		return jetBrainsMedium
	case TextForPDF:
		return unpack(interForPDF)
	}
	return nil
}

func unpack(packed []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("assets: " + err.Error()) // embedded: cannot happen
	}
	b, err := io.ReadAll(z)
	if err != nil {
		panic("assets: " + err.Error())
	}
	return b
}

// FontLicence returns the copyright notice and licence of a font family, "Inter" or
// "JetBrainsMono".
func FontLicence(family string) string {
	return string(read(fontLicences, "font/"+family+"-LICENSE.txt"))
}
