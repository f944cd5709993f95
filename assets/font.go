package assets

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
)

//go:generate font/source/subset

//go:embed font/*.otf font/*.ttf font/*.ttf.gz font/*-LICENSE.txt
var fonts embed.FS

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

// Font is the file of a face. That of TextForPDF is unpacked anew each time,
// which takes a few milliseconds.
func Font(f Face) []byte {
	if f != TextForPDF {
		return read(fonts, "font/"+string(f))
	}
	z, err := gzip.NewReader(bytes.NewReader(read(fonts, "font/"+string(f)+".gz")))
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
func FontLicence(family string) string { return string(read(fonts, "font/"+family+"-LICENSE.txt")) }
