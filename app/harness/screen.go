package harness

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// A Screen reads pictures off a display. It speaks as much of the X protocol
// (X Window System Protocol, version 11) as that takes, so that a picture costs
// milliseconds and the first frame of a program can be timed. It is used by one
// goroutine.
type Screen struct {
	conn          net.Conn
	in            *bufio.Reader
	root          uint32
	width, height int
}

var errX = errors.New("harness: the X server answers nonsense")

// OpenScreen connects to a local display that asks for no key, such as Xvfb.
func OpenScreen(display string) (*Screen, error) {
	conn, err := net.Dial("unix", "/tmp/.X11-unix/X"+strings.TrimPrefix(display, ":"))
	if err != nil {
		return nil, fmt.Errorf("harness: screen: %w", err)
	}
	s := &Screen{conn: conn, in: bufio.NewReaderSize(conn, 1<<20)}
	if err := s.setUp(); err != nil {
		conn.Close()
		return nil, err
	}
	return s, nil
}

// setUp is the connection setup of the protocol, section 8.
func (s *Screen) setUp() error {
	hello := make([]byte, 12)
	hello[0] = 'l' // least significant byte first
	binary.LittleEndian.PutUint16(hello[2:], 11)
	if _, err := s.conn.Write(hello); err != nil {
		return err
	}
	head := make([]byte, 8)
	if _, err := io.ReadFull(s.in, head); err != nil {
		return err
	}
	body := make([]byte, 4*int(binary.LittleEndian.Uint16(head[6:])))
	if _, err := io.ReadFull(s.in, body); err != nil {
		return err
	}
	if head[0] != 1 || len(body) < 32 {
		return errX
	}
	vendor, formats := int(binary.LittleEndian.Uint16(body[16:])), int(body[21])
	at := 32 + (vendor+3)/4*4 + 8*formats
	if len(body) < at+24 {
		return errX
	}
	s.root = binary.LittleEndian.Uint32(body[at:])
	s.width = int(binary.LittleEndian.Uint16(body[at+20:]))
	s.height = int(binary.LittleEndian.Uint16(body[at+22:]))
	return nil
}

// Picture is what the screen shows now.
func (s *Screen) Picture() (*image.RGBA, error) {
	const getImage, zPixmap = 73, 2
	ask := make([]byte, 20)
	ask[0], ask[1] = getImage, zPixmap
	binary.LittleEndian.PutUint16(ask[2:], 5)
	binary.LittleEndian.PutUint32(ask[4:], s.root)
	binary.LittleEndian.PutUint16(ask[12:], uint16(s.width))
	binary.LittleEndian.PutUint16(ask[14:], uint16(s.height))
	binary.LittleEndian.PutUint32(ask[16:], ^uint32(0))
	if _, err := s.conn.Write(ask); err != nil {
		return nil, err
	}
	head := make([]byte, 32)
	if _, err := io.ReadFull(s.in, head); err != nil {
		return nil, err
	}
	pixels := make([]byte, 4*int(binary.LittleEndian.Uint32(head[4:])))
	if head[0] != 1 || len(pixels) < 4*s.width*s.height {
		return nil, errX
	}
	if _, err := io.ReadFull(s.in, pixels); err != nil {
		return nil, err
	}
	for i := 0; i+3 < len(pixels); i += 4 { // blue, green, red, nothing
		pixels[i], pixels[i+2], pixels[i+3] = pixels[i+2], pixels[i], 0xff
	}
	return &image.RGBA{Pix: pixels[:4*s.width*s.height], Stride: 4 * s.width, Rect: image.Rect(0, 0, s.width, s.height)}, nil
}

// Close ends the connection.
func (s *Screen) Close() error { return s.conn.Close() }

// Difference is the number of pixels in which two pictures of one size differ.
func Difference(a, b *image.RGBA) int {
	n := 0
	for i := 0; i+3 < min(len(a.Pix), len(b.Pix)); i += 4 {
		if a.Pix[i] != b.Pix[i] || a.Pix[i+1] != b.Pix[i+1] || a.Pix[i+2] != b.Pix[i+2] {
			n++
		}
	}
	return n
}

// Colours is the number of colours in a picture, counted up to most.
func Colours(p *image.RGBA, most int) int {
	seen := map[[3]byte]bool{}
	for i := 0; i+3 < len(p.Pix) && len(seen) < most; i += 4 {
		seen[[3]byte(p.Pix[i:])] = true
	}
	return len(seen)
}

// SavePNG writes a picture to a file, and makes its directory.
func SavePNG(path string, p image.Image) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, p), f.Close())
}
