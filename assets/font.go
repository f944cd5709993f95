package assets

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
)

//go:generate font/source/subset

// What the window draws with is embedded as bytes, which Font hands out as they
// are: a file of an embed.FS would be copied at every start.
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

// The faces that ship. All are under the SIL Open Font License 1.1; the texts
// lie beside the files. What is TrueType has been made smaller: the releases are
// in font/source, with the script that did it.
const (
	Text       Face = "Inter-Regular.otf"
	TextStrong Face = "Inter-SemiBold.otf"
	Mono       Face = "JetBrainsMono-Regular.ttf"
	MonoStrong Face = "JetBrainsMono-Medium.ttf"

	// TextForPDF is Text with TrueType outlines: the same version (3.19), the same
	// widths; PDF writers take no others. The window keeps Text, which Fyne reads
	// in a quarter of the time.
	TextForPDF Face = "Inter-Regular.ttf"
)

// Font is the file of a face, nil for one that does not ship. It is not to be
// changed. That of TextForPDF is unpacked anew each time, which takes a few
// milliseconds.
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

// FontLicence is the copyright notice and licence of a family, "Inter" or
// "JetBrainsMono".
func FontLicence(family string) string {
	return string(read(fontLicences, "font/"+family+"-LICENSE.txt"))
}
