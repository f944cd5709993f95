package main

import (
	"net"
	"os"
	"time"
)

// supervisorLimit is how long the system may take to accept a message.
const supervisorLimit = 2 * time.Second

// tellSupervisor tells the program that started this one, such as systemd, how it is:
// "READY=1", "STOPPING=1" (sd_notify(3)). It does nothing if nobody wants to know.
func tellSupervisor(state string) error {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return nil
	}
	conn, err := net.DialTimeout("unixgram", path, supervisorLimit) // "@…" is an abstract name
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(supervisorLimit)); err != nil {
		return err
	}
	_, err = conn.Write([]byte(state))
	return err
}
