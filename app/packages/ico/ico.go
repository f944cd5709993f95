// Package ico writes icons in the format of Windows.
package ico

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// largest is the largest size of an icon of Windows. It is stored as PNG; smaller ones are
// bitmaps, because some programs cannot read a small PNG.
const largest = 256

// New makes an .ico file of the sizes that Windows can use. picture returns a PNG.
func New(sizes []int, picture func(edge int) []byte) ([]byte, error) {
	var bodies [][]byte
	var edges []int
	for _, edge := range sizes {
		if edge > largest {
			continue
		}
		body := picture(edge)
		img, err := png.Decode(bytes.NewReader(body))
		if err != nil || img.Bounds().Dx() != edge || img.Bounds().Dy() != edge {
			return nil, fmt.Errorf("the icon of %d pixels: %v, %w", edge, img, err)
		}
		if edge < largest {
			body = bitmap(img)
		}
		edges, bodies = append(edges, edge), append(bodies, body)
	}
	const header, entry = 6, 16
	out := binary.LittleEndian.AppendUint16(nil, 0)
	out = binary.LittleEndian.AppendUint16(out, 1) // an icon
	out = binary.LittleEndian.AppendUint16(out, uint16(len(bodies)))
	at := header + entry*len(bodies)
	for i, body := range bodies {
		out = append(out, byte(edges[i]), byte(edges[i]), 0, 0) // 0 stands for 256
		out = binary.LittleEndian.AppendUint16(out, 1)          // planes
		out = binary.LittleEndian.AppendUint16(out, 32)         // bits of a pixel
		out = binary.LittleEndian.AppendUint32(out, uint32(len(body)))
		out = binary.LittleEndian.AppendUint32(out, uint32(at))
		at += len(body)
	}
	return append(out, bytes.Join(bodies, nil)...), nil
}

// bitmap returns a picture as a BITMAPINFOHEADER, pixels from the last row to the first,
// and a mask of one bit for each pixel, which systems without transparency use.
func bitmap(img image.Image) []byte {
	b := img.Bounds()
	edge := b.Dx()
	row := (edge + 31) / 32 * 4
	out := binary.LittleEndian.AppendUint32(nil, 40)
	out = binary.LittleEndian.AppendUint32(out, uint32(edge))
	out = binary.LittleEndian.AppendUint32(out, uint32(2*edge)) // the picture and the mask
	out = binary.LittleEndian.AppendUint16(out, 1)
	out = binary.LittleEndian.AppendUint16(out, 32)
	out = append(out, make([]byte, 24)...) // not compressed, no palette
	mask := make([]byte, row*edge)
	for y := range edge {
		for x := range edge {
			c := color.NRGBAModel.Convert(img.At(b.Min.X+x, b.Max.Y-1-y)).(color.NRGBA)
			out = append(out, c.B, c.G, c.R, c.A)
			if c.A == 0 {
				mask[y*row+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return append(out, mask...)
}
