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

// A Screen reads pictures of a display, with the few requests of the X protocol (X Window
// System Protocol, version 11) that this needs. A picture takes milliseconds, so that the
// first frame of a program can be timed. It is used by one goroutine.
type Screen struct {
	conn          net.Conn
	in            *bufio.Reader
	root          uint32
	width, height int
}

var errX = errors.New("harness: unexpected answer of the X server")

// OpenScreen connects to a local display without access control, such as Xvfb.
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

// setUp sets the connection up (X protocol, section 8).
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

// Picture returns what the screen shows now.
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
	head, err := s.reply()
	if err != nil {
		return nil, err
	}
	pixels := make([]byte, 4*int(binary.LittleEndian.Uint32(head[4:])))
	if len(pixels) < 4*s.width*s.height {
		return nil, errX
	}
	if _, err := io.ReadFull(s.in, pixels); err != nil {
		return nil, err
	}
	for i := 0; i+3 < len(pixels); i += 4 { // blue, green, red, unused
		pixels[i], pixels[i+2], pixels[i+3] = pixels[i+2], pixels[i], 0xff
	}
	return &image.RGBA{Pix: pixels[:4*s.width*s.height], Stride: 4 * s.width, Rect: image.Rect(0, 0, s.width, s.height)}, nil
}

// reply reads the head of the next reply. It ignores events before it: the server sends
// changes of the keyboard map to every client.
func (s *Screen) reply() (head []byte, err error) {
	const failed, replied = 0, 1
	for head = make([]byte, 32); ; {
		if _, err := io.ReadFull(s.in, head); err != nil {
			return nil, err
		}
		switch head[0] {
		case failed:
			return nil, errX
		case replied:
			return head, nil
		}
	}
}

// Close ends the connection.
func (s *Screen) Close() error { return s.conn.Close() }

// Difference returns the number of different pixels in two pictures of the same size.
func Difference(a, b *image.RGBA) int {
	n := 0
	for i := 0; i+3 < min(len(a.Pix), len(b.Pix)); i += 4 {
		if a.Pix[i] != b.Pix[i] || a.Pix[i+1] != b.Pix[i+1] || a.Pix[i+2] != b.Pix[i+2] {
			n++
		}
	}
	return n
}

// Colours returns the number of colours in a part of a picture, or most if there are more.
func Colours(p *image.RGBA, part image.Rectangle, most int) int {
	seen := map[[3]byte]bool{}
	part = part.Intersect(p.Rect)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X && len(seen) < most; x++ {
			seen[[3]byte(p.Pix[p.PixOffset(x, y):])] = true
		}
	}
	return len(seen)
}

// Drawn reports whether a window in the middle of a picture has drawn its content. Before
// that it has a single colour.
func Drawn(p *image.RGBA) bool {
	const enough = 4
	return Colours(p, p.Rect.Inset(p.Rect.Dy()/6), enough) >= enough
}

// SavePNG writes a picture to a file, and makes the directory if needed.
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
