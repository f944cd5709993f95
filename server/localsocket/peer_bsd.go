//go:build darwin || freebsd

package localsocket

import (
	"errors"
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// solLocal is SOL_LOCAL, the level of LOCAL_PEERCRED.
const solLocal = 0

// peer returns the user at the other end of a connection.
func peer(conn *net.UnixConn) (uid uint32, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, fmt.Errorf("localsocket: %w", err)
	}
	var cred *unix.Xucred
	var asked error
	err = raw.Control(func(fd uintptr) { cred, asked = unix.GetsockoptXucred(int(fd), solLocal, unix.LOCAL_PEERCRED) })
	if err = errors.Join(err, asked); err != nil {
		return 0, fmt.Errorf("localsocket: who is there: %w", err)
	}
	return cred.Uid, nil
}
