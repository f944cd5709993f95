// Package localsocket connects processes of one user on one computer: a
// running Nightlatch listens, and other starts of the program connect to it.
// They find each other through the data directory.
//
// On Unix the connection is a socket in the directory, with mode 0600. Each
// side checks that the other one runs as the same user or as root. On Windows
// it is a named pipe that only the same user and administrators can open. Its
// name is random, and stored in a file in the directory.
//
// A process that ended may leave a socket behind. Listen replaces it, so only
// one process may call Listen: the one that holds the lock of the database.
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

// dialTimeout is how long Dial waits until the other process accepts.
const dialTimeout = 2 * time.Second

// Listen listens on the socket name in dir. It closes connections of other
// users without an answer. Closing the listener removes the socket.
func Listen(dir, name string) (net.Listener, error) { return listen(dir, name) }

// Dial connects to the process that listens on the socket name in dir. Errors: ErrNone,
// ErrStranger.
func Dial(ctx context.Context, dir, name string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	return dial(ctx, dir, name)
}
