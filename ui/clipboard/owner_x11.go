//go:build linux || freebsd || openbsd || netbsd

package clipboard

import (
	"io"
	"log"
	"os"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// OfDesktop returns the owner of this desktop's clipboard: the X server's, if there is one.
func OfDesktop() Owner {
	if os.Getenv("DISPLAY") == "" || os.Getenv("WAYLAND_DISPLAY") != "" {
		return Anybody{}
	}
	xgb.Logger = log.New(io.Discard, "", 0) // it writes to standard error; the errors are returned
	return &x11{}
}

// x11 asks the X server for the window that owns the selection CLIPBOARD (ICCCM 2.0,
// section 2.1). It connects when the first secret is copied.
type x11 struct {
	conn  *xgb.Conn // nil: not connected
	board xproto.Atom
	mine  xproto.Window // the owner after the last Note; 0 if unknown
}

// Note implements Owner.
func (x *x11) Note() {
	if x.conn == nil && !x.connect() {
		return
	}
	x.mine = x.now()
}

// Ours implements Owner.
func (x *x11) Ours() bool { return x.mine == 0 || x.now() == x.mine }

func (x *x11) connect() bool {
	conn, err := xgb.NewConn()
	if err != nil {
		return false
	}
	atom, err := xproto.InternAtom(conn, false, uint16(len("CLIPBOARD")), "CLIPBOARD").Reply()
	if err != nil {
		conn.Close()
		return false
	}
	x.conn, x.board = conn, atom.Atom
	return true
}

// now returns the window that owns the clipboard, 0 if nobody does or the X server is gone.
func (x *x11) now() xproto.Window {
	r, err := xproto.GetSelectionOwner(x.conn, x.board).Reply()
	if err != nil {
		return 0
	}
	return r.Owner
}
