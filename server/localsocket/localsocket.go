// Package localsocket connects processes of one user on one computer through a data
// directory: a running Nightlatch listens there, and other starts of the program talk to
// it.
//
// On Unix it is a socket with mode 0600 in the directory. Both sides check who the other
// one is: the same user, or root. On Windows it is a named pipe that only the same user
// and administrators may open; its name is random and kept in a file in the directory.
//
// A socket can be left over from a process that has ended. Listen replaces it, so the
// caller must be the only one that may listen: it holds the lock of the database.
package localsocket

import (
	"context"
	"errors"
	"net"
	"time"
)

// ErrNone reports that no process listens.
var ErrNone = errors.New("localsocket: nobody listens")

// ErrStranger reports that another user listens.
var ErrStranger = errors.New("localsocket: another user listens")

// dialTimeout is how long Dial waits for the other process to accept.
const dialTimeout = 2 * time.Second

// Listen listens on the socket name in dir. Connections of other users are closed
// unanswered. Closing the listener removes the socket.
func Listen(dir, name string) (net.Listener, error) { return listen(dir, name) }

// Dial connects to the process that listens on the socket name in dir. Errors: ErrNone,
// ErrStranger.
func Dial(ctx context.Context, dir, name string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	return dial(ctx, dir, name)
}
